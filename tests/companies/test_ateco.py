"""ATECO codes: found, searched, translated, matched."""

import pytest
from hypothesis import given, strategies as st

from portal.companies.rules import ateco
from portal.companies.rules.ateco import Match


def test_a_code_is_found_dotted_or_compact():
    assert ateco.find("28.93.00") == ateco.find("289300")
    assert ateco.find("28.93.00").title.startswith("Fabbricazione di macchine per l'industria alimentare")
    assert ateco.find("46.39.20") is None
    assert ateco.find("46.39.20", "2007").title.startswith("Commercio all'ingrosso")


@pytest.mark.parametrize("code", ["", " ", "C", "99.99.99", "28.93.000000", "abc", "-1", "28-93"])
def test_what_is_no_code_is_not_found(code):
    assert ateco.find(code) is None


def test_titles_do_not_shout():
    assert ateco.find("13", "2007").title == "Industrie tessili"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("vino", "11.02.10"),
        ("macchine tessili", "28.94.10"),
        ("MOBILI  cucina", "31.00.20"),
        ("2893", "28.93"),
        ("28.93.00", "28.93.00"),
    ],
)
def test_search_by_typing(typed, first):
    assert ateco.search(typed)[0].code == first


@pytest.mark.parametrize("typed", ["", "   ", "%%%", "日本", "qwertyuiop", "28.93.00 zzz"])
def test_search_for_nothing(typed):
    assert ateco.search(typed) == []


@given(st.text(max_size=100), st.integers(1, 5))
def test_no_text_breaks_the_search(typed, limit):
    assert len(ateco.search(typed, limit=limit)) <= limit


def test_division():
    assert ateco.division("28.93.00") == "28"


@pytest.mark.parametrize(
    ("code", "source", "target", "codes"),
    [
        ("28.93.00", "2025", "2025", ("28.93.00",)),
        ("46.39.20", "2022", "2025", ("46.39.00",)),
        ("46.39.00", "2025", "2007", ("46.39.10", "46.39.20")),
        ("01.13.20", "2007", "2022", ("01.13.21", "01.13.29")),
        ("01.13.21", "2022", "2007", ("01.13.20",)),
        ("24.33.03", "2022", "2007", ("24.33.01", "24.33.02")),
        ("74.90.31", "2022", "2007", ("74.90",)),
        ("00.00.00", "2007", "2025", ()),
    ],
)
def test_translation(code, source, target, codes):
    assert ateco.translate(code, source, target) == codes


TOBACCO = ["12", "46.35", "46.39.20", "46.21.21", "47.26"]


@pytest.mark.parametrize(
    ("code", "edition", "answer"),
    [
        ("12.00.00", "2025", Match.YES),
        ("46.39.20", "2007", Match.YES),
        ("46.39.10", "2022", Match.NO),
        ("46.39.00", "2025", Match.UNCERTAIN),  # both of the two before
        ("46.35.01", "2025", Match.UNCERTAIN),  # electronic cigarettes came from two classes
        ("46", "2022", Match.UNCERTAIN),  # too wide to say
        ("28.93.00", "2025", Match.NO),
        ("99.99.99", "2025", Match.UNCERTAIN),
    ],
)
def test_matching_a_list_of_another_edition(code, edition, answer):
    assert ateco.matches(code, TOBACCO, edition=edition, listed="2022") is answer


def test_finance_is_the_same_divisions_in_every_edition_though_its_letter_moved():
    for edition in ateco.EDITIONS:
        for code in ("64", "65", "66", "68"):
            assert ateco.matches(code, ["64", "65", "66", "68"], edition=edition, listed="2025") is not Match.NO
