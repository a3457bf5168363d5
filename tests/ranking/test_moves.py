"""Why each firm moved: the parts always sum to the move, and each part says what is so."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, strategies as st

from portal.ranking.rules import (
    Because,
    By,
    Departure,
    Granted,
    Move,
    Outcome,
    Part,
    Reserve,
    draw_up,
    moves,
    summary,
)
from tests.ranking.test_rules import a_rule, an_entry
from tests.ranking.worlds import hundredths, worlds

MICRO = {"groups": frozenset({"micro"})}


def moved(rule, before, after, left=None, after_rule=None):
    return moves(draw_up(rule, before), draw_up(after_rule or rule, after), left or {})


@st.composite
def two_versions(draw):
    """A world, and what became of it: some left, some entered, some points changed, some grants are kept."""
    rule, entries = draw(worlds())
    first = [entry for entry in entries if draw(st.integers(0, 5))]
    before = draw_up(rule, first)
    got = {row.entry.arrival: Granted(row.amount_eur, row.reserve) for row in before.above if row.amount_eur}
    left, second = {}, []
    for entry in entries:
        fate = draw(st.sampled_from(["stays", "stays", "leaves", "changes", "keeps"]))
        if fate == "leaves":
            left[entry.registry_number] = draw(st.sampled_from(Departure))
        elif fate == "changes":
            second.append(replace(entry, scores={key: draw(hundredths(0, 400)) for key in entry.scores}))
        else:
            second.append(replace(entry, granted=got.get(entry.arrival) if fate == "keeps" else None))
    return rule, before, draw_up(rule, second), left


@given(two_versions())
def test_the_parts_of_every_move_sum_to_it(versions):
    _rule, before, after, left = versions
    was = {row.entry.registry_number: row for row in before.rows}

    found = moves(before, after, left)

    for row in after.rows:
        number = row.entry.registry_number
        move = found.get(number)
        old = was.get(number)
        if move is None:
            assert (old.place, old.outcome, old.amount_eur) == (row.place, row.outcome, row.amount_eur)
        else:
            assert (move.before, move.after, move.is_) == (old and old.place, row.place, row.outcome)
            assert sum(part.steps for part in move.parts) == move.steps


@given(two_versions())
def test_each_part_says_what_is_so(versions):
    _rule, before, after, left = versions
    was = {row.entry.registry_number: row for row in before.above}
    now = {row.entry.registry_number: row for row in after.above}

    for number, move in moves(before, after, left).items():
        by = {part.by: part for part in move.parts}
        if move.before is None or move.after is None:
            assert not by
            continue
        ahead = [other for other, row in was.items() if row.place < move.before and other not in now]
        for departure in Departure:
            due = sum(left.get(other) is departure for other in ahead)
            assert (by[By(departure.value)].firms if By(departure.value) in by else 0) == due
        entered = sum(row.place < move.after for other, row in now.items() if other not in was)
        assert (by[By.ENTERED].firms if By.ENTERED in by else 0) == entered
        if was[number].entry.scores == now[number].entry.scores and was[number].total == now[number].total:
            assert By.OWN_POINTS not in by


@given(two_versions())
def test_without_changes_of_points_only_comings_and_goings_move(versions):
    _rule, before, _after, left = versions
    stayed = [row.entry for row in before.rows if row.entry.registry_number not in left]

    found = moves(before, draw_up(before.rule, stayed), left)

    assert {part.by for move in found.values() for part in move.parts} <= {By(one.value) for one in Departure}


def test_two_waivers_and_a_reserve_lift_a_micro_firm():
    rule = a_rule(places=3, budget_eur=Decimal(34500), reserves=(Reserve(key="micro", places=1),))
    first = [an_entry(n, 40, 60 - n, **(MICRO if n in {1, 5} else {})) for n in range(1, 6)]
    left = {"2025/000001": Departure.WAIVED, "2025/000002": Departure.WAIVED}

    found = moved(rule, first, first[2:], left)

    assert found["2025/000005"] == Move(
        before=5,
        after=3,
        was=Outcome.RESERVE,
        is_=Outcome.FUNDED,
        parts=(Part(by=By.WAIVED, steps=-2, firms=2),),
        because=Because.RESERVE,
        reserve="micro",
        freed=2,
    )
    assert found["2025/000004"].because is Because.FREED
    assert summary(found.values()) == {"up": 3, "entered": 0, "gained": 2, "lost": 0}


def test_own_points_and_those_of_others_are_told_apart():
    before = [an_entry(1, 40, 50), an_entry(2, 40, 40), an_entry(3, 40, 30)]
    after = [before[0], before[1], an_entry(3, 40, 45)]

    found = moved(a_rule(), before, after)

    assert found["2025/000003"].parts == (Part(by=By.OWN_POINTS, steps=-1),)
    assert found["2025/000002"].parts == (Part(by=By.OTHER_POINTS, steps=1),)
    assert (found["2025/000002"].because, found["2025/000003"].because) == (Because.PLACES, None)
    assert "2025/000001" not in found


def test_who_falls_below_or_comes_late_is_said_so():
    before = [an_entry(1, 40, 50), an_entry(2, 40, 40), an_entry(3, 40, 30)]
    after = [an_entry(1, 10, 50), *before[1:], an_entry(4, 40, 60)]

    found = moved(a_rule(), before, after)

    assert found["2025/000001"].because is Because.THRESHOLD
    assert found["2025/000004"] == Move(before=None, after=1, was=None, is_=Outcome.FUNDED)
    assert found["2025/000003"].parts == (Part(by=By.BELOW, steps=-1, firms=1), Part(by=By.ENTERED, steps=1, firms=1))


def test_a_new_rule_is_named_as_the_cause():
    entries = [an_entry(1, 30, 30), an_entry(2, 31, 29)]
    found = moved(a_rule(places=1), entries, entries, after_rule=a_rule(places=2, tie_break=()))

    assert found["2025/000001"].parts == (Part(by=By.RULE, steps=-1),)
    assert (found["2025/000001"].because, found["2025/000002"].parts) == (Because.RULE, (Part(by=By.RULE, steps=1),))
