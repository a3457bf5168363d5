"""Every rule that a schedule can break is found and named; two readings of the contract agree."""

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from portal.matching.rules.scheduling import Assignment, Conflict, LeftOut, Rule, Solution, check
from portal.matching.rules.scheduling.check import _Schedule
from portal.matching.rules.scheduling.figures import terms
from portal.matching.rules.scheduling.filling import is_whole
from portal.matching.rules.scheduling.layout import lay_out
from portal.matching.rules.scheduling.placing import Standing
from portal.matching.rules.scheduling.seating import seat
from portal.matching.rules.scheduling.solution import Reached
from portal.matching.rules.scheduling.solver.solve import solve
from tests.matching.worlds import a_schedule, an_event, events

SLOWLY = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])


def people(**changes):
    """The plain event's participants; `F1={...}` changes one."""
    return [one.model_dump() | changes.get(one.id, {}) for one in an_event().participants]


def meetings(**changes):
    return [one.model_dump() | changes.get(one.id, {}) for one in an_event().meetings]


@pytest.mark.parametrize(
    ("changes", "places", "rule"),
    [
        ({}, {"M9": "S0 T1"}, Rule.UNKNOWN_MEETING),
        ({}, {"M1": "S9 T1"}, Rule.UNKNOWN_SLOT),
        ({"meetings": meetings(M1={"required": True})}, {"M2": "S0 T1"}, Rule.REQUIRED),
        ({"participants": people(F1={"unavailable": ["S0"]})}, {"M1": "S0 T1"}, Rule.UNAVAILABLE),
        ({"meetings": meetings(M1={"session": "PM"})}, {"M1": "S0 T1"}, Rule.SESSION),
        ({"meetings": meetings(M1={"fixed_slot": "S1"})}, {"M1": "S0 T1"}, Rule.FIXED_SLOT),
        ({}, {"M1": "S0 T1", "M2": "S0 T2"}, Rule.TWO_AT_ONCE),
        ({"participants": people(F1={"max_meetings": 1})}, {"M1": "S0 T1", "M2": "S1 T1"}, Rule.MAX_MEETINGS),
        (
            {"participants": people(B2={"min_meetings": 1}), "constraints": {"hard_min_meetings": True}},
            {"M1": "S0 T1"},
            Rule.MIN_MEETINGS,
        ),
        ({}, {"M1": "S0 T3"}, Rule.TABLE),
        ({}, {"M1": "S0 X"}, Rule.TABLE),
        ({"tables": {"pool": 2, "pool_by_slot": {"S0": 1}}}, {"M1": "S0 T2"}, Rule.TABLE),
        ({"tables": {"pool": 2, "fixed": [{"id": "U", "participant": "B1"}]}}, {"M1": "S0 T1"}, Rule.TABLE),
        ({}, {"M2": "S0 T1", "M3": "S0 T1"}, Rule.TABLE_TAKEN),
        ({"tables": {"pool": 1}}, {"M2": "S0", "M3": "S0"}, Rule.TABLES),
        ({"meetings": meetings(M1={"interpreter": "it-ru"})}, {"M1": "S0 T1"}, Rule.INTERPRETERS),
        (
            {
                "meetings": meetings(M1={"interpreter": "it-ru"}),
                "interpreters": [{"language": "it-ru", "count": 1, "by_slot": {"S0": 0}}],
            },
            {"M1": "S0 T1"},
            Rule.INTERPRETERS,
        ),
        ({"precedences": [{"before": "M1", "after": "M2"}]}, {"M1": "S1 T1", "M2": "S0 T1"}, Rule.PRECEDENCE),
        ({"precedences": [{"before": "M2", "after": "M3"}]}, {"M2": "S1 T1", "M3": "S1 T2"}, Rule.PRECEDENCE),
        ({"participants": people(F1={"max_breaks": 0})}, {"M1": "S0 T1", "M2": "S2 T1"}, Rule.MAX_BREAKS),
        ({"constraints": {"max_break_difference": 0}}, {"M1": "S0 T1", "M2": "S2 T1"}, Rule.BREAK_DIFFERENCE),
    ],
)
def test_a_broken_rule_is_named(changes, places, rule):
    instance = an_event(**changes)

    assert [one.rule for one in check(instance, a_schedule(instance, **places))] == [rule]


@pytest.mark.parametrize(("scope", "rules"), [("event", [Rule.MAX_BREAKS]), ("day", []), ("session", [])])
def test_breaks_are_counted_within_their_scope(scope, rules):
    instance = an_event(break_scope=scope, participants=people(F1={"max_breaks": 0}))

    assert [one.rule for one in check(instance, a_schedule(instance, M1="S1 T1", M2="S3 T1"))] == rules


def test_a_schedule_of_another_event_and_a_meeting_held_twice():
    instance = an_event()
    twice = tuple(Assignment(meeting="M1", slot=slot) for slot in ("S0", "S1"))

    other = a_schedule(instance, M1="S0").model_copy(update={"instance": "altra"})

    assert [one.rule for one in check(instance, other)] == [Rule.INSTANCE]
    told = Solution(instance=instance.id, status="feasible", assignments=twice)
    assert [one.rule for one in check(instance, told)] == [Rule.TWICE]


def claims(**changes):
    """The plain event's proven schedule, with something else claimed."""
    solution = solve(an_event())
    objective = solution.objective.model_copy(update=changes.pop("objective", {}))
    return [one.rule for one in check(an_event(), solution.model_copy(update={"objective": objective, **changes}))]


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, []),
        ({"objective": {"terms": {"breaks": 1}}}, [Rule.FIGURE]),
        ({"objective": {"terms": {"joy": 1}}}, [Rule.FIGURE]),
        ({"objective": {"bounds": {"lost_weight": 0, "breaks": 1}}}, [Rule.BOUND, Rule.STATUS]),
        ({"objective": {"bounds": {"lost_weight": 0}}}, [Rule.STATUS]),
        ({"objective": {"bounds": {"lost_weight": 0, "breaks": 0, "joy": 0}}}, [Rule.BOUND]),
        ({"unscheduled": (LeftOut(meeting="M1", reason="capacity"),)}, [Rule.UNSCHEDULED]),
        ({"unscheduled": (LeftOut(meeting="M9", reason="no_common_slot"),)}, [Rule.UNSCHEDULED]),
        ({"conflict": Conflict(message="no")}, [Rule.CONFLICT]),
    ],
)
def test_a_false_claim_is_named(changes, rules):
    assert claims(**changes) == rules


def test_a_meeting_left_out_is_told_with_a_true_reason():
    instance = an_event()
    told = a_schedule(instance, M1="S0 T1", M2="S1 T1")

    silent = told.model_copy(update={"unscheduled": ()})
    false = told.model_copy(update={"unscheduled": (LeftOut(meeting="M3", reason="no_common_slot"),)})
    true = told.model_copy(update={"unscheduled": (LeftOut(meeting="M3", reason="objective"),)})

    assert [[one.rule for one in check(instance, one)] for one in (silent, false, true)] == [
        [Rule.UNSCHEDULED],
        [Rule.UNSCHEDULED],
        [],
    ]


def test_figures_of_a_weighted_sum():
    instance = an_event(objective={"mode": "weighted", "weights": {"lost_weight": 2, "breaks": 1}})
    told = a_schedule(instance, M1="S0 T1", M2="S1 T1")

    def rules(**figures):
        status = figures.pop("status", "feasible")
        return [
            one.rule
            for one in check(instance, told.model_copy(update={"objective": Reached(**figures), "status": status}))
        ]

    assert rules(value=4, bound=0) == []
    assert rules(value=3) == [Rule.FIGURE]
    assert rules(value=4, bound=5) == [Rule.BOUND]
    assert rules(value=4, bound=3, status="optimal") == [Rule.STATUS]
    assert rules(value=4, bound=4, status="optimal") == []


def test_table_changes_cannot_be_told_without_tables():
    instance = an_event(objective={"mode": "weighted", "weights": {"table_changes": 1}})
    told = a_schedule(instance, M1="S0", M2="S1")

    assert check(instance, told.model_copy(update={"objective": Reached(value=0)})) == []
    false = told.model_copy(update={"objective": Reached(terms={"table_changes": 0})})
    assert [one.rule for one in check(instance, false)] == [Rule.FIGURE]


@pytest.mark.parametrize(
    ("asked", "changes", "rules"),
    [
        (True, {"conflict": Conflict(message="no", meetings=("M1",), participants=("F1",))}, []),
        (True, {}, [Rule.CONFLICT]),
        (True, {"conflict": Conflict(message="no", meetings=("M9",), participants=("F9",))}, [Rule.CONFLICT] * 2),
        (False, {"conflict": Conflict(message="no")}, [Rule.STATUS]),
        (True, {"status": "unknown"}, []),
        (False, {"status": "unknown"}, [Rule.STATUS]),
        (True, {"status": "unknown", "assignments": (Assignment(meeting="M1", slot="S0"),)}, [Rule.STATUS]),
    ],
)
def test_no_schedule_is_claimed_only_where_something_is_required(asked, changes, rules):
    instance = an_event(meetings=meetings(M1={"required": asked}))
    told = Solution(instance=instance.id, status="infeasible").model_copy(update=changes)

    assert [one.rule for one in check(instance, told)] == rules


@SLOWLY
@given(events(), st.data())
def test_the_solvers_reading_and_the_checkers_agree_on_any_schedule(instance, data):
    layout = lay_out(instance)
    slots = st.sampled_from([None, *layout.slots])
    standing, fits = Standing(layout, {}), True
    for meeting in layout.meetings:
        slot = data.draw(slots)
        if slot is None or any(slot in standing.mine[who] for who in layout.pairs[meeting]):
            continue
        fits &= next(standing.clashes(meeting, slot), None) is None
        standing.put(meeting, slot)
    fits &= is_whole(layout, standing.when) and not list(standing.strains())
    names = {layout.meeting(at).id: instance.slots[slot].id for at, slot in standing.when.items()}

    schedule = _Schedule(instance, a_schedule(instance, **names))

    assert fits == (next(schedule.violations(), None) is None)
    if fits:
        where = seat(layout, standing.when)
        seated = {layout.meeting(at).id: f"{names[layout.meeting(at).id]} {where[at]}" for at in where}
        schedule = _Schedule(instance, a_schedule(instance, **seated))
        assert list(schedule.violations()) == []
        assert terms(layout, standing.when, where) == schedule.terms()
