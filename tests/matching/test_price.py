"""The price of a move is the difference between the schedules before and after."""

from hypothesis import HealthCheck, assume, given, settings, strategies as st

from portal.matching.rules.scheduling import Assignment, Grid, Hindrance, Obstacle, Solution, Term, price_move
from portal.matching.rules.scheduling.check import _Schedule
from tests.matching.worlds import a_schedule, an_event, events, every_schedule

SLOWLY = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])


def test_a_move_that_opens_a_break_says_so():
    instance = an_event()
    told = a_schedule(instance, M1="S0 T1", M2="S1 T1")

    price = price_move(instance, told, "M2", slot="S3")

    assert (price.is_possible, price.breaks, price.delta[Term.IDLE_SLOTS]) == (True, 1, 2)


def test_what_stands_in_the_way_is_named():
    instance = an_event(precedences=[{"before": "M1", "after": "M2"}], tables={"pool": 1})
    told = a_schedule(instance, M1="S0 T1", M2="S1 T1", M3="S2 T1")

    assert price_move(instance, told, "M3", slot="S0").obstacles == (
        Obstacle(Hindrance.BUSY, participant="B1", meeting="M1"),
        Obstacle(Hindrance.TABLE),
    )
    assert price_move(instance, told, "M1", slot="S3").obstacles == (Obstacle(Hindrance.ORDER, meeting="M2"),)
    assert price_move(instance, told, "M3", slot="S3", table="T1").is_possible
    assert price_move(instance, told, "M3", slot="S1", table="T1").obstacles == (
        Obstacle(Hindrance.TABLE),
        Obstacle(Hindrance.TABLE, meeting="M2"),
    )
    assert price_move(instance, told, "M3", slot="S3", table="X").obstacles == (Obstacle(Hindrance.TABLE),)


def test_a_limit_on_breaks_stands_in_the_way():
    people = [one.model_dump() | {"max_breaks": 0 if one.id == "F1" else None} for one in an_event().participants]
    instance = an_event(participants=people)
    told = a_schedule(instance, M1="S0 T1", M2="S1 T1")

    assert price_move(instance, told, "M2", slot="S3").obstacles == (Obstacle(Hindrance.BREAKS, participant="F1"),)


def test_a_meeting_that_was_left_out_can_be_priced_too():
    instance = an_event()
    told = a_schedule(instance, M1="S0 T1")

    price = price_move(instance, told, "M3", slot="S1")

    assert (price.is_possible, price.delta[Term.LOST_WEIGHT]) == (True, -2)


@SLOWLY
@given(events(), st.data())
def test_a_possible_move_costs_what_the_checker_finds_and_leaves_the_grid_as_it_was(instance, data):
    schedules = [held for _, held in every_schedule(instance) if held]
    assume(schedules)
    held = dict(data.draw(st.sampled_from(schedules)))
    told = _seated(instance, held)
    grid = Grid(instance, told)
    meeting = data.draw(st.sampled_from(sorted(one.id for one in instance.meetings)))
    slot = data.draw(st.sampled_from(instance.slots)).id

    price = grid.price(meeting, slot)

    moved = held | {meeting: slot}
    after = _Schedule(instance, _untabled(instance, moved))
    possible = next(after.violations(), None) is None
    assert price.is_possible == possible
    if possible:
        before = _Schedule(instance, told).terms()
        assert {term: after.terms()[term] - before[term] for term in price.delta if term != Term.TABLE_CHANGES} == {
            term: change for term, change in price.delta.items() if term != Term.TABLE_CHANGES
        }
    assert grid.price(meeting, slot) == price


def _seated(instance, held):
    """The schedule with the first free table for each."""
    schedule, taken = _Schedule(instance, _untabled(instance, held)), set()
    tables = {}
    for meeting in schedule.held:
        own = schedule.own_table(meeting)
        free = (f"T{nth}" for nth in range(1, 9) if (held[meeting.id], f"T{nth}") not in taken)
        tables[meeting.id] = own or next(free)
        taken.add((held[meeting.id], tables[meeting.id]))
    return Solution(
        instance=instance.id,
        status="feasible",
        assignments=tuple(Assignment(meeting=at, slot=slot, table=tables[at]) for at, slot in held.items()),
    )


def _untabled(instance, held):
    return a_schedule(instance, **held)
