"""Where to go next never leaves the site."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given, strategies as st

from portal.web.redirects import is_local, safe_next

FOREIGN = [
    *("//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example"),
    *("/%2F/evil.example", "/%2fevil.example", "/%5cevil.example", "/%255cevil.example", "/%252fevil.example"),
    *("javascript:alert(1)", "data:text/html,x", "evil.example", "?next=/", "", "/a\r\nSet-Cookie: x", "/a%0d%0ab"),
    *("/\tevil", "/ evil", "http:/evil.example", "http:evil.example", "/a#b", "/a\0", "/%00", "/é", "@evil.example"),
    "/" + "a" * 3000,
]


@pytest.mark.parametrize("target", FOREIGN)
def test_what_could_leave_is_refused(target):
    assert not is_local(target)
    assert safe_next(target, default="/area") == "/area"


@pytest.mark.parametrize(
    "target", ["/", "/area", "/area/domande?stato=bozza&q=a/b", "/bandi/export-su-misura", "/a%20b"]
)
def test_our_own_pages_are_kept(target):
    assert safe_next(target, default="/") == target


@given(st.text(alphabet="/\\:@.%20fF5cC?#ahtps\t\r\n ", max_size=40))
def test_whatever_is_let_through_stays_on_this_host(target):
    if is_local(target):
        assert urlsplit(urljoin("https://portale.example/accedi", target)).netloc == "portale.example"
