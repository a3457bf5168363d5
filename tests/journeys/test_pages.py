"""Every page of every role: it answers, it is valid HTML, axe finds nothing, it fits a phone.

The short form of `make prove-pages`: every link without a browser; each kind of page once in one, on a phone.
"""

import pytest
from playwright.sync_api import Browser

from tests.journeys import look, walk
from tests.journeys.site import Site

pytestmark = [pytest.mark.xdist_group("journeys"), pytest.mark.slow]
KINDS = {
    "visitor": {"/?", "/bandi?", "/aiuto?", "/privacy?", "/accessibilita?", "/accedi?", "/ricevute?"},
    "owner": {"/area?", "/area/impresa?", "/area/domande?", "/area/deleghe?", "/area/messaggi?"},
    "reviewer": {"/valutazione?"},
    "manager": {"/ufficio?", "/ufficio/bandi?", "/ufficio/domande?", "/ufficio/domande/*?"},
    "auditor": {"/controllo?"},
    "admin": {"/ufficio/utenti?", "/ufficio/registro?"},
}


WALKS = [(role, "it") for role in walk.STARTS] + [(role, "en") for role in ("visitor", "owner", "reviewer", "admin")]


@pytest.fixture(scope="module")
def walked(ranked: Site) -> dict[tuple[str, str], list[walk.Seen]]:
    """What each role meets, and some of them in English too."""
    met = {}
    for role, language in WALKS:
        browser = walk.Browser(ranked.url, language)
        if role != "visitor":
            account = ranked.account(role)
            browser.enter(account)
        met[role, language] = walk.walk(browser, walk.STARTS[role])
    return met


@pytest.fixture(scope="module")
def fresh(walked) -> dict[str, list[str]]:
    """Each kind of page once, under the first role that meets it: role -> addresses."""
    known, found = set[str](), dict[str, list[str]]()
    for role in walk.STARTS:
        pages = {walk.pattern(page.path): page.path for page in walked[role, "it"] if page.is_page}
        found[role] = [path for kind, path in pages.items() if kind not in known]
        known |= set(pages)
    return found


@pytest.mark.parametrize(("role", "language"), WALKS)
def test_every_link_leads_to_a_valid_page(walked, role, language):
    assert [fault for page in walked[role, language] for fault in walk.faults(page)] == []


@pytest.mark.parametrize(("role", "kinds"), KINDS.items())
def test_links_reach_what_belongs_to_the_role(walked, role, kinds):
    assert kinds - {walk.pattern(page.path) for page in walked[role, "it"]} == set()


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_page_says_its_language(walked, language):
    pages = [page for (_role, tongue), seen in walked.items() if tongue == language for page in seen if page.is_page]

    assert [page.path for page in pages if f'<html lang="{language}">' not in page.text] == []


@pytest.mark.browser
@pytest.mark.parametrize("role", walk.STARTS)
def test_a_phone_shows_every_page_and_axe_finds_nothing(fresh, ranked: Site, chromium: Browser, role: str):
    view = look.View(look.NARROW, "it")
    with look.person(chromium, ranked, role, view) as context:
        assert [fault for path in fresh[role] for fault in look.faults(context, ranked.url + path, view)] == []
