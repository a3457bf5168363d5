"""Move a meeting by hand, lock it, call it off: what stands in the way is said before anything changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.kernel.errors import NotFound
from portal.matching.models import MatchingEvent, Meeting, Slot
from portal.matching.queries import agenda, events
from portal.matching.rules.agenda import CannotMove, MovedMeanwhile, NotBegun, NotOpen, NotPlaced, ReasonMissing
from portal.matching.rules.programme import Place, Programme
from portal.matching.rules.scheduling import Grid, Hindrance, Price
from portal.matching.rules.states import MeetingState
from portal.matching.service.solving import place_of, seat, unseat
from portal.matching.service.trace import lock_event, trace

WHY = {
    Hindrance.AWAY: _l("uno dei due non è disponibile in quel turno"),
    Hindrance.BUSY: _l("uno dei due ha già un incontro in quel turno"),
    Hindrance.TABLE: _l("il tavolo è occupato o non è di chi si incontra"),
    Hindrance.INTERPRETER: _l("in quel turno non c'è un interprete libero"),
    Hindrance.FULL: _l("uno dei due ha già tutti gli incontri che può avere"),
}
OTHERWISE = _l("una regola dell'evento lo vieta")


@dataclass(frozen=True)
class Cell:
    """A place where a meeting might go; `why` empty: it can."""

    slot: str
    table: str
    breaks: int
    why: tuple[str, ...]


def cells(programme: Programme, meeting_id: str) -> list[Cell]:
    """Every open place for a meeting, with what stands in the way and the price in breaks."""
    grid, owned = Grid(programme.instance, programme.standing), programme.names
    return [
        _cell(grid.price(meeting_id, turn.id, owned[table.id]), turn.id, table.id)
        for turn in programme.open_turns
        for table in programme.tables
        if table.id in owned
    ]


def _cell(price: Price, slot: str, table: str) -> Cell:
    return Cell(slot, table, price.breaks, reasons(price))


def reasons(price: Price) -> tuple[str, ...]:
    """What stands in the way, in words, each once."""
    return tuple(dict.fromkeys(str(WHY.get(one.kind, OTHERWISE)) for one in price.obstacles))


def move(
    session: Session,
    event_id: UUID,
    meeting_id: UUID,
    *,
    slot_id: UUID,
    table_id: UUID,
    revision: int,
    by: str,
    now: datetime,
) -> Meeting:
    """Put a meeting in that slot, at that table, with whoever interprets then.

    Raises MovedMeanwhile (somebody was quicker), NotOpen, CannotMove, NotFound.
    """
    event = lock_event(session, event_id)
    rows = agenda.lock_meetings(session, event_id)
    row = next((one for one in rows if one.id == meeting_id), None)
    if row is None:
        raise NotFound
    _check_revision(session, event, row, revision)
    programme = agenda.programme(session, event, since=now, rows=rows)
    where = _allowed(programme, str(meeting_id), Place(str(slot_id), str(table_id)))
    before = place_of(row)
    if before is None or (before.slot, before.table) != (where.slot, where.table):
        unseat(session, [row])
        seat(session, row, where)
        session.flush()
        was = {"slot": before.slot, "table": before.table} if before else None
        facts: dict[str, Any] = {"meeting_id": str(row.id), "was": was, "slot": where.slot, "table": where.table}
        trace(session, "moved", event_id, by=by, now=now, **facts)
    return row


def _allowed(programme: Programme, meeting_id: str, wanted: Place) -> Place:
    """The place with its interpreter, if nothing stands in the way."""
    pair = next((one for one in programme.open_pairs if one.id == meeting_id), None)
    if pair is None:
        raise NotOpen
    if wanted.slot not in {one.id for one in programme.open_turns}:
        raise NotOpen
    name = programme.names.get(wanted.table)
    if name is None:
        raise CannotMove(why=str(WHY[Hindrance.TABLE]))
    price = Grid(programme.instance, programme.standing).price(meeting_id, wanted.slot, name)
    if not price.is_possible:
        raise CannotMove(why=", ".join(reasons(price)))
    there = [one for one in programme.open_pairs if one.place and one.place.slot == wanted.slot and one is not pair]
    return replace(wanted, voice=programme.interpreted(wanted.slot, [*there, pair]).get(meeting_id))


def _check_revision(session: Session, event: MatchingEvent, row: Meeting, revision: int) -> None:
    if row.revision != revision:
        slots = {one.id: one for one in events.slots(session, event.id)}
        tables = {one.id: one.name for one in events.tables(session, event.id)}
        if row.slot_id is None or row.table_id is None:
            raise MovedMeanwhile(now="–")
        zone = event.timezone
        raise MovedMeanwhile(now=f"{in_zone(slots[row.slot_id].starts_at, zone):%d/%m %H:%M}, {tables[row.table_id]}")


def in_zone(at: datetime, zone: str) -> datetime:
    """An instant as the event's own clocks show it."""
    return at.astimezone(ZoneInfo(zone))


def set_lock(
    session: Session, event_id: UUID, meeting_id: UUID, *, is_locked: bool, revision: int, by: str, now: datetime
) -> Meeting:
    """Hold a meeting where it is, whatever the solver finds, or let it go.

    Raises NotPlaced, MovedMeanwhile, NotFound.
    """
    event = lock_event(session, event_id)
    row = _held(session, event_id, meeting_id)
    _check_revision(session, event, row, revision)
    if row.slot_id is None:
        raise NotPlaced
    if row.is_locked != is_locked:
        row.is_locked = is_locked
        session.flush()
        trace(session, "locked" if is_locked else "unlocked", event_id, by=by, now=now, meeting_id=str(row.id))
    return row


def call_off(session: Session, event_id: UUID, meeting_id: UUID, *, reason: str, by: str, now: datetime) -> Meeting:
    """Say that a meeting doesn't take place. Raises ReasonMissing, NotOpen (it began already), NotFound."""
    if not reason.strip():
        raise ReasonMissing(field="reason")
    event = lock_event(session, event_id)
    row = _held(session, event_id, meeting_id)
    if row.state not in {MeetingState.PROPOSED, MeetingState.SCHEDULED} or has_begun(session, row, now):
        raise NotOpen
    fall(session, [row], reason.strip(), by)
    trace(session, "called_off", event.id, by=by, now=now, meeting_id=str(row.id), reason=reason.strip())
    return row


def fall(session: Session, rows: Sequence[Meeting], reason: str, by: str) -> None:
    """Meetings that don't take place: whatever they held is free."""
    unseat(session, rows)
    for row in rows:
        row.state, row.cancelled_by, row.cancelled_reason, row.is_locked = MeetingState.CANCELLED, by, reason, False
    session.flush()


def mark(session: Session, event_id: UUID, meeting_id: UUID, *, held: bool, by: str, now: datetime) -> Meeting:
    """A meeting that has begun took place, or somebody didn't turn up. Raises NotPlaced, NotBegun, NotFound."""
    lock_event(session, event_id)
    row = _held(session, event_id, meeting_id)
    if row.slot_id is None:
        raise NotPlaced
    if not has_begun(session, row, now):
        raise NotBegun
    row.state = MeetingState.HELD if held else MeetingState.NO_SHOW
    session.flush()
    trace(session, row.state.value, event_id, by=by, now=now, meeting_id=str(row.id))
    return row


def has_begun(session: Session, row: Meeting, now: datetime) -> bool:
    """Whether its time has come."""
    slot = session.get(Slot, row.slot_id) if row.slot_id else None
    return slot is not None and slot.starts_at <= now


def _held(session: Session, event_id: UUID, meeting_id: UUID) -> Meeting:
    row = agenda.lock_meeting(session, event_id, meeting_id)
    if row is None:
        raise NotFound
    return row
