"""HS codes, searched by typing."""

import pytest
from pydantic import ValidationError

from portal.matching.rules import hs
from portal.matching.rules.profiles import Product


def test_a_code_is_found_however_it_was_typed():
    assert hs.find(hs.compact("84.51 40")) == hs.Heading("845140", "Machines; for washing, bleaching or dyeing")


@pytest.mark.parametrize("code", ["", "8", "999999", "84514", "8451400", "abcd", "٨٤"])
def test_what_the_nomenclature_has_not_is_not_found(code):
    assert hs.find(code) is None


def test_digits_find_the_branch_general_codes_first():
    assert [heading.code for heading in hs.search("8445", limit=3)] == ["8445", "844511", "844512"]


def test_words_find_titles_in_which_each_begins_a_word():
    found = hs.search("silk woven")

    assert "5007" in [heading.code for heading in found]
    assert all("silk" in heading.title.lower() and "woven" in heading.title.lower() for heading in found)


@pytest.mark.parametrize("text", ["", "   ", "…", "zzzz qqqq", "%", "x" * 5000])
def test_nothing_is_found_for_nothing(text):
    assert hs.search(text) == []


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [("845140", "845140", 6), ("845140", "845150", 4), ("845140", "8452", 2), ("84", "845140", 2), ("8451", "61", 0)],
)
def test_codes_share_whole_steps(one, other, shared):
    assert hs.common(one, other) == hs.common(other, one) == shared


def test_a_product_has_a_code_that_exists():
    with pytest.raises(ValidationError, match="not a code of the Harmonized System"):
        Product(hs="999999")
