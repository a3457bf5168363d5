"""What would have changed the outcome, held against drawing the whole list up again."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings, strategies as st

from portal.ranking.rules import Outcome, draw_up
from portal.ranking.rules.remedy import CENT, remedy
from tests.ranking.worlds import worlds


def outcome_of(world, number, criterion=None, points=Decimal(0)):
    rule, entries, *more = world
    changed = [
        replace(one, scores={**one.scores, criterion: one.scores[criterion] + points})
        if criterion and one.registry_number == number
        else one
        for one in entries
    ]
    row = next(row for row in draw_up(rule, changed, *more).rows if row.entry.registry_number == number)
    return row.outcome


@settings(max_examples=400)
@given(st.data())
def test_so_many_points_more_and_the_firm_is_funded_one_cent_less_and_it_is_not(data):
    world = data.draw(worlds())
    rule, entries, *more = world
    if not entries:
        return
    own = data.draw(st.sampled_from(entries))
    number = own.registry_number

    found = remedy(rule, entries, number, *more)

    if outcome_of(world, number) is Outcome.FUNDED:
        assert (dict(found.alone), found.is_any) == ({}, False)
        return
    assert list(found.alone) == [one.key for one in rule.criteria]
    assert found.is_any == any(points is not None for points in found.alone.values())
    maxima = {one.key: one.max for one in rule.criteria}
    for criterion, points in found.alone.items():
        if points is None:
            room = maxima[criterion] - own.scores[criterion]
            assert outcome_of(world, number, criterion, room) is not Outcome.FUNDED
        else:
            assert outcome_of(world, number, criterion, points) is Outcome.FUNDED
            assert outcome_of(world, number, criterion, points - CENT) is not Outcome.FUNDED
