"""Asking the solver, following it, stopping it, and what it leaves in the agenda."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.kernel.outbox import Envelope
from portal.matching.models import Run, Seat
from portal.matching.queries import agenda, events
from portal.matching.rules import scheduling
from portal.matching.rules.agenda import AtWork, NotAtWork, NothingToSchedule
from portal.matching.rules.states import MeetingState, RunState
from portal.matching.service import leaving, participants, solving, telling
from tests.factories.agenda import LATER, a_market, propose, put, solved, standing
from tests.factories.calls import make_call
from tests.factories.evaluation import OFFICE
from tests.factories.matching import buyer_at, firm_at, make_event
from workers.tasks import matching as tasks


@pytest.fixture
def call(session):
    return make_call(session)


def ask(session, event, **more):
    return solving.ask(session, event.id, by=OFFICE, now=LATER, **more)


def test_a_worker_solves_and_everybody_is_seated(session, call):
    event, firms, buyers, wanted = a_market(call)
    run = ask(session, event, seconds=10)
    session.commit()
    for _ in range(2):
        tasks.solve(run_id=str(run.id), event="matching.solving_asked")
    session.expire_all()
    assert (run.state, run.solution["status"], run.fault) == (RunState.DONE, "optimal", "")
    assert len(standing(wanted)) == len(firms) * len(buyers)
    assert session.scalar(select(func.count()).select_from(Seat)) == 2 * len(wanted)
    programme = agenda.programme(session, event, since=LATER)
    assert scheduling.check(programme.instance, programme.standing) == []
    told = session.scalars(select(Envelope.name).where(Envelope.name.like("matching.solving%")).order_by(Envelope.id))
    assert list(told) == ["matching.solving_asked", "matching.solving_ended"]


def test_one_run_at_a_time(session, call):
    event, *_ = a_market(call, firms=1, buyers=1)
    ask(session, event)
    with pytest.raises(AtWork):
        ask(session, event)


def test_nothing_is_asked_of_an_event_without_meetings(session, call):
    event = make_event(call)
    with pytest.raises(NothingToSchedule):
        ask(session, event)


def test_what_finds_no_place_has_its_reason(session, call):
    event = make_event(call, tables=(), interpreters=())
    one = propose(event, firm_at(event), buyer_at(event))
    solved(event)
    assert (one.state, one.why_not) == (MeetingState.PROPOSED, "capacity")


def test_a_meeting_of_somebody_who_left_gives_its_place_back(session, call):
    event, firms, _buyers, wanted = a_market(call, firms=2, buyers=1)
    solved(event)
    participants.leave(session, firms[0].id, reason="Malattia", by=OFFICE, now=LATER)
    solved(event, purpose=solving.REPAIR)
    assert [(one.state, one.why_not) for one in wanted] == [
        (MeetingState.PROPOSED, "not_open"),
        (MeetingState.SCHEDULED, ""),
    ]
    assert session.scalar(select(func.count()).select_from(Seat)) == 2


def test_locked_meetings_stay_and_others_find_place_around_them(session, call):
    event, _firms, _buyers, wanted = a_market(call)
    slots, tables = events.slots(session, event.id), events.tables(session, event.id)
    put(wanted[0], slots[13], tables[3])
    wanted[0].is_locked = True
    session.flush()
    solved(event)
    assert (wanted[0].slot_id, wanted[0].table_id) == (slots[13].id, tables[3].id)
    assert len(standing(wanted)) == len(wanted)


def test_a_repair_touches_nobody_without_need(session, call):
    event, _firms, _buyers, wanted = a_market(call)
    solved(event)
    before = {one.id: (one.slot_id, one.table_id, one.revision) for one in wanted}
    run = solved(event, purpose=solving.REPAIR)
    assert run.solution["stats"]["agendas_changed"]["value"] == 0
    assert {one.id: (one.slot_id, one.table_id, one.revision) for one in wanted} == before


@pytest.mark.parametrize("is_told", [True, False])
def test_two_whom_absences_hit_meet_each_other(session, call, is_told):
    """Whoever was told of a meeting that is off hears of a change anyway; before a telling nobody is hit."""
    event, firms, buyers, wanted = a_market(call, firms=2, buyers=2)
    for one in (firms[1], buyers[1]):
        one.most_meetings = 1
    wanted[1].weight, wanted[2].weight, wanted[3].weight = 50, 50, 1
    session.delete(wanted[0])
    session.flush()
    solved(event)
    assert standing(wanted[1:]) == wanted[1:3]
    if is_told:
        telling.publish(session, event.id, reason="", by=OFFICE, now=LATER)
    for one in (firms[0], buyers[0]):
        leaving.withdraw(session, one.id, reason="Malattia", by=OFFICE, now=LATER)
    run = solved(event, purpose=solving.REPAIR)
    assert standing(wanted[1:]) == ([wanted[3]] if is_told else [])
    assert run.solution["stats"]["agendas_changed"]["value"] == 0


def test_an_answer_for_what_changed_meanwhile_is_refused_whole(session, call):
    event, _firms, buyers, wanted = a_market(call)
    run = ask(session, event)
    work = solving.start(session, run.id, now=LATER)
    slots = events.slots(session, event.id)
    participants.set_times(session, buyers[0].id, [slots[0].id], by=OFFICE, now=LATER)
    answer = scheduling.Solution(instance=work.instance.id, status="feasible")
    solving.finish(session, run.id, answer, now=LATER)
    assert (run.state, run.fault) == (RunState.FAILED, "ProgrammeChanged")
    assert standing(wanted) == []
    assert [one.why_not for one in wanted] == [""] * len(wanted)


def test_stopping_keeps_the_best_so_far(session, call):
    event, *_ = a_market(call, firms=1, buyers=1)
    run = ask(session, event)
    work = solving.start(session, run.id, now=LATER)
    point = {"at": 1.0, "phase": "all", "term": "breaks", "value": 3, "bound": 1}
    assert solving.beat(session, run.id, point, now=LATER) is False
    solving.ask_stop(session, run.id, by=OFFICE, now=LATER)
    assert solving.beat(session, run.id, point, now=LATER) is True
    assert run.progress == [point, point]
    solving.finish(session, run.id, scheduling.Solution(instance=work.instance.id, status="unknown"), now=LATER)
    assert run.state is RunState.STOPPED
    with pytest.raises(NotAtWork):
        solving.ask_stop(session, run.id, by=OFFICE, now=LATER)


def test_a_run_that_waits_stops_at_once_and_is_not_taken_up(session, call):
    event, *_ = a_market(call, firms=1, buyers=1)
    run = ask(session, event)
    assert solving.ask_stop(session, run.id, by=OFFICE, now=LATER).state is RunState.STOPPED
    assert solving.start(session, run.id, now=LATER) is None
    ask(session, event)


def test_a_run_whose_worker_is_gone_is_given_up_in_words(session, call):
    event, _firms, _buyers, wanted = a_market(call, firms=1, buyers=1)
    run = ask(session, event)
    work = solving.start(session, run.id, now=LATER)
    assert solving.sweep(session, now=LATER + timedelta(seconds=60)) == 0
    assert solving.sweep(session, now=LATER + timedelta(seconds=91)) == 1
    assert (run.state, run.fault) == (RunState.FAILED, "WorkerLost")
    late = LATER + timedelta(seconds=92)
    assert solving.beat(session, run.id, {}, now=late) is True
    solving.finish(session, run.id, scheduling.Solution(instance=work.instance.id, status="feasible"), now=late)
    solving.fail(session, run.id, now=late)
    assert (run.state, run.fault, standing(wanted)) == (RunState.FAILED, "WorkerLost", [])


def test_a_fault_of_the_solver_fails_the_run_and_is_raised(session, call, monkeypatch):
    event, *_ = a_market(call, firms=1, buyers=1)
    run = ask(session, event)
    session.commit()

    def breaks(*_):
        raise MemoryError

    monkeypatch.setattr(tasks, "_solved", breaks)
    with pytest.raises(MemoryError):
        tasks.solve(run_id=str(run.id))
    session.expire_all()
    assert (session.get(Run, run.id).state, run.fault) == (RunState.FAILED, "SolverFailed")
    tasks.sweep()
