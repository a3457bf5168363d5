"""What decides an agenda: everything of one event, in a constant number of statements."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.matching.models import AgendaVersion, MatchingEvent, Meeting, Participant, Run
from portal.matching.queries import events, participants
from portal.matching.rules.programme import Pair, Person, Place, Programme, Table, Turn, Voice
from portal.matching.rules.settings import Settings
from portal.matching.rules.states import MeetingState, ParticipantState, RunState
from portal.matching.rules.versions import Entry

AT_WORK = (RunState.WAITING, RunState.WORKING)


def name_of(participant: Participant) -> str:
    """The firm's or the buyer's name."""
    one = participant.company or participant.counterpart
    return one.legal_name if one else ""


def meetings(session: Session, event_id: UUID) -> Sequence[Meeting]:
    """Every meeting of the event that isn't called off, the heaviest first."""
    found = select(Meeting).where(Meeting.event_id == event_id, Meeting.state != MeetingState.CANCELLED)
    return session.scalars(found.order_by(Meeting.weight.desc(), Meeting.id)).all()


def lock_meetings(session: Session, event_id: UUID) -> Sequence[Meeting]:
    """The same, held until the transaction ends; always in the order of their ids."""
    found = select(Meeting).where(Meeting.event_id == event_id, Meeting.state != MeetingState.CANCELLED)
    held = found.order_by(Meeting.id).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).all()


def programme(
    session: Session, event: MatchingEvent, *, since: datetime, rows: Sequence[Meeting] | None = None
) -> Programme:
    """The event as it decides an agenda: what begins after `since` is open."""
    rows = meetings(session, event.id) if rows is None else rows
    people = participants.of_event(session, event.id, state=ParticipantState.CONFIRMED)
    return Programme(
        id=str(event.id),
        since=since,
        settings=Settings.model_validate(event.settings),
        turns=tuple(Turn(str(one.id), one.day, one.session, one.starts_at) for one in events.slots(session, event.id)),
        tables=tuple(
            Table(str(one.id), str(one.participant_id) if one.participant_id else None)
            for one in events.tables(session, event.id)
        ),
        voices=tuple(
            Voice(str(one.id), one.language, frozenset(one.away)) for one in events.interpreters(session, event.id)
        ),
        people=tuple(_person(one) for one in people),
        pairs=tuple(_pair(one) for one in sorted(rows, key=lambda one: (-one.weight, str(one.id)))),
    )


def _person(one: Participant) -> Person:
    return Person(
        id=str(one.id),
        side=one.side.value,
        name=name_of(one),
        least=one.least_meetings,
        most=one.most_meetings,
        away=frozenset(one.unavailable),
    )


def _pair(one: Meeting) -> Pair:
    voice = str(one.interpreter_id) if one.interpreter_id else None
    return Pair(
        id=str(one.id),
        firm=str(one.firm_id),
        buyer=str(one.buyer_id),
        weight=one.weight,
        is_required=one.is_required,
        is_locked=one.is_locked,
        fixed_slot=str(one.fixed_slot_id) if one.fixed_slot_id else None,
        session=one.session,
        language=one.language,
        place=Place(str(one.slot_id), str(one.table_id), voice) if one.slot_id else None,
    )


def run(session: Session, run_id: UUID) -> Run | None:
    """An asking of the solver."""
    return session.get(Run, run_id, populate_existing=True)


def lock_run(session: Session, run_id: UUID) -> Run | None:
    """The same, held until the transaction ends."""
    found = select(Run).where(Run.id == run_id).with_for_update()
    return session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def run_at_work(session: Session, event_id: UUID) -> Run | None:
    """The one that waits or works."""
    return session.scalars(select(Run).where(Run.event_id == event_id, Run.state.in_(AT_WORK))).one_or_none()


def latest_run(session: Session, event_id: UUID) -> Run | None:
    """The last that was asked for."""
    found = (
        select(Run).where(Run.event_id == event_id).order_by(Run.created_at.desc(), Run.started_at.desc().nulls_last())
    )
    return session.scalars(found.limit(1)).one_or_none()


def silent_runs(session: Session, *, before: datetime) -> Sequence[UUID]:
    """Runs at work of which nothing was heard since."""
    return session.scalars(select(Run.id).where(Run.state == RunState.WORKING, Run.beat_at < before)).all()


def latest_version(session: Session, event_id: UUID, *, number: int | None = None) -> AgendaVersion | None:
    """The agendas as they were told last, or in that version."""
    found = select(AgendaVersion).where(AgendaVersion.event_id == event_id)
    if number is not None:
        found = found.where(AgendaVersion.number == number)
    return session.scalars(found.order_by(AgendaVersion.number.desc()).limit(1)).one_or_none()


def versions(session: Session, event_id: UUID) -> Sequence[AgendaVersion]:
    """Every telling, the last first."""
    found = select(AgendaVersion).where(AgendaVersion.event_id == event_id)
    return session.scalars(found.order_by(AgendaVersion.number.desc())).all()


def entries_of(version: AgendaVersion | None) -> list[Entry]:
    """What a version tells."""
    return [Entry.model_validate(one) for one in version.content] if version else []


def standing(session: Session, event: MatchingEvent) -> list[Entry]:
    """The agenda as it stands now, told or not."""
    slots = {one.id: one for one in events.slots(session, event.id)}
    tables = {one.id: one.name for one in events.tables(session, event.id)}
    voices = {one.id: one.full_name for one in events.interpreters(session, event.id)}
    return [
        Entry(
            meeting=str(one.id),
            firm=str(one.firm_id),
            buyer=str(one.buyer_id),
            slot=str(one.slot_id),
            starts_at=slots[one.slot_id].starts_at.isoformat(),
            ends_at=slots[one.slot_id].ends_at.isoformat(),
            table=tables[one.table_id],
            interpreter=voices.get(one.interpreter_id, "") if one.interpreter_id else "",
        )
        for one in meetings(session, event.id)
        if one.slot_id and one.table_id
    ]


def lock_meeting(session: Session, event_id: UUID, meeting_id: UUID) -> Meeting | None:
    """A meeting of that event, held until the transaction ends."""
    found = select(Meeting).where(Meeting.event_id == event_id, Meeting.id == meeting_id).with_for_update()
    return session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def meetings_of(session: Session, participant_id: UUID) -> Sequence[Meeting]:
    """A participant's meetings that have a place."""
    found = select(Meeting).where(
        or_(Meeting.firm_id == participant_id, Meeting.buyer_id == participant_id), Meeting.slot_id.is_not(None)
    )
    return session.scalars(found.order_by(Meeting.id)).all()


def lock_pair(session: Session, event_id: UUID, firm_id: UUID, buyer_id: UUID) -> Meeting | None:
    """The first meeting of these two, called off or not, held until the transaction ends."""
    found = select(Meeting).where(
        Meeting.event_id == event_id, Meeting.firm_id == firm_id, Meeting.buyer_id == buyer_id
    )
    held = found.order_by(Meeting.occasion).limit(1).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).one_or_none()
