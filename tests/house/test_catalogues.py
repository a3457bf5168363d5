"""English is whole: every text of the source has one, and none is left over."""

import pytest

from portal.web import catalogues
from portal.web.catalogues import Faults


@pytest.fixture(scope="module")
def faults() -> Faults:
    return catalogues.check()


def test_every_text_has_its_english(faults):
    """Add it to portal/translations/en/<slice>.po."""
    assert faults.missing == []


def test_no_english_is_left_over_or_unsure(faults):
    """Delete what the source no longer says; settle what is fuzzy."""
    assert faults.obsolete == []
    assert faults.fuzzy == []


def test_a_text_means_one_thing_in_english(faults):
    """Two slices share a text: one catalogue says it."""
    assert faults.clashes == []


def test_places_agree(faults):
    assert faults.placeholders == []
