"""An event read once for whoever places meetings: numbers instead of names, and what is possible at all."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

from portal.matching.rules.scheduling.instance import Instance, Meeting, Slot

When = Mapping[int, int]  # meeting -> slot, of those that take place
Where = Mapping[int, str]  # meeting -> table
Groups = tuple[tuple[int, ...], ...]

SCOPES: Mapping[str, Callable[[Slot], Hashable]] = {
    "event": lambda _slot: None,
    "day": lambda slot: slot.day,
    "session": lambda slot: (slot.day, slot.session),
}


@dataclass(frozen=True)
class Layout:
    """Meetings, slots and participants by their number in the file."""

    instance: Instance
    pairs: tuple[tuple[int, int], ...]
    meetings_of: Groups  # of each participant
    open: Groups  # slots in which both can come, and the meeting may be
    possible: Groups  # of those, where at least one table and interpreter stands
    own_table: tuple[str | None, ...]  # of each meeting; None: one of the pool
    pool: tuple[int, ...]  # tables by slot
    interpreters: Mapping[str, tuple[int, ...]]  # by language, by slot
    days: Groups
    scopes: Groups  # within which breaks are counted
    before: tuple[tuple[int, int], ...]  # precedences

    @property
    def slots(self) -> range:
        """Every slot, in order."""
        return range(len(self.instance.slots))

    @property
    def people(self) -> range:
        """Every participant."""
        return range(len(self.instance.participants))

    @property
    def meetings(self) -> range:
        """Every meeting."""
        return range(len(self.instance.meetings))

    def meeting(self, number: int) -> Meeting:
        """The meeting as the file has it."""
        return self.instance.meetings[number]

    def at_least(self, who: int) -> int:
        """The meetings that a participant should have."""
        return self.instance.participants[who].min_meetings or 0

    def at_most(self, who: int) -> int:
        """The meetings that a participant can have."""
        most = self.instance.participants[who].max_meetings
        asked = len(self.meetings_of[who])
        return asked if most is None else min(asked, most)


def lay_out(instance: Instance) -> Layout:
    """Number everything, and find for each meeting the slots that it may have."""
    person = {one.id: at for at, one in enumerate(instance.participants)}
    number = {one.id: at for at, one in enumerate(instance.meetings)}
    pairs = tuple((person[one.a], person[one.b]) for one in instance.meetings)
    own = _own_tables(instance)
    pool = _by_slot(instance, instance.tables.pool, instance.tables.pool_by_slot)
    interpreters = _interpreters(instance)
    open_ = _open(instance)
    return Layout(
        instance=instance,
        pairs=pairs,
        meetings_of=_meetings_of(len(instance.participants), pairs),
        open=open_,
        possible=tuple(
            tuple(
                slot
                for slot in open_[at]
                if (own[at] is not None or pool[slot])
                and (one.interpreter is None or interpreters[one.interpreter][slot])
            )
            for at, one in enumerate(instance.meetings)
        ),
        own_table=own,
        pool=pool,
        interpreters=interpreters,
        days=_groups(instance, SCOPES["day"]),
        scopes=_groups(instance, SCOPES[instance.break_scope]),
        before=tuple((number[pair.before], number[pair.after]) for pair in instance.precedences),
    )


def _meetings_of(people: int, pairs: tuple[tuple[int, int], ...]) -> Groups:
    found: list[list[int]] = [[] for _ in range(people)]
    for meeting, pair in enumerate(pairs):
        for who in pair:
            found[who].append(meeting)
    return tuple(map(tuple, found))


def _open(instance: Instance) -> Groups:
    """For each meeting the slots that both participants, its session and its fixed slot leave."""
    away = {one.id: frozenset(one.unavailable) for one in instance.participants}
    return tuple(
        tuple(
            at
            for at, slot in enumerate(instance.slots)
            if slot.id not in away[one.a]
            and slot.id not in away[one.b]
            and one.session in {None, slot.session}
            and one.fixed_slot in {None, slot.id}
        )
        for one in instance.meetings
    )


def _own_tables(instance: Instance) -> tuple[str | None, ...]:
    """Where a participant has a table: there. Both have one: the buyer's; two of the same side: that of `a`."""
    tables = {table.participant: table.id for table in instance.tables.fixed}
    buyers = {one.id for one in instance.participants if one.side == "buyer"}
    return tuple(
        tables.get(one.b, tables.get(one.a))
        if one.b in buyers and one.a not in buyers
        else tables.get(one.a, tables.get(one.b))
        for one in instance.meetings
    )


def _by_slot(instance: Instance, count: int, otherwise: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(otherwise.get(slot.id, count) for slot in instance.slots)


def _interpreters(instance: Instance) -> dict[str, tuple[int, ...]]:
    """How many of each language in each slot; a language that nobody brings has none."""
    wanted = {one.interpreter for one in instance.meetings if one.interpreter is not None}
    brought = {one.language: _by_slot(instance, one.count, one.by_slot) for one in instance.interpreters}
    nobody = tuple(0 for _ in instance.slots)
    return {language: brought.get(language, nobody) for language in sorted(wanted)}


def _groups(instance: Instance, key: Callable[[Slot], Hashable]) -> Groups:
    found: dict[Hashable, list[int]] = {}
    for at, slot in enumerate(instance.slots):
        found.setdefault(key(slot), []).append(at)
    return tuple(map(tuple, found.values()))
