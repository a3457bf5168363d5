"""Events, their slots, tables and interpreters."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select, true
from sqlalchemy.orm import Session, selectinload

from portal.calls.models import Call
from portal.matching.models import Interpreter, MatchingEvent, Meeting, MeetingTable, Participant, Slot
from portal.matching.rules.states import EventState, MeetingState, ParticipantState, Side

Scope = frozenset[UUID] | None


def within(scope: Scope) -> ColumnElement[bool]:
    """Events of the calls within reach."""
    return true() if scope is None else MatchingEvent.call_id.in_(scope)


def find(session: Session, slug: str) -> MatchingEvent | None:
    """The event at that address, with slots and tables."""
    found = select(MatchingEvent).where(MatchingEvent.slug == slug)
    whole = found.options(selectinload(MatchingEvent.slots), selectinload(MatchingEvent.tables))
    return session.scalars(whole).one_or_none()


def get(session: Session, event_id: UUID) -> MatchingEvent | None:
    """The event of that id, with slots and tables."""
    found = select(MatchingEvent).where(MatchingEvent.id == event_id)
    whole = found.options(selectinload(MatchingEvent.slots), selectinload(MatchingEvent.tables))
    return session.scalars(whole).one_or_none()


def lock(session: Session, event_id: UUID) -> MatchingEvent | None:
    """The event, held until the transaction ends."""
    found = select(MatchingEvent).where(MatchingEvent.id == event_id).with_for_update()
    return session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def listing(session: Session, scope: Scope) -> Sequence[Row[MatchingEvent, str, int, int, int, int]]:
    """(event, call's code, slots, tables, confirmed firms, confirmed buyers), the newest first."""

    def confirmed(side: Side) -> ColumnElement[int]:
        return (
            select(func.count())
            .where(
                Participant.event_id == MatchingEvent.id,
                Participant.side == side,
                Participant.state == ParticipantState.CONFIRMED,
            )
            .scalar_subquery()
        )

    slots = select(func.count()).where(Slot.event_id == MatchingEvent.id).scalar_subquery()
    tables = select(func.count()).where(MeetingTable.event_id == MatchingEvent.id).scalar_subquery()
    found = select(MatchingEvent, Call.code, slots, tables, confirmed(Side.COMPANY), confirmed(Side.BUYER)).join(
        Call, Call.id == MatchingEvent.call_id
    )
    return session.execute(
        found.where(within(scope)).order_by(MatchingEvent.created_at.desc(), MatchingEvent.slug)
    ).all()


def slug_exists(session: Session, slug: str) -> bool:
    """Whether an event has that address."""
    return session.scalar(select(MatchingEvent.id).where(MatchingEvent.slug == slug)) is not None


def slots(session: Session, event_id: UUID) -> Sequence[Slot]:
    """The event's slots in order."""
    return session.scalars(select(Slot).where(Slot.event_id == event_id).order_by(Slot.position)).all()


def tables(session: Session, event_id: UUID) -> Sequence[MeetingTable]:
    """The event's tables in order."""
    found = select(MeetingTable).where(MeetingTable.event_id == event_id)
    return session.scalars(found.order_by(MeetingTable.position)).all()


def interpreters(session: Session, event_id: UUID) -> Sequence[Interpreter]:
    """The event's interpreters by language and name."""
    found = select(Interpreter).where(Interpreter.event_id == event_id)
    return session.scalars(found.order_by(Interpreter.language, Interpreter.full_name, Interpreter.id)).all()


def in_use(session: Session, event_id: UUID) -> tuple[set[UUID], set[UUID], set[UUID]]:
    """Slots, tables and interpreters that meetings hold or are bound to."""
    rows = session.execute(
        select(Meeting.slot_id, Meeting.fixed_slot_id, Meeting.table_id, Meeting.interpreter_id).where(
            Meeting.event_id == event_id, Meeting.state != MeetingState.CANCELLED
        )
    ).all()
    times = {one for row in rows for one in (row.slot_id, row.fixed_slot_id) if one}
    return (
        times,
        {row.table_id for row in rows if row.table_id},
        {row.interpreter_id for row in rows if row.interpreter_id},
    )


def open_to(session: Session, states: Sequence[EventState]) -> Sequence[MatchingEvent]:
    """Events in these states."""
    return session.scalars(select(MatchingEvent).where(MatchingEvent.state.in_(states))).all()
