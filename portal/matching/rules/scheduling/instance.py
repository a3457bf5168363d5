"""An event to be scheduled: slots, tables, participants, the meetings asked for, and what counts as good."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from portal.kernel.reading import Unreadable, read as read_model

HEAVIEST = 1_000_000
HEAVIEST_TERM = 100_000_000  # so that no weighted sum leaves 64 bits

Id = Annotated[str, Field(min_length=1, max_length=64)]
Count = Annotated[int, Field(ge=0)]


class Term(StrEnum):
    """What an objective may count; each is to be made small."""

    SHORTFALL = "shortfall"
    LOST_WEIGHT = "lost_weight"
    BREAKS = "breaks"
    IDLE_SLOTS = "idle_slots"
    MAX_BREAKS = "max_breaks"
    TABLE_CHANGES = "table_changes"


class Part(BaseModel):
    """A part of the file: every field known, none converted, none changed afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Slot(Part):
    id: Id
    day: str
    session: str
    start: str = ""
    end: str = ""


class FixedTable(Part):
    id: str = Field(min_length=1)
    participant: Id

    @field_validator("id")
    @classmethod
    def not_of_the_pool(cls, value: str) -> str:
        """T1, T2 … are the names of the pool's tables."""
        if value[0] == "T" and value[1:].isascii() and value[1:].isdigit():
            msg = f"{value} is the name of a table of the pool"
            raise ValueError(msg)
        return value


class Tables(Part):
    pool: Count
    pool_by_slot: dict[str, Count] = {}
    fixed: tuple[FixedTable, ...] = ()


class Participant(Part):
    id: Id
    side: Literal["company", "buyer", "other"]
    name: str = ""
    languages: tuple[str, ...] = ()
    unavailable: tuple[Id, ...] = ()
    min_meetings: Count | None = None
    max_meetings: Count | None = None
    max_breaks: Count | None = None


class Meeting(Part):
    id: Id
    a: Id
    b: Id
    weight: int = Field(default=1, ge=0, le=HEAVIEST)
    required: bool = False
    session: str | None = None
    fixed_slot: str | None = None
    interpreter: str | None = None
    reasons: tuple[object, ...] = ()


class Precedence(Part):
    before: Id
    after: Id


class Interpreters(Part):
    language: str
    count: Count
    by_slot: dict[str, Count] = {}


class Constraints(Part):
    max_break_difference: Count | None = None
    hard_min_meetings: bool = False


class Lexicographic(Part):
    mode: Literal["lexicographic"]
    terms: tuple[Annotated[Term, Field(strict=False)], ...] = Field(min_length=1)

    @field_validator("terms")
    @classmethod
    def each_once(cls, value: tuple[Term, ...]) -> tuple[Term, ...]:
        """A term stands at one place of the order."""
        if len(set(value)) < len(value):
            msg = "a term stands twice"
            raise ValueError(msg)
        return value


class Weighted(Part):
    mode: Literal["weighted"]
    weights: dict[Annotated[Term, Field(strict=False)], Annotated[int, Field(ge=0, le=HEAVIEST_TERM)]] = Field(
        min_length=1
    )

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms that weigh something, in the order of the contract."""
        return tuple(term for term in Term if self.weights.get(term))


class Instance(Part):
    """The whole event. Whatever it names, it also describes."""

    format: Literal["b2b-instance/1"]
    id: Id
    meta: dict[str, object] = {}
    break_scope: Literal["event", "day", "session"] = "event"
    slots: tuple[Slot, ...] = Field(min_length=1, max_length=200)
    tables: Tables
    participants: tuple[Participant, ...]
    meetings: tuple[Meeting, ...]
    precedences: tuple[Precedence, ...] = ()
    interpreters: tuple[Interpreters, ...] = ()
    constraints: Constraints = Constraints()
    objective: Annotated[Lexicographic | Weighted, Field(discriminator="mode")]

    @model_validator(mode="after")
    def hangs_together(self) -> Self:
        """Names are unique, and whatever is named exists."""
        fault = next(self._faults(), None)
        if fault:
            raise ValueError(fault)
        return self

    def _faults(self) -> Iterator[str]:
        yield from _repeated("slots", [slot.id for slot in self.slots])
        yield from _repeated("tables.fixed", [table.id for table in self.tables.fixed])
        yield from _repeated("tables.fixed", [table.participant for table in self.tables.fixed], field="participant")
        yield from _repeated("participants", [one.id for one in self.participants])
        yield from _repeated("meetings", [meeting.id for meeting in self.meetings])
        yield from _repeated("interpreters", [one.language for one in self.interpreters], field="language")
        yield from self._unknown_slots()
        yield from self._unknown_people()
        yield from self._odd_meetings()

    def _unknown_slots(self) -> Iterable[str]:
        slots = {slot.id for slot in self.slots}
        named: dict[str, Iterable[str]] = {"tables.pool_by_slot": list(self.tables.pool_by_slot)}
        named |= {f"interpreters.{at}.by_slot": list(one.by_slot) for at, one in enumerate(self.interpreters)}
        named |= {f"participants.{at}.unavailable": one.unavailable for at, one in enumerate(self.participants)}
        named |= {
            f"meetings.{at}.fixed_slot": [one.fixed_slot]
            for at, one in enumerate(self.meetings)
            if one.fixed_slot is not None
        }
        for field, ids in named.items():
            yield from (f"{field}: there is no slot {id_}" for id_ in ids if id_ not in slots)
        yield from (
            f"participants.{at}.unavailable: {id_} stands twice"
            for at, one in enumerate(self.participants)
            for id_ in _twice(one.unavailable)
        )

    def _unknown_people(self) -> Iterable[str]:
        known = {one.id for one in self.participants}
        for at, table in enumerate(self.tables.fixed):
            if table.participant not in known:
                yield f"tables.fixed.{at}.participant: there is no participant {table.participant}"
        for at, meeting in enumerate(self.meetings):
            for field, id_ in (("a", meeting.a), ("b", meeting.b)):
                if id_ not in known:
                    yield f"meetings.{at}.{field}: there is no participant {id_}"

    def _odd_meetings(self) -> Iterable[str]:
        sessions = {slot.session for slot in self.slots}
        known = {meeting.id for meeting in self.meetings}
        for at, meeting in enumerate(self.meetings):
            if meeting.a == meeting.b:
                yield f"meetings.{at}.b: {meeting.b} can't meet itself"
            if meeting.session is not None and meeting.session not in sessions:
                yield f"meetings.{at}.session: there is no session {meeting.session}"
        for at, pair in enumerate(self.precedences):
            for field, id_ in (("before", pair.before), ("after", pair.after)):
                if id_ not in known:
                    yield f"precedences.{at}.{field}: there is no meeting {id_}"
            if pair.before == pair.after:
                yield f"precedences.{at}.after: {pair.after} can't come after itself"


def read(content: bytes) -> Instance:
    """The event in `content`. Raises Unreadable."""
    return read_model(Instance, content)


def _twice(ids: Iterable[str]) -> list[str]:
    return [id_ for id_, times in Counter(ids).items() if times > 1]


def _repeated(where: str, ids: list[str], *, field: str = "id") -> Iterable[str]:
    places: Mapping[str, int] = {id_: at for at, id_ in enumerate(ids)}  # the last place of each
    return (f"{where}.{places[id_]}.{field}: {id_} stands twice" for id_ in _twice(ids))


__all__ = ["Instance", "Meeting", "Participant", "Term", "Unreadable", "read"]
