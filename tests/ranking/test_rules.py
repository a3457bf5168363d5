"""The ranking by property and by example."""

import hashlib
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, strategies as st
from pydantic import ValidationError

from portal.kernel.text import sha256_hex
from portal.ranking.rules import (
    Bonus,
    Criterion,
    Entry,
    Granted,
    Held,
    Lot,
    Outcome,
    Pathway,
    RankingRule,
    Request,
    Reserve,
    Shortfall,
    TieBreak,
    Unrankable,
    average,
    draw_up,
    standing,
)
from tests.ranking.worlds import OPENS, hundredths, later_worlds, worlds

TWO = Decimal("0.01")


def a_rule(**changes):
    return RankingRule(
        **{
            "procedure": "ranking",
            "criteria": (Criterion(key="fit", max=40, min=20), Criterion(key="plan", max=60)),
            "threshold": Decimal(50),
            "tie_break": (TieBreak(by="fit", order="desc"), TieBreak(by="submitted_at", order="asc")),
            "places": 2,
            "budget_eur": Decimal(23000),
            "unit_value_eur": Decimal(11500),
            **changes,
        }
    )


def an_entry(number, fit, plan, **changes):
    return Entry(
        **{
            "registry_number": f"2025/{number:06}",
            "arrival": number,
            "submitted_at": OPENS,
            "scores": {"fit": Decimal(fit), "plan": Decimal(plan)},
            **changes,
        }
    )


def outcomes(ranked):
    return [(row.entry.arrival, row.outcome) for row in ranked.rows]


def test_the_best_are_funded_the_next_wait_and_the_weak_stay_out():
    ranked = draw_up(
        a_rule(),
        [an_entry(1, 20, 30), an_entry(2, 30, 40), an_entry(3, 19, 60), an_entry(4, 25, 30), an_entry(5, 20, 29)],
    )

    assert outcomes(ranked) == [
        (2, Outcome.FUNDED),
        (4, Outcome.FUNDED),
        (1, Outcome.RESERVE),
        (3, Outcome.BELOW_THRESHOLD),
        (5, Outcome.BELOW_THRESHOLD),
    ]
    assert [row.short_of for row in ranked.below] == [("fit",), ("total",)]
    assert [row.held_by for row in ranked.above] == [None, None, Held.PLACES]


def test_ties_go_by_the_listed_keys_then_by_arrival():
    later = OPENS.replace(hour=12)
    tied = [
        an_entry(1, 30, 30, submitted_at=later),
        an_entry(2, 30, 30),
        an_entry(3, 31, 29, submitted_at=later),
        an_entry(4, 30, 30, submitted_at=later),
    ]

    assert [row.entry.arrival for row in draw_up(a_rule(), tied).above] == [3, 2, 1, 4]


def test_bonus_points_lift_nobody_over_the_minimum():
    rule = a_rule(bonuses=(Bonus(key="women", max=10),))
    ranked = draw_up(
        rule, [an_entry(1, 20, 29, bonus={"women": Decimal(10)}), an_entry(2, 20, 30, bonus={"women": Decimal(10)})]
    )

    assert [(row.entry.arrival, row.total, row.outcome) for row in ranked.rows] == [
        (2, Decimal(60), Outcome.FUNDED),
        (1, Decimal(49), Outcome.BELOW_THRESHOLD),
    ]


@pytest.mark.parametrize(
    ("shortfall", "given_eur"),
    [
        (Shortfall.STOP, [60, 0, 0]),
        (Shortfall.SKIP, [60, 0, 30]),
        (Shortfall.PARTIAL, [60, 40, 0]),
    ],
)
def test_what_happens_when_the_money_is_short_is_the_rules_choice(shortfall, given_eur):
    rule = a_rule(places=None, budget_eur=Decimal(100), unit_value_eur=None, shortfall=shortfall)
    asked = {1: 60, 2: 50, 3: 30}
    ranked = draw_up(rule, [an_entry(n, 40, 60 - n, amount_eur=Decimal(eur)) for n, eur in asked.items()])

    assert [row.amount_eur for row in ranked.above] == given_eur


def test_a_full_pathway_lets_the_next_pathway_pass_and_a_thin_one_is_named():
    rule = a_rule(pathways=(Pathway(key="fr", places=1), Pathway(key="de", min_firms=2)))
    ranked = draw_up(
        rule, [an_entry(1, 40, 60, pathway="fr"), an_entry(2, 40, 50, pathway="fr"), an_entry(3, 40, 40, pathway="de")]
    )

    assert [(row.entry.arrival, row.held_by) for row in ranked.above] == [(1, None), (2, Held.PATHWAY), (3, None)]
    assert ranked.short_pathways == ("de",)


def test_skipping_can_hurt_who_stands_where_they_were():
    """The counter-example of docs/contracts/ranking.md: a waiver takes the grant from another firm."""
    rule = a_rule(places=None, budget_eur=Decimal(100), unit_value_eur=None, shortfall=Shortfall.SKIP)
    three = [an_entry(n, 40, 60 - n, amount_eur=Decimal(eur)) for n, eur in {1: 60, 2: 70, 3: 40}.items()]

    assert [row.amount_eur for row in draw_up(rule, three).above] == [60, 0, 40]
    assert [row.amount_eur for row in draw_up(rule, three[1:]).above] == [70, 0]


def test_first_come_first_served_keeps_arrival_above_the_thresholds():
    rule = a_rule(procedure="first_come_first_served", tie_break=(TieBreak(by="registry_number", order="asc"),))
    ranked = draw_up(rule, [an_entry(3, 40, 60), an_entry(1, 20, 30), an_entry(2, 10, 60)])

    assert outcomes(ranked) == [(1, Outcome.FUNDED), (3, Outcome.FUNDED), (2, Outcome.BELOW_THRESHOLD)]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (an_entry(1, 41, 0), "score fit is not between 0 and 40.00"),
        (an_entry(1, -1, 0), "score fit is not between 0 and 40.00"),
        (an_entry(1, 1, 1, scores={"fit": Decimal(1)}), "scores must cover exactly fit, plan"),
        (an_entry(1, 1, 1, bonus={"luck": Decimal(1)}), "bonus luck is not of the call, or above its maximum"),
        (an_entry(1, 1, 1, pathway="mars"), "pathway mars is not of the call"),
        (an_entry(1, 1, 1, groups=frozenset({"micro"})), "reserve micro is not of the call"),
        (an_entry(1, 1, 1, granted=Granted(Decimal(1), "micro")), "reserve micro is not of the call"),
        (an_entry(1, 1, 1, amount_eur=Decimal(1)), "amount_eur is given exactly where the call has no unit value"),
    ],
)
def test_an_entry_outside_the_rule_is_refused(entry, fault):
    with pytest.raises(Unrankable) as refusal:
        draw_up(a_rule(), [entry])

    assert refusal.value.facts == {"registry_number": "2025/000001", "fault": fault}


@pytest.mark.parametrize(
    ("second", "fault"),
    [
        ({"arrival": 1}, "two entries have the same arrival"),
        ({"registry_number": "2025/000001"}, "two entries have the same registry_number"),
    ],
)
def test_numbers_are_of_one_entry_only(second, fault):
    with pytest.raises(Unrankable) as refusal:
        draw_up(a_rule(), [an_entry(1, 30, 30), an_entry(2, 30, 30, **second)])

    assert refusal.value.facts["fault"] == fault


@pytest.mark.parametrize(
    "change",
    [
        {"criteria": (Criterion(key="total", max=1),)},
        {"criteria": (Criterion(key="fit", max=1), Criterion(key="fit", max=1))},
        {"pathways": (Pathway(key="fr"), Pathway(key="fr"))},
        {"tie_break": (TieBreak(by="age", order="asc"),)},
        {"threshold": Decimal("0.001")},
        {"threshold": 0.5},
        {"tie_break": (TieBreak(by="lot", order="asc"),)},
        {"lot": Lot(commitment="0" * 64, seed="0" * 64), "tie_break": (TieBreak(by="lot", order="asc"),)},
        {"reserves": (Reserve(key="micro", places=1), Reserve(key="micro", eur=Decimal(1)))},
        {"overbooking_pct": 120},
    ],
)
def test_a_rule_without_sense_cannot_be_made(change):
    with pytest.raises(ValidationError):
        a_rule(**change)


@given(st.lists(hundredths(0, 10_000), min_size=1, max_size=9))
def test_an_average_is_the_exact_mean_rounded_once_half_up(marks):
    exact = sum(map(Fraction, marks), Fraction(0)) / len(marks)

    mean = average(marks)

    assert mean == mean.quantize(TWO)
    assert -Fraction(1, 200) < Fraction(mean) - exact <= Fraction(1, 200)


def test_a_half_goes_up():
    assert average([Decimal("1.00"), Decimal("1.01")]) == Decimal("1.01")
    assert average([Decimal(1), Decimal(1), Decimal(2)]) == Decimal("1.33")
    assert str(average([Decimal(7)])) == "7.00"


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(world, shuffler):
    rule, given_entries = world
    shuffled = list(given_entries)
    shuffler.shuffle(shuffled)

    assert draw_up(rule, shuffled) == draw_up(rule, given_entries)


@given(worlds())
def test_every_entry_has_one_row_and_every_place_one_entry(world):
    rule, given_entries = world
    ranked = draw_up(rule, given_entries)

    assert sorted(row.entry.arrival for row in ranked.rows) == [entry.arrival for entry in given_entries]
    assert [row.place for row in ranked.above] == list(range(1, len(ranked.above) + 1))
    assert {row.place for row in ranked.below} <= {None}


@given(worlds())
def test_rows_made_again_tell_the_same(world):
    rule, given_entries = world
    ranked = draw_up(rule, given_entries)

    for rows in (ranked.above, ranked.below):
        in_turn = list(rows)
        assert [rows[place] for place in range(len(rows))] == in_turn == rows[:]
        assert in_turn[-2:] == rows[-2:]
        assert rows == in_turn
        assert rows != len(in_turn)


@given(later_worlds())
def test_places_quotas_reserves_and_budget_are_never_overspent(world):
    rule, given_entries = world
    funded = [row for row in draw_up(rule, given_entries).above if row.outcome is Outcome.FUNDED]
    by_pathway = Counter(row.entry.pathway for row in funded)
    by_reserve = Counter(row.reserve for row in funded)

    assert sum(row.amount_eur for row in funded) <= rule.budget_eur
    assert rule.places is None or len(funded) <= rule.places
    assert all(p.places is None or by_pathway[p.key] <= p.places for p in rule.pathways)
    assert all(r.places is None or by_reserve[r.key] <= r.places for r in rule.reserves)
    assert all(
        r.eur is None or sum(row.amount_eur for row in funded if row.reserve == r.key) <= r.eur for r in rule.reserves
    )
    assert all(row.reserve is None or row.reserve in row.entry.groups for row in funded)
    assert all(row.amount_eur == row.amount_eur.quantize(TWO) for row in funded)


@given(later_worlds(shortfalls=(Shortfall.STOP, Shortfall.PARTIAL)))
def test_nobody_waits_while_there_is_a_place_and_the_money(world):
    rule, given_entries = world
    ranked = draw_up(rule, given_entries)
    funded = [row for row in ranked.above if row.outcome is Outcome.FUNDED]
    left = rule.budget_eur - sum(row.amount_eur for row in funded)
    first_short = next((row for row in ranked.above if row.held_by is Held.BUDGET), None)

    if first_short is not None:
        asked = rule.unit_value_eur if rule.unit_value_eur is not None else first_short.entry.amount_eur
        assert asked > left


@given(later_worlds(), st.data())
def test_a_higher_score_never_lowers_a_place_or_worsens_an_outcome(world, data):
    rule, given_entries = world
    assume(given_entries)
    entry = data.draw(st.sampled_from(given_entries))
    criterion = data.draw(st.sampled_from(rule.criteria))
    better = data.draw(hundredths(int(entry.scores[criterion.key] * 100), int(criterion.max * 100)))
    raised = replace(entry, scores={**entry.scores, criterion.key: better})

    before = row_of(draw_up(rule, given_entries), entry.arrival)
    after = row_of(draw_up(rule, [raised if e is entry else e for e in given_entries]), entry.arrival)

    order = list(Outcome)
    assert order.index(after.outcome) <= order.index(before.outcome)
    assert before.place is None or (after.place is not None and after.place <= before.place)
    assert after.amount_eur >= before.amount_eur


WITHOUT_PARTS = {"equal_amounts": True, "shortfalls": (Shortfall.STOP, Shortfall.SKIP)}


@given(later_worlds(**WITHOUT_PARTS, with_quotas=False) | later_worlds(**WITHOUT_PARTS, with_reserves=False), st.data())
def test_where_grants_are_equal_a_waiver_hurts_nobody(world, data):
    """With quotas or with reserves; where a call has both, see the counter-example below."""
    rule, given_entries = world
    funded = [row.entry for row in draw_up(rule, given_entries).above if row.outcome is Outcome.FUNDED]
    assume(funded)
    gone = data.draw(st.sampled_from(funded))
    still_counts = [Request(arrival=gone.arrival, asked_eur=None)] if rule.overbooking_pct else []

    after = draw_up(rule, [e for e in given_entries if e is not gone], still_counts)

    assert {e.arrival for e in funded if e is not gone} <= funded_arrivals(after)


def test_with_quotas_and_reserves_a_waiver_can_hurt():
    """The second counter-example of docs/contracts/ranking.md: the reserve brings in a firm of the full pathway."""
    rule = a_rule(
        pathways=(Pathway(key="fr", places=1), Pathway(key="de")), reserves=(Reserve(key="micro", places=1),), places=2
    )
    micro = {"groups": frozenset({"micro"})}
    gone = an_entry(1, 40, 60, pathway="de", **micro)
    others = [an_entry(2, 40, 50, pathway="fr"), an_entry(3, 40, 40, pathway="fr", **micro)]

    assert funded_arrivals(draw_up(rule, [gone, *others])) == {1, 2}
    assert funded_arrivals(draw_up(rule, others)) == {3}
    kept = [replace(others[0], granted=Granted(Decimal(11500))), others[1]]
    assert funded_arrivals(draw_up(rule, kept)) == {2}


@given(later_worlds())
def test_who_keeps_a_grant_loses_nothing_and_changes_nothing_for_others(world):
    rule, given_entries = world

    before = draw_up(rule, [replace(entry, granted=None) for entry in given_entries])
    after = draw_up(rule, given_entries)

    assert [(r.entry.arrival, r.outcome, r.amount_eur, r.reserve) for r in after.rows] == [
        (r.entry.arrival, r.outcome, r.amount_eur, r.reserve) for r in before.rows
    ]


@given(later_worlds(), st.data())
def test_who_keeps_a_grant_keeps_it_whatever_the_scores_become(world, data):
    rule, given_entries = world
    again = [replace(e, scores={key: data.draw(hundredths(0, 400)) for key in e.scores}) for e in given_entries]

    after = {row.entry.arrival: row for row in draw_up(rule, again).rows}

    for entry in given_entries:
        if entry.granted is not None:
            row = after[entry.arrival]
            assert (row.outcome, row.amount_eur, row.reserve) == (
                Outcome.FUNDED,
                entry.granted.eur,
                entry.granted.reserve,
            )


def test_a_grant_that_no_longer_fits_is_refused_and_not_taken_away():
    kept = [an_entry(n, 40, 60 - n, granted=Granted(Decimal(11500))) for n in (1, 2, 3)]

    with pytest.raises(Unrankable) as refusal:
        draw_up(a_rule(), kept)

    assert refusal.value.facts["fault"] == "it keeps a grant that no longer fits the places"


def test_a_reserve_is_a_minimum_and_counts_who_would_be_funded_anyway():
    rule = a_rule(places=3, budget_eur=Decimal(34500), reserves=(Reserve(key="micro", places=2),))
    micro = {"groups": frozenset({"micro"})}
    world = [an_entry(1, 40, 60, **micro), an_entry(2, 40, 55), an_entry(3, 40, 50), an_entry(4, 40, 30, **micro)]

    rows = draw_up(rule, world).above

    assert [(row.entry.arrival, row.outcome, row.reserve) for row in rows] == [
        (1, Outcome.FUNDED, "micro"),
        (2, Outcome.FUNDED, None),
        (3, Outcome.RESERVE, None),
        (4, Outcome.FUNDED, "micro"),
    ]


def test_what_a_reserve_does_not_use_is_for_everybody():
    rule = a_rule(reserves=(Reserve(key="micro", places=2),))
    ranked = draw_up(rule, [an_entry(1, 40, 60), an_entry(2, 40, 50)])

    assert (funded_arrivals(ranked), ranked.short_reserves) == ({1, 2}, ("micro",))


def test_a_reserve_of_money_is_not_overdrawn():
    rule = a_rule(
        places=None, budget_eur=Decimal(100), unit_value_eur=None, reserves=(Reserve(key="micro", eur=Decimal(50)),)
    )
    micro = {"groups": frozenset({"micro"})}
    asked = [(1, 60, {}), (2, 30, micro), (3, 30, micro)]
    rows = draw_up(rule, [an_entry(n, 40, 60 - n, amount_eur=Decimal(eur), **group) for n, eur, group in asked]).above

    assert [row.amount_eur for row in rows] == [60, 30, 0]
    assert [row.reserve for row in rows] == [None, "micro", None]


def test_an_overbooked_window_stops_at_the_request_that_reaches_the_share():
    rule = a_rule(
        procedure="first_come_first_served",
        tie_break=(TieBreak(by="registry_number", order="asc"),),
        places=None,
        overbooking_pct=150,
    )
    came = [an_entry(1, 40, 60), an_entry(3, 40, 60), an_entry(4, 40, 60), an_entry(5, 40, 60)]

    rows = draw_up(rule, came, [Request(arrival=2, asked_eur=None)]).above

    assert [(row.entry.arrival, row.held_by) for row in rows] == [
        (1, None),
        (3, None),
        (4, "overbooking"),
        (5, "overbooking"),
    ]


def test_a_lot_orders_equals_by_the_hash_of_seed_and_number():
    seed = "ab" * 32
    rule = a_rule(
        tie_break=(TieBreak(by="lot", order="asc"),), lot=Lot(commitment=sha256_hex(bytes.fromhex(seed)), seed=seed)
    )
    tied = [an_entry(n, 30, 30) for n in range(1, 9)]
    due = sorted(tied, key=lambda e: hashlib.sha256(bytes.fromhex(seed) + e.registry_number.encode()).hexdigest())

    assert [row.entry for row in draw_up(rule, tied).above] == due
    assert [e.arrival for e in due] != list(range(1, 9))


@given(worlds())
def test_a_standing_says_what_parted_neighbours(world):
    rule, given_entries = world
    ranked = draw_up(rule, given_entries)

    for ahead, row in zip([None, *ranked.rows], ranked.rows, strict=False):
        why = standing(rule, row, ahead=ahead, cut_off=None)
        assert (why.parted_by is None) == (row.place in {None, 1})
        assert why.missing.keys() == set(row.short_of)
        assert all(points > 0 for points in why.missing.values())


def test_a_standing_names_the_tie_break_and_what_is_missing():
    first, second, *_, out = draw_up(
        a_rule(), [an_entry(1, 30, 30), an_entry(2, 31, 29), an_entry(3, 20, 30), an_entry(4, 10, 20)]
    ).rows

    assert standing(a_rule(), second, ahead=first, cut_off=Decimal(60)).parted_by == "fit"
    assert standing(a_rule(), out, ahead=second, cut_off=None).missing == {"fit": Decimal(10), "total": Decimal(20)}


def funded_arrivals(ranked):
    return {row.entry.arrival for row in ranked.above if row.outcome is Outcome.FUNDED}


def row_of(ranked, arrival):
    return next(row for row in ranked.rows if row.entry.arrival == arrival)
