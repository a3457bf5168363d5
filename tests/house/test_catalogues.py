"""English is whole, Russian too where buyers read: every text of the source has one, and none is left over."""

import pytest

from portal.web import catalogues
from portal.web.catalogues import Faults


@pytest.fixture(scope="module", params=["en", "ru"])
def faults(request) -> Faults:
    return catalogues.check(request.param)


def test_every_text_is_translated(faults):
    """Add it to portal/translations/en/<slice>.po, and to ru/ where buyers read it."""
    assert faults.missing == []


def test_no_translation_is_left_over_or_unsure(faults):
    """Delete what the source no longer says; settle what is fuzzy."""
    assert faults.obsolete == []
    assert faults.fuzzy == []


def test_a_text_means_one_thing(faults):
    """Two slices share a text: one catalogue says it."""
    assert faults.clashes == []


def test_places_agree(faults):
    assert faults.placeholders == []
