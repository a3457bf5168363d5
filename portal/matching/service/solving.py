"""Ask the solver, follow it, stop it, and put what it found in the agenda: all of it or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.kernel import outbox
from portal.kernel.errors import DomainError, NotFound
from portal.matching.events import SolvingAsked, SolvingEnded
from portal.matching.models import Meeting, Run, Seat
from portal.matching.queries import agenda
from portal.matching.rules.agenda import (
    LONGEST_S,
    SHORTEST_S,
    SILENT,
    AtWork,
    NotAtWork,
    NothingToSchedule,
    ProgrammeChanged,
    SolverFailed,
    WorkerLost,
)
from portal.matching.rules.programme import Place, Programme
from portal.matching.rules.scheduling import Assignment, Instance, Solution
from portal.matching.rules.states import MeetingState, RunState
from portal.matching.service import telling
from portal.matching.service.trace import lock_event, trace

BEST, REPAIR = "best", "repair"
MOST_POINTS = 300


@dataclass(frozen=True)
class Work:
    """What a worker needs to know."""

    instance: Instance
    seconds: int
    locked: tuple[Assignment, ...]
    previous: Solution | None
    hit: tuple[str, ...]
    give_up: int


def ask(session: Session, event_id: UUID, *, purpose: str = BEST, seconds: int = 60, by: str, now: datetime) -> Run:
    """Ask for the best agenda, or (`REPAIR`) for one that changes as few agendas as possible.

    Raises AtWork, NothingToSchedule, NotFound.
    """
    event = lock_event(session, event_id)
    if agenda.run_at_work(session, event_id):
        raise AtWork
    programme = agenda.programme(session, event, since=now)
    if not programme.open_turns or not programme.open_pairs:
        raise NothingToSchedule
    options: dict[str, Any] = {
        "seconds": min(max(seconds, SHORTEST_S), LONGEST_S),
        "since": now.isoformat(),
        "digest": programme.digest,
        "locked": [one.model_dump(mode="json") for one in programme.locked],
        "previous": programme.standing.as_json() if purpose == REPAIR else None,
        "hit": telling.hit(session, event) if purpose == REPAIR else [],
        "give_up": programme.settings.give_up if purpose == BEST else 0,
    }
    instance = programme.instance.model_dump(mode="json", exclude_none=True)
    run = Run(event_id=event_id, purpose=purpose, asked_by=by, instance=instance, options=options, progress=[])
    session.add(run)
    session.flush()
    outbox.emit(session, SolvingAsked(run_id=run.id))
    trace(session, "solving_asked", event_id, by=by, now=now, run_id=str(run.id), purpose=purpose)
    return run


def start(session: Session, run_id: UUID, *, now: datetime) -> Work | None:
    """Take up a run; None where it was taken up already: a task may come twice."""
    run = agenda.lock_run(session, run_id)
    if run is None or run.state is not RunState.WAITING:
        return None
    run.state, run.started_at, run.beat_at = RunState.WORKING, now, now
    session.flush()
    previous = run.options["previous"]
    return Work(
        instance=Instance.model_validate(run.instance, strict=False),
        seconds=run.options["seconds"],
        locked=tuple(Assignment.model_validate(one) for one in run.options["locked"]),
        previous=Solution.model_validate(previous, strict=False) if previous else None,
        hit=tuple(run.options.get("hit", ())),
        give_up=run.options["give_up"],
    )


def beat(session: Session, run_id: UUID, point: dict[str, Any], *, now: datetime) -> bool:
    """Note how far it is; True where it is to stop, because somebody asked or it was given up as lost."""
    run = agenda.lock_run(session, run_id)
    if run is None or run.state is not RunState.WORKING:
        return True
    run.beat_at = now
    run.progress = [*run.progress[-MOST_POINTS:], point]
    session.flush()
    return run.stop_asked_at is not None


def ask_stop(session: Session, run_id: UUID, *, by: str, now: datetime) -> Run:
    """Ask a run to end with the best it has; one that waits ends at once. Raises NotAtWork, NotFound."""
    run = _held(session, run_id)
    if run.state not in agenda.AT_WORK:
        raise NotAtWork
    if run.stop_asked_at is None:
        run.stop_asked_at = now
        if run.state is RunState.WAITING:
            run.state, run.ended_at = RunState.STOPPED, now
        session.flush()
        trace(session, "solving_stop_asked", run.event_id, by=by, now=now, run_id=str(run.id))
    return run


def finish(session: Session, run_id: UUID, solution: Solution, *, now: datetime) -> None:
    """Keep the answer and put it in the agenda, unless the programme changed meanwhile: then say so.

    A run that was given up as lost changes nothing any more.
    """
    event_id = _run(session, run_id).event_id
    event = lock_event(session, event_id)
    run = _held(session, run_id)
    if run.state is not RunState.WORKING:
        return
    run.solution, run.ended_at, run.beat_at = solution.as_json(), now, now
    run.state = RunState.STOPPED if run.stop_asked_at else RunState.DONE
    if solution.status in {"optimal", "feasible"}:
        rows = agenda.lock_meetings(session, event_id)
        programme = agenda.programme(session, event, since=datetime.fromisoformat(run.options["since"]), rows=rows)
        if programme.digest == run.options["digest"]:
            place(session, programme, rows, solution, keep_tables=run.purpose == REPAIR)
        else:
            run.state, run.fault = RunState.FAILED, ProgrammeChanged.__name__
    session.flush()
    outbox.emit(session, SolvingEnded(run_id=run.id))
    facts = {"run_id": str(run.id), "state": run.state.value, "status": solution.status, "fault": run.fault}
    trace(session, "solved", event_id, by=run.asked_by, now=now, **facts)


def place(
    session: Session, programme: Programme, rows: Sequence[Meeting], solution: Solution, *, keep_tables: bool = False
) -> None:
    """Write a schedule into the rows: first free what moves, then seat it, so that no key stands in the way."""
    places = programme.places(solution.assignments, keep_tables=keep_tables)
    reasons = {one.meeting: one.reason for one in solution.unscheduled or ()}
    open_ = {turn.id for turn in programme.open_turns}
    mine = [row for row in rows if row.slot_id is None or str(row.slot_id) in open_]
    known = {pair.id for pair in programme.open_pairs}
    moved = [row for row in mine if place_of(row) != places.get(str(row.id))]
    unseat(session, moved)
    for row in mine:
        where = places.get(str(row.id))
        row.why_not = "" if where else reasons.get(str(row.id), "unknown" if str(row.id) in known else "not_open")
        if where and row in moved:
            seat(session, row, where)
    session.flush()


def place_of(row: Meeting) -> Place | None:
    """Where a meeting takes place."""
    if row.slot_id is None:
        return None
    return Place(str(row.slot_id), str(row.table_id), str(row.interpreter_id) if row.interpreter_id else None)


def unseat(session: Session, rows: Sequence[Meeting]) -> None:
    """Free slots, tables and interpreters of these meetings."""
    session.execute(delete(Seat).where(Seat.meeting_id.in_([row.id for row in rows])))
    for row in rows:
        row.state = MeetingState.PROPOSED
        row.slot_id = row.table_id = row.interpreter_id = None
    session.flush()


def seat(session: Session, row: Meeting, where: Place) -> None:
    """Give a meeting slot, table and interpreter, and both participants the slot."""
    row.state, row.slot_id, row.table_id = MeetingState.SCHEDULED, UUID(where.slot), UUID(where.table)
    row.interpreter_id = UUID(where.voice) if where.voice else None
    row.why_not = ""
    session.add_all(
        Seat(participant_id=who, slot_id=row.slot_id, meeting_id=row.id) for who in (row.firm_id, row.buyer_id)
    )


def fail(session: Session, run_id: UUID, fault: type[DomainError] = SolverFailed, *, now: datetime) -> None:
    """Note that a run came to nothing; the agenda stays as it was."""
    run = _held(session, run_id)
    if run.state is not RunState.WORKING:
        return
    run.state, run.fault, run.ended_at = RunState.FAILED, fault.__name__, now
    session.flush()
    outbox.emit(session, SolvingEnded(run_id=run.id))
    trace(session, "solving_failed", run.event_id, by=run.asked_by, now=now, run_id=str(run.id), fault=run.fault)


def sweep(session: Session, *, now: datetime) -> int:
    """Give up runs whose worker is gone; answers how many."""
    lost = agenda.silent_runs(session, before=now - SILENT)
    for run_id in lost:
        fail(session, run_id, WorkerLost, now=now)
    return len(lost)


def _run(session: Session, run_id: UUID) -> Run:
    run = agenda.run(session, run_id)
    if run is None:
        raise NotFound
    return run


def _held(session: Session, run_id: UUID) -> Run:
    run = agenda.lock_run(session, run_id)
    if run is None:
        raise NotFound
    return run
