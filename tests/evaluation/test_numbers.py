"""Disagreement and severity, by example and by property."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from portal.evaluation.rules import Mark, gaps, is_meeting_owed
from portal.evaluation.rules.harshness import fit
from tests.evaluation.test_rules import CRITERIA, WHY

A, B, C, D = (UUID(int=n) for n in range(1, 5))


def spread(*market, pct="30"):
    sheets = {name: {"market": Mark(Decimal(points), WHY)} for name, points in zip("abcdef", market, strict=False)}
    (gap,) = gaps(CRITERIA, sheets, spread_pct=Decimal(pct))
    return gap


def test_marks_disagree_from_the_calls_share_of_the_maximum():
    assert not spread("20", "31.5").disagrees
    assert spread("20", "32").disagrees
    assert spread("20", "31.5", pct="28").disagrees
    assert not spread("20").disagrees


def test_an_outlier_is_further_from_the_median_than_a_quarter_of_the_maximum():
    assert spread("20", "21", "31").outliers == ()
    assert spread("20", "21", "31.5").outliers == ("c",)
    assert spread("0", "40").outliers == ("a", "b")


def test_spread_and_mean_are_exact():
    gap = spread("10", "20", "20.5")

    assert (gap.spread, gap.mean) == (Decimal("10.5"), Decimal("50.5") / 3)


@pytest.mark.parametrize(
    ("when", "marks", "owed"),
    [
        ("never", ("0", "40"), False),
        ("on_spread", ("20", "21"), False),
        ("on_spread", ("0", "40"), True),
        ("always", ("20", "21"), True),
        ("always", ("20",), False),
    ],
)
def test_a_meeting_is_owed_as_the_call_says(when, marks, owed):
    assert is_meeting_owed(when, [spread(*marks)]) is owed


@given(
    st.dictionaries(st.integers(100, 130), st.floats(0, 100), min_size=2, max_size=20),
    st.lists(st.floats(-9, 9), min_size=3, max_size=3),
)
def test_the_fit_finds_reviewers_who_are_merely_severe(cases, severity):
    """Every pair shares cases and nobody errs: the effects are the severities about their mean."""
    people, mean = [A, B, C], sum(severity) / 3
    sheets = {
        UUID(int=number): {who: worth + bias for who, bias in zip(people, severity, strict=True)}
        for number, worth in cases.items()
    }

    found = fit(sheets)

    assert [effect.points for effect in found.effects] == pytest.approx([s - mean for s in severity], abs=1e-6)
    for number, worth in cases.items():
        assert found.adjusted[UUID(int=number)] == pytest.approx(worth + mean, abs=1e-6)
    assert found.is_connected


def test_reviewers_who_share_nothing_are_not_compared():
    first, second, alone = (UUID(int=n) for n in (10, 11, 12))

    found = fit({first: {A: 50.0, B: 40.0}, second: {C: 90.0}, alone: {C: 10.0}})

    assert [(one.reviewer, round(one.points, 6), one.sheets, one.group) for one in found.effects] == [
        (A, 5.0, 1, 1),
        (B, -5.0, 1, 1),
        (C, 0.0, 2, 2),
    ]
    assert not found.is_connected
    assert found.adjusted == pytest.approx({first: 45.0, second: 90.0, alone: 10.0})


def test_without_sheets_there_is_nothing_to_say():
    found = fit({})

    assert (found.effects, found.groups, dict(found.adjusted)) == ((), 0, {})


def test_ties_go_round():
    found = fit({UUID(int=10): {A: 1.0, B: 2.0}, UUID(int=11): {B: 3.0, C: 3.0}, UUID(int=12): {D: 1.0}})

    assert [one.group for one in found.effects] == [1, 1, 1, 2]
