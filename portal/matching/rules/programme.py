"""From rows to an event that can be scheduled, and back: who sits where, at which table, with which interpreter.

What has begun is past: its slots and meetings leave the event, and count against each one's quota.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from portal.kernel.text import canonical_json, sha256_hex
from portal.matching.rules.scheduling import Assignment, Instance, Solution
from portal.matching.rules.settings import Settings

HEAVIEST = 1_000_000


@dataclass(frozen=True)
class Turn:
    """A slot."""

    id: str
    day: date
    session: str
    starts_at: datetime


@dataclass(frozen=True)
class Table:
    """A table; `owner`: the participant to whom it belongs."""

    id: str
    owner: str | None = None


@dataclass(frozen=True)
class Voice:
    """An interpreter; `away`: slots."""

    id: str
    language: str
    away: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Person:
    """A participant who comes."""

    id: str
    side: str
    name: str = ""
    least: int = 0
    most: int | None = None
    away: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Place:
    """Where a meeting takes place."""

    slot: str
    table: str
    voice: str | None = None


@dataclass(frozen=True)
class Pair:
    """A meeting that is wanted, or that stands."""

    id: str
    firm: str
    buyer: str
    weight: int = 1
    is_required: bool = False
    is_locked: bool = False
    fixed_slot: str | None = None
    session: str | None = None
    language: str | None = None
    place: Place | None = None


@dataclass(frozen=True)
class Programme:
    """Everything that decides an agenda, at one instant; slots and tables in their order."""

    id: str
    since: datetime
    settings: Settings
    turns: tuple[Turn, ...]
    tables: tuple[Table, ...]
    voices: tuple[Voice, ...]
    people: tuple[Person, ...]
    pairs: tuple[Pair, ...]

    @cached_property
    def open_turns(self) -> tuple[Turn, ...]:
        """Slots that haven't begun."""
        return tuple(one for one in self.turns if one.starts_at > self.since)

    @cached_property
    def _open(self) -> frozenset[str]:
        return frozenset(one.id for one in self.open_turns)

    @cached_property
    def open_pairs(self) -> tuple[Pair, ...]:
        """Meetings that may still be placed, or moved: both come, and it is not too late."""
        there = {one.id for one in self.people}
        sessions = {one.session for one in self.open_turns}
        return tuple(
            pair
            for pair in self.pairs
            if {pair.firm, pair.buyer} <= there
            and (pair.place is None or pair.place.slot in self._open)
            and (pair.fixed_slot is None or pair.fixed_slot in self._open)
            and (pair.session is None or pair.session in sessions)
        )

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Table -> its name in the schedule: T1 to Tn are anybody's, others keep their own."""
        pool = (one.id for one in self.tables if one.owner is None)
        names = {id_: f"T{nth}" for nth, id_ in enumerate(pool, 1)}
        return names | {id_: id_ for id_ in self._owned}

    @cached_property
    def _owned(self) -> Mapping[str, str]:
        """Table -> whose, the first of each who comes."""
        there, owned = {one.id for one in self.people}, dict[str, str]()
        for one in self.tables:
            if one.owner in there and one.owner not in owned.values():
                owned[one.id] = str(one.owner)
        return owned

    @cached_property
    def instance(self) -> Instance:
        """The event as the scheduler reads it. At least one slot is open."""
        return Instance.model_validate_json(canonical_json(self._document()))

    def _document(self) -> dict[str, Any]:
        settings = self.settings
        return {
            "format": "b2b-instance/1",
            "id": self.id,
            "break_scope": settings.break_scope,
            "slots": [{"id": one.id, "day": one.day, "session": one.session} for one in self.open_turns],
            "tables": {
                "pool": sum(one.owner is None for one in self.tables),
                "fixed": [{"id": id_, "participant": owner} for id_, owner in self._owned.items()],
            },
            "participants": list(self._participants()),
            "meetings": [_meeting(pair) for pair in self.open_pairs],
            "interpreters": list(self._interpreters()),
            "constraints": {
                "hard_min_meetings": settings.hard_min_meetings,
                "max_break_difference": settings.max_break_difference,
            },
            "objective": {"mode": "lexicographic", "terms": [term.value for term in settings.terms]},
        }

    def _participants(self) -> Iterator[dict[str, Any]]:
        past = [pair for pair in self.pairs if pair.place and pair.place.slot not in self._open]
        had = Counter(who for pair in past for who in (pair.firm, pair.buyer))
        for one in self.people:
            yield {
                "id": one.id,
                "side": one.side,
                "name": one.name,
                "unavailable": [turn.id for turn in self.open_turns if turn.id in one.away],
                "min_meetings": max(0, one.least - had[one.id]),
                "max_meetings": None if one.most is None else max(0, one.most - had[one.id]),
            }

    def _interpreters(self) -> Iterator[dict[str, Any]]:
        for language in sorted({one.language for one in self.voices}):
            voices = [one for one in self.voices if one.language == language]
            there = {turn.id: sum(turn.id not in one.away for one in voices) for turn in self.open_turns}
            yield {
                "language": language,
                "count": len(voices),
                "by_slot": {slot: count for slot, count in there.items() if count < len(voices)},
            }

    @cached_property
    def standing(self) -> Solution:
        """The agenda as it stands, nothing claimed of it."""
        placed = [(pair.id, pair.place) for pair in self.open_pairs if pair.place]
        return Solution(
            instance=self.id,
            status="feasible",
            assignments=tuple(
                Assignment(meeting=id_, slot=place.slot, table=self.names.get(place.table)) for id_, place in placed
            ),
        )

    @cached_property
    def locked(self) -> tuple[Assignment, ...]:
        """What stays where it is."""
        fast = {pair.id for pair in self.open_pairs if pair.is_locked}
        return tuple(one for one in self.standing.assignments if one.meeting in fast)

    @cached_property
    def digest(self) -> str:
        """The same programme, the same digest: a schedule is only for the one that was read."""
        held = [(pair.id, pair.place and [pair.place.slot, pair.place.table]) for pair in self.open_pairs]
        locked = [one.meeting for one in self.locked]
        tables = [(one.id, one.owner) for one in self.tables]
        voices = [(one.id, one.language, sorted(one.away)) for one in self.voices]
        return sha256_hex(canonical_json([self._document(), held, locked, tables, voices]))

    def places(self, assignments: Iterable[Assignment], *, keep_tables: bool = False) -> dict[str, Place]:
        """Meeting -> where it takes place.

        Who interprets is chosen here, the same as before where they can; a locked meeting keeps its very table.
        With `keep_tables` so does each that stays in its slot: a table more or less is news to those who sit at it.
        """
        tables = {name: id_ for id_, name in self.names.items()}
        pairs = {pair.id: pair for pair in self.open_pairs}
        by_slot: dict[str, list[Assignment]] = {}
        for one in assignments:
            by_slot.setdefault(one.slot, []).append(one)
        places: dict[str, Place] = {}
        for slot, here in by_slot.items():
            voices = self.interpreted(slot, [pairs[one.meeting] for one in here])
            at = self._tables_kept({one.meeting: tables[str(one.table)] for one in here}, slot if keep_tables else None)
            places |= {one.meeting: Place(slot, at[one.meeting], voices.get(one.meeting)) for one in here}
        return places

    def _tables_kept(self, at: dict[str, str], slot: str | None) -> dict[str, str]:
        """Where somebody else was given the table of a meeting that keeps it, both change: the pool's are alike.

        Those keep it that are locked, and whatever stays in `slot`.
        """
        pool = {one.id for one in self.tables if one.owner is None}
        for pair in self.open_pairs:
            if not pair.place or pair.id not in at or at[pair.id] == pair.place.table:
                continue
            stays = pair.place.slot == slot and {pair.place.table, at[pair.id]} <= pool
            if pair.is_locked or stays:
                other = next((id_ for id_, table in at.items() if table == pair.place.table), None)
                if other:
                    at[other] = at[pair.id]
                at[pair.id] = pair.place.table
        return at

    def interpreted(self, slot: str, pairs: Sequence[Pair]) -> dict[str, str]:
        """Meeting -> interpreter, of those who meet in one slot: first whoever keeps the same one."""
        free = [one for one in self.voices if slot not in one.away]
        given: dict[str, str] = {}
        asked = [pair for pair in pairs if pair.language]
        for pair in asked:
            same = next((one for one in free if pair.place and one.id == pair.place.voice), None)
            if same and same.language == pair.language:
                given[pair.id] = same.id
                free.remove(same)
        for pair in asked:
            other = next((one for one in free if one.language == pair.language), None)
            if pair.id not in given and other:
                given[pair.id] = other.id
                free.remove(other)
        return given


def _meeting(pair: Pair) -> dict[str, Any]:
    return {
        "id": pair.id,
        "a": pair.firm,
        "b": pair.buyer,
        "weight": min(pair.weight, HEAVIEST),
        "required": pair.is_required,
        "session": pair.session,
        "fixed_slot": pair.fixed_slot,
        "interpreter": pair.language,
    }
