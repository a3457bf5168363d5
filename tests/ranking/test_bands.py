"""Totals in bands of points."""

from decimal import Decimal
from itertools import pairwise

from hypothesis import given, strategies as st

from portal.ranking.rules import BAND, Outcome, bands

ALL = tuple(Outcome)
RANKED = (Outcome.FUNDED, Outcome.RESERVE)
FOUND = st.dictionaries(
    st.tuples(st.integers(0, 25).map(lambda number: number * BAND), st.sampled_from(ALL)), st.integers(1, 9)
)


@given(FOUND, st.sampled_from([ALL, RANKED]))
def test_every_line_that_may_show_is_in_one_band_and_no_other_line_is(found, outcomes):
    made = bands(found, outcomes, cut_off=None)

    shown = {(band.low, outcome): count for band in made for outcome, count in band.counts.items() if count}
    assert shown == {key: count for key, count in found.items() if key[1] in outcomes}
    assert all(one.high == after.low for one, after in pairwise(made))


@given(st.integers(0, 10_000).map(lambda units: Decimal(units).scaleb(-2)))
def test_the_cut_off_falls_in_one_band(cut_off):
    low = int(cut_off // BAND) * BAND

    made = bands({(0, Outcome.RESERVE): 1, (low, Outcome.FUNDED): 1, (110, Outcome.FUNDED): 1}, RANKED, cut_off=cut_off)

    assert [band.low for band in made if band.has_cut_off] == [low]
