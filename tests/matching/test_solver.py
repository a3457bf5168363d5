"""The solver against every schedule there is."""

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from portal.matching.rules.scheduling import Assignment, Term, check
from portal.matching.rules.scheduling.instance import Weighted
from portal.matching.rules.scheduling.solver.running import Progress
from portal.matching.rules.scheduling.solver.solve import solve
from tests.matching.worlds import a_schedule, an_event, events, every_schedule

SLOWLY = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def reached(instance, solution):
    if isinstance(instance.objective, Weighted):
        return (solution.objective.value,)
    return tuple(solution.objective.terms[term] for term in instance.objective.terms)


def places(solution):
    return {one.meeting: one.slot for one in solution.assignments}


@SLOWLY
@given(events())
def test_the_optimum_is_that_of_every_schedule_there_is(instance):
    best = min((value for value, _ in every_schedule(instance)), default=None)

    solution = solve(instance, time_limit=30)

    assert check(instance, solution) == []
    if best is None:
        assert solution.status == "infeasible"
        assert solution.conflict.message
    else:
        assert (solution.status, reached(instance, solution)) == ("optimal", best)


@SLOWLY
@given(events(required=st.just(False)))
def test_with_nothing_required_there_is_a_schedule_even_without_time(instance):
    if instance.constraints.hard_min_meetings:
        return
    solution = solve(instance, time_limit=0)

    assert solution.status in {"feasible", "optimal"}
    assert check(instance, solution) == []


@SLOWLY
@given(events(), st.data())
def test_a_resolve_changes_the_fewest_agendas_that_can_be_changed(instance, data):
    schedules = [(value, dict(held)) for value, held in every_schedule(instance)]
    if not schedules:
        return
    _, before = data.draw(st.sampled_from(schedules))
    away = data.draw(st.sampled_from(instance.participants))
    gone = instance.model_copy(
        update={"meetings": tuple(m for m in instance.meetings if away.id not in {m.a, m.b}), "precedences": ()}
    )
    hit = data.draw(st.sets(st.sampled_from([one.id for one in instance.participants])))
    after = [(_changed(gone, before, dict(held), hit), value) for value, held in every_schedule(gone)]

    solution = solve(gone, time_limit=30, previous=a_schedule(instance, **before), hit=hit)

    if not after:
        assert solution.status == "infeasible"
        return
    assert check(gone, solution) == []
    assert (_changed(gone, before, places(solution), hit), reached(gone, solution)) == min(after)


def _changed(instance, before, after, hit):
    """The participants, but for those `hit`, with another agenda among the meetings that there still are."""
    return sum(
        any(before.get(m.id) != after.get(m.id) for m in instance.meetings if one.id in {m.a, m.b})
        for one in instance.participants
        if one.id not in hit
    )


@pytest.mark.parametrize(("hit", "meetings"), [(("F1", "B2"), {"M2", "M3"}), (("F1",), {"M3"}), ((), {"M3"})])
def test_what_an_absence_frees_is_filled_where_only_those_hit_are_touched(hit, meetings):
    """F1 lost a meeting, and could meet B2."""
    instance = an_event()

    solution = solve(instance, previous=a_schedule(instance, M3="S0 T1"), hit=hit)

    assert meetings <= set(places(solution))
    assert ("M2" in places(solution)) == ("M2" in meetings)
    assert places(solution)["M3"] == "S0"
    assert solution.stats["agendas_changed"] == {"value": 0, "bound": 0}


def test_the_same_seed_gives_the_same_schedule():
    instance = an_event()

    first, second = (solve(instance, seed=7) for _ in range(2))

    assert first.assignments == second.assignments
    assert first.stats["repeatable"]


def test_a_locked_meeting_stays_where_it_is():
    instance = an_event()

    solution = solve(instance, locked=[Assignment(meeting="M1", slot="S3", table="T2")])

    assert Assignment(meeting="M1", slot="S3", table="T2") in solution.assignments
    assert solution.objective.terms[Term.LOST_WEIGHT] == 0


def test_a_stopped_run_keeps_the_best_schedule():
    told: list[Progress] = []

    solution = solve(an_event(), stop=lambda: True, on_progress=told.append)

    assert check(an_event(), solution) == []
    assert len(solution.assignments) == 3


@pytest.mark.parametrize(
    ("changes", "meetings", "message"),
    [
        (
            {"participants": [{"id": "F1", "side": "company", "unavailable": ["S0", "S1", "S2"]}, *[
                {"id": one, "side": "buyer"} for one in ("F2", "B1", "B2")
            ]]},
            ("M1", "M2"),
            "These can't all hold: M1 and M2 take place; F1 has for them only S3.",
        ),
        (
            {"precedences": [{"before": "M1", "after": "M2"}, {"before": "M2", "after": "M1"}]},
            ("M1", "M2"),
            "M1 comes before M2; M2 comes before M1",
        ),
        ({"tables": {"pool": 0}}, ("M1",), "M1 has no slot in which both can come"),
    ],
)  # fmt: skip
def test_a_conflict_is_told_in_words(changes, meetings, message):
    plain = an_event()
    asked = [m.model_dump() | {"required": True} for m in plain.meetings[:2]]

    solution = solve(an_event(meetings=asked, **changes))

    assert solution.status == "infeasible"
    assert solution.conflict.meetings == meetings
    assert message in solution.conflict.message


def test_a_minimum_that_cannot_be_had_is_told_in_words():
    people = [one.model_dump() | {"min_meetings": 2 if one.id == "B2" else 0} for one in an_event().participants]

    solution = solve(an_event(participants=people, constraints={"hard_min_meetings": True}))

    assert solution.conflict.message == "These can't all hold: B2 has at least 2 meetings."
    assert solution.conflict.participants == ("B2",)
