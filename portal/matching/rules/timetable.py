"""Days and sessions, cut into slots."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from portal.matching.rules.refusals import SessionsOverlap, SessionTooShort, TooManySlots

MOST_SLOTS = 200
"""What the scheduler reads."""


@dataclass(frozen=True, order=True)
class Sitting:
    """One session of one day, in the event's own time: `morning`, from nine to one."""

    day: date
    starts: time
    ends: time
    name: str


@dataclass(frozen=True)
class Stretch:
    """A slot before it is kept."""

    day: date
    session: str
    starts_at: datetime
    ends_at: datetime


def cut(sittings: Iterable[Sitting], *, minutes: int, pause: int, timezone: str = "Europe/Rome") -> list[Stretch]:
    """The slots of all sessions in order: meetings of `minutes`, `pause` between them, none past a session's end.

    Raises SessionTooShort, SessionsOverlap, TooManySlots.
    """
    zone, ordered = ZoneInfo(timezone), sorted(sittings)
    for one, other in pairwise(ordered):
        if one.day == other.day and other.starts < one.ends:
            raise SessionsOverlap(field="sittings", one=one.name, other=other.name, day=f"{one.day:%d/%m/%Y}")
    found = [stretch for sitting in ordered for stretch in _cut(sitting, minutes, pause, zone)]
    if len(found) > MOST_SLOTS:
        raise TooManySlots(field="sittings", count=len(found), most=MOST_SLOTS)
    return found


def _cut(sitting: Sitting, minutes: int, pause: int, zone: ZoneInfo) -> Sequence[Stretch]:
    at = datetime.combine(sitting.day, sitting.starts, zone).astimezone(UTC)
    end = datetime.combine(sitting.day, sitting.ends, zone).astimezone(UTC)
    length, step = timedelta(minutes=minutes), timedelta(minutes=minutes + pause)
    found = []
    while at + length <= end:
        found.append(Stretch(sitting.day, sitting.name, at, at + length))
        at += step
    if not found:
        raise SessionTooShort(field="sittings", name=sitting.name, day=f"{sitting.day:%d/%m/%Y}", minutes=minutes)
    return found


def sittings_of(slots: Iterable[Stretch], *, timezone: str = "Europe/Rome") -> list[Sitting]:
    """The sessions that these slots were cut from, each ending with its last meeting."""
    zone = ZoneInfo(timezone)
    ends: dict[tuple[date, str], tuple[datetime, datetime]] = {}
    for slot in slots:
        first, last = ends.get((slot.day, slot.session), (slot.starts_at, slot.ends_at))
        ends[slot.day, slot.session] = min(first, slot.starts_at), max(last, slot.ends_at)
    return sorted(
        Sitting(day, first.astimezone(zone).time(), last.astimezone(zone).time(), name)
        for (day, name), (first, last) in ends.items()
    )
