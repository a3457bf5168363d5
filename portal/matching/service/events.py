"""Make an event, and change it: what meetings hold can't be taken from under them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.kernel.clock import ROME
from portal.matching.models import Interpreter, MatchingEvent, MeetingTable, Slot
from portal.matching.queries import events
from portal.matching.rules.refusals import (
    EventMoved,
    InterpreterInUse,
    NamedTwice,
    NoSessions,
    SlotInUse,
    SlugTaken,
    TableInUse,
)
from portal.matching.rules.settings import Settings
from portal.matching.rules.states import EventState
from portal.matching.rules.timetable import Sitting, cut
from portal.matching.service.trace import lock_event, trace


@dataclass(frozen=True, kw_only=True)
class TablePlan:
    """A table; its name tells it from the others."""

    name: str
    zone: str = ""
    chairs: int = 4
    participant_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class InterpreterPlan:
    """Who interprets; `away`: sessions missed, as (ISO day, session's name). `id` where they are known."""

    full_name: str
    language: str
    email: str = ""
    phone: str = ""
    away: tuple[tuple[str, str], ...] = ()
    id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """An event as staff write it."""

    slug: str
    title_it: str
    title_en: str
    wishes_from: datetime
    wishes_until: datetime
    sittings: tuple[Sitting, ...]
    place: str = ""
    timezone: str = "Europe/Rome"
    settings: Settings = field(default_factory=Settings)
    tables: tuple[TablePlan, ...] = ()
    interpreters: tuple[InterpreterPlan, ...] = ()


def create(session: Session, call_id: UUID, plan: Plan, *, by: str, now: datetime) -> MatchingEvent:
    """An event of a call, with its slots, tables and interpreters.

    Raises SlugTaken, NoSessions, SessionTooShort, SessionsOverlap, TooManySlots, NamedTwice.
    """
    if events.slug_exists(session, plan.slug):
        raise SlugTaken(field="slug")
    event = MatchingEvent(call_id=call_id, slug=plan.slug, state=EventState.DRAFT, **_facts(plan))
    _settle(session, event)
    _furnish(session, event, plan)
    trace(session, "event_created", event.id, by=by, now=now, slug=plan.slug, call_id=str(call_id))
    return event


def change(
    session: Session, event_id: UUID, plan: Plan, *, by: str, now: datetime, revision: int | None = None
) -> MatchingEvent:
    """Write the event anew. Slots, tables and interpreters that stay keep their identity, with all that refers to them.

    `revision`: of the event as it was read, where that counts. Raises what `create` raises, SlotInUse, TableInUse,
    InterpreterInUse, EventMoved, NotFound.
    """
    event = lock_event(session, event_id)
    if revision is not None and event.revision != revision:
        raise EventMoved
    if plan.slug != event.slug and events.slug_exists(session, plan.slug):
        raise SlugTaken(field="slug")
    event.slug = plan.slug
    for name, value in _facts(plan).items():
        setattr(event, name, value)
    _settle(session, event)
    _furnish(session, event, plan)
    trace(session, "event_changed", event.id, by=by, now=now, slug=plan.slug)
    return event


def _settle(session: Session, event: MatchingEvent) -> None:
    """Write the event down. Raises SlugTaken, also where a colleague took the address a moment ago."""
    try:
        with session.begin_nested():
            session.add(event)
            session.flush()
    except IntegrityError as twin:
        raise SlugTaken(field="slug") from twin


def move(session: Session, event_id: UUID, to: EventState, *, by: str, now: datetime) -> MatchingEvent:
    """Open or close the wishes, publish, close: what staff say the event stands at."""
    event = lock_event(session, event_id)
    before = event.state
    if before is not to:
        event.state = to
        trace(session, "event_moved", event.id, by=by, now=now, before=before.value, to=to.value)
    return event


def settings_of(event: MatchingEvent) -> Settings:
    """What staff chose for the event."""
    return Settings.model_validate(event.settings)


def _facts(plan: Plan) -> dict[str, object]:
    names = ("title_it", "title_en", "place", "timezone", "wishes_from", "wishes_until")
    return {name: getattr(plan, name) for name in names} | {"settings": plan.settings.model_dump(mode="json")}


def _furnish(session: Session, event: MatchingEvent, plan: Plan) -> None:
    if not plan.sittings:
        raise NoSessions(field="sittings")
    _once([table.name.casefold() for table in plan.tables], "tables")
    times, tables, people = events.in_use(session, event.id)
    by_sitting = _slots(session, event, plan, times)
    _tables(session, event, plan.tables, tables)
    _interpreters(session, event.id, plan.interpreters, used=people, by_sitting=by_sitting)
    session.flush()
    session.expire(event, ["slots", "tables"])


def _once(names: Sequence[str], where: str) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise NamedTwice(field=where, name=twice)


def _slots(session: Session, event: MatchingEvent, plan: Plan, used: set[UUID]) -> Mapping[tuple[str, str], list[str]]:
    """Keep the slots that stay, drop those that go, add the new; answers ids by session."""
    wanted = cut(plan.sittings, minutes=plan.settings.minutes, pause=plan.settings.pause, timezone=plan.timezone)
    known = {(slot.starts_at, slot.ends_at): slot for slot in events.slots(session, event.id)}
    kept = [known.pop((stretch.starts_at, stretch.ends_at), None) for stretch in wanted]
    for gone in known.values():
        if gone.id in used:
            raise SlotInUse(field="sittings", at=f"{gone.starts_at.astimezone(ROME):%d/%m/%Y %H:%M}")
        session.delete(gone)
    for slot in kept:
        if slot is not None:
            slot.position += len(wanted) + len(kept) + len(known) + 1  # out of the way: positions are unique at once
    session.flush()
    by_sitting: dict[tuple[str, str], list[str]] = {}
    for position, (stretch, old) in enumerate(zip(wanted, kept, strict=True)):
        slot = old or Slot(event_id=event.id, starts_at=stretch.starts_at, ends_at=stretch.ends_at)
        slot.position, slot.day, slot.session = position, stretch.day, stretch.session
        session.add(slot)
        session.flush()
        by_sitting.setdefault((stretch.day.isoformat(), stretch.session), []).append(str(slot.id))
    return by_sitting


def _tables(session: Session, event: MatchingEvent, wanted: Sequence[TablePlan], used: set[UUID]) -> None:
    known = {table.name.casefold(): table for table in events.tables(session, event.id)}
    for position, plan in enumerate(wanted):
        table = known.pop(plan.name.casefold(), None) or MeetingTable(event_id=event.id)
        table.position, table.name, table.zone, table.chairs = position, plan.name, plan.zone, plan.chairs
        table.participant_id = plan.participant_id
        session.add(table)
    for gone in known.values():
        if gone.id in used:
            raise TableInUse(field="tables", name=gone.name)
        session.delete(gone)


def _interpreters(
    session: Session,
    event_id: UUID,
    wanted: Sequence[InterpreterPlan],
    *,
    used: set[UUID],
    by_sitting: Mapping[tuple[str, str], list[str]],
) -> None:
    known = {one.id: one for one in events.interpreters(session, event_id)}
    for plan in wanted:
        old = known.pop(plan.id, None) if plan.id else None
        one = old or Interpreter(event_id=event_id)
        one.full_name, one.language, one.email, one.phone = plan.full_name, plan.language, plan.email, plan.phone
        one.away = [slot_id for sitting in plan.away for slot_id in by_sitting.get(sitting, [])]
        session.add(one)
    for gone in known.values():
        if gone.id in used:
            raise InterpreterInUse(field="interpreters", name=gone.full_name)
        session.delete(gone)
