"""Numbers in addresses: none is larger than what the database can be asked for."""

import pytest
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter

LARGEST = 2**31 - 1
ID = "0a83ec2f-42a9-4fd8-b9ef-7a1b4a6c3b5f"


def numbered(app):
    """Every address with a number in it, with something in the other places."""
    found = []
    for rule in app.url_map.iter_rules():
        names = [name for name, one in rule._converters.items() if isinstance(one, IntegerConverter)]
        if names:
            method = "GET" if "GET" in (rule.methods or ()) else "POST"
            found.append((rule, names, method))
    return found


@pytest.mark.parametrize("number", ["2147483648", "99999999999999999999", "9" * 5000, "-1", "\u0661", "1_0"])
def test_a_number_that_no_column_holds_is_no_address(app, number):
    addresses = app.url_map.bind("localhost")
    rules = numbered(app)
    assert len(rules) >= 7
    for rule, names, method in rules:
        others = dict.fromkeys(rule.arguments - set(names), ID)
        good = rule.build(others | dict.fromkeys(names, LARGEST))[1]
        assert addresses.match(good, method=method)[0] == rule.endpoint
        with pytest.raises(NotFound):
            addresses.match(good.replace(str(LARGEST), number), method=method)


def test_the_page_says_that_it_is_not_there(client):
    assert client.get("/bandi/export-su-misura/versioni/99999999999").status_code == 404
