"""Agendas as they are told: each telling is whole, and says what changed since the one before, and for whom.

An entry keeps its number of changes, which calendars call SEQUENCE; a meeting that is off stays as an entry, so that a
calendar can be told.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from portal.kernel.text import Frozen


class Entry(Frozen):
    """One meeting as it was told. `sequence`: how often it was told differently."""

    meeting: str
    firm: str
    buyer: str
    slot: str
    starts_at: str
    ends_at: str
    table: str
    interpreter: str = ""
    sequence: Annotated[int, Field(ge=0)] = 0
    is_off: bool = False

    def tells_the_same(self, other: "Entry") -> bool:
        """Nobody would notice the difference."""
        return self.model_copy(update={"sequence": other.sequence}) == other


class Kind(StrEnum):
    """What happened to a meeting of somebody's agenda."""

    NEW = "new"
    MOVED = "moved"
    OFF = "off"


class Change(Frozen):
    """One line of what somebody is told."""

    kind: Kind
    before: Entry | None
    after: Entry


def follow(previous: Sequence[Entry], standing: Iterable[Entry]) -> list[Entry]:
    """The next telling: what stands, by time and table, and what is off since, each with its sequence."""
    known = {one.meeting: one for one in previous}
    now = {one.meeting: _after(known.get(one.meeting), one) for one in standing}
    off = [_after(one, one.model_copy(update={"is_off": True})) for one in previous if one.meeting not in now]
    return sorted([*now.values(), *off], key=lambda one: (one.starts_at, one.table, one.meeting))


def _after(before: Entry | None, entry: Entry) -> Entry:
    if before is None:
        return entry.model_copy(update={"sequence": 0})
    grown = before.sequence + (not entry.tells_the_same(before))
    return entry.model_copy(update={"sequence": grown})


def changes(previous: Sequence[Entry], following: Sequence[Entry]) -> Mapping[str, list[Change]]:
    """Participant -> what is to be told to them; who isn't in it has nothing to hear."""
    known = {one.meeting: one for one in previous}
    told: dict[str, list[Change]] = {}
    for after in following:
        before = known.get(after.meeting)
        if (before is None and after.is_off) or (before and after.tells_the_same(before)):
            continue
        change = Change(kind=_kind(before, after), before=before, after=after)
        for who in (after.firm, after.buyer):
            told.setdefault(who, []).append(change)
    return told


def _kind(before: Entry | None, after: Entry) -> Kind:
    if after.is_off:
        return Kind.OFF
    return Kind.NEW if before is None or before.is_off else Kind.MOVED


def of(entries: Iterable[Entry], participant: str) -> list[Entry]:
    """One participant's agenda: what stands, in time."""
    return [one for one in entries if not one.is_off and participant in {one.firm, one.buyer}]
