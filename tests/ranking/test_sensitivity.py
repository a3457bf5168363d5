"""What would turn: by example, small enough to work out by hand."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from portal.ranking.rules.sensitivity import funded, reviewers, reweighted, weights, without
from portal.ranking.rules.terms import Criterion, Entry, RankingRule, TieBreak

AT = datetime(2026, 1, 1, tzinfo=UTC)


def rule():
    return RankingRule(
        procedure="ranking",
        criteria=(Criterion(key="a", max=Decimal(50), min=Decimal(10)), Criterion(key="b", max=Decimal(50))),
        threshold=Decimal(20),
        tie_break=(TieBreak(by="registry_number", order="asc"),),
        places=1,
        budget_eur=Decimal(100),
        unit_value_eur=Decimal(100),
    )


def entry(number, a, b):
    scores = {"a": Decimal(a), "b": Decimal(b)}
    return Entry(registry_number=f"PE-{number}", arrival=number, submitted_at=AT, scores=scores)


ENTRIES = [entry(1, "40.00", "21.00"), entry(2, "20.00", "40.50")]


def test_a_heavier_criterion_carries_its_points_maximum_and_threshold():
    moved, (first, _) = reweighted(rule(), ENTRIES, "a", Fraction(11, 10))

    assert [(one.max, one.min) for one in moved.criteria] == [
        (Decimal("55.00"), Decimal("11.00")),
        (Decimal("45.00"), None),
    ]
    assert first.scores == {"a": Decimal("44.00"), "b": Decimal("18.90")}


def test_who_turns_where_a_weight_moves():
    """61.00 to 60.50 as it is; with `a` a tenth lighter 59.10 to 62.55."""
    assert funded(rule(), ENTRIES) == {"PE-1"}
    assert [(one.what, one.step, one.came, one.went) for one in weights(rule(), ENTRIES)] == [
        ("a", -1, ("PE-2",), ("PE-1",)),
        ("a", 1, (), ()),
        ("b", -1, (), ()),
        ("b", 1, ("PE-2",), ("PE-1",)),
    ]


def test_who_turns_where_a_reviewer_is_left_out_and_what_only_they_marked_stays():
    marks = {
        "PE-1": {"anna": {"b": Decimal(30)}, "bruno": {"b": Decimal(12)}},
        "PE-2": {"bruno": {"b": Decimal("40.50")}},
    }

    found = reviewers(rule(), ENTRIES, marks)

    assert [(one.what, one.went, one.alone) for one in found] == [("anna", ("PE-1",), 0), ("bruno", (), 1)]
    assert [one.scores["b"] for one in without(ENTRIES, marks, "anna")] == [Decimal("12.00"), Decimal("40.50")]
