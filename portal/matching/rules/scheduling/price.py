"""What it costs to move one meeting: what stands in the way, and how each term changes."""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.matching.rules.scheduling.figures import changes_of, gaps_of
from portal.matching.rules.scheduling.instance import Instance, Term
from portal.matching.rules.scheduling.layout import lay_out
from portal.matching.rules.scheduling.placing import Clash, Hindrance, Standing, strains
from portal.matching.rules.scheduling.solution import Solution


@dataclass(frozen=True)
class Obstacle:
    """Something in the way, with the participant and the other meeting where there is one."""

    kind: Hindrance
    participant: str | None = None
    meeting: str | None = None


@dataclass(frozen=True)
class Price:
    """A move is possible where nothing is in the way. `delta`: how each term changes; less than zero is better."""

    obstacles: tuple[Obstacle, ...]
    delta: dict[Term, int]

    @property
    def is_possible(self) -> bool:
        """Nothing is in the way."""
        return not self.obstacles

    @property
    def breaks(self) -> int:
        """How many breaks more, summed over everybody."""
        return self.delta[Term.BREAKS]


@dataclass(frozen=True)
class _Agenda:
    """The figures of one participant."""

    breaks: int
    idle: int
    changes: int
    missing: int


class Grid:
    """A schedule whose moves are to be priced, read once: a page prices every cell for a meeting."""

    def __init__(self, instance: Instance, solution: Solution) -> None:
        self.layout = lay_out(instance)
        self.meetings = {one.id: at for at, one in enumerate(instance.meetings)}
        self.slots = {one.id: at for at, one in enumerate(instance.slots)}
        when = {self.meetings[one.meeting]: self.slots[one.slot] for one in solution.assignments}
        self.standing = Standing(self.layout, when)
        self.where = {self.meetings[one.meeting]: one.table or "" for one in solution.assignments}
        self.breaks = [self.standing.breaks(who) for who in self.layout.people]

    def price(self, meeting: str, slot: str, table: str | None = None) -> Price:
        """The price of `meeting` in `slot` at `table` (None: its own, where it is, or one that is free).

        Where a participant is busy then, `delta` is told as if that other meeting weren't there.
        """
        number, to = self.meetings[meeting], self.slots[slot]
        standing, pair = self.standing, self.layout.pairs[number]
        was, sat = standing.when.get(number), self.where.get(number)
        before = [self._agenda(who) for who in pair]
        if was is not None:
            standing.take(number)
        at = table or self.layout.own_table[number] or self._free(to, sat)
        clashes = [*standing.clashes(number, to), *self._seated(number, to, at)]
        others = [(who, standing.mine[who][to]) for who in pair if to in standing.mine[who]]
        standing.put(number, to)
        self.where[number] = at or ""
        after = [self._agenda(who) for who in pair]
        standing.take(number)
        for who, other in others:
            standing.mine[who][to] = other
        if was is not None:
            standing.put(number, was)
            self.where[number] = sat or ""
        breaks = self.breaks.copy()
        for who, one in zip(pair, after, strict=True):
            breaks[who] = one.breaks
        delta = self._delta(before, after, breaks) | {
            Term.LOST_WEIGHT: -self.layout.meeting(number).weight if was is None else 0
        }
        return Price(tuple(map(self._named, dict.fromkeys([*clashes, *strains(self.layout, breaks)]))), delta)

    def _free(self, slot: int, sat: str | None) -> str | None:
        """A table of the pool that nobody has then; the one where it sat, if it is free."""
        taken = {self.where[at] for at, when in self.standing.when.items() if when == slot}
        pool = (f"T{nth}" for nth in range(1, min(self.layout.pool[slot], len(taken) + 1) + 1))
        return (
            sat
            if sat and sat not in taken and self._stands(sat, slot)
            else next((t for t in pool if t not in taken), None)
        )

    def _stands(self, table: str, slot: int) -> bool:
        number = table[1:]
        return table[:1] == "T" and number.isdecimal() and 1 <= int(number) <= self.layout.pool[slot]

    def _seated(self, number: int, slot: int, table: str | None) -> Iterator[Clash]:
        """Another meeting at that table, or no such table."""
        own = self.layout.own_table[number]
        if table is None or table == own:
            return
        if own is not None or not self._stands(table, slot):
            yield Clash(Hindrance.TABLE)
        for at, when in self.standing.when.items():
            if when == slot and self.where[at] == table:
                yield Clash(Hindrance.TABLE, meeting=at)

    def _agenda(self, who: int) -> _Agenda:
        mine = dict(sorted(self.standing.mine[who].items()))
        lengths = gaps_of(self.layout, mine)
        missing = max(0, self.layout.at_least(who) - len(mine))
        return _Agenda(len(lengths), sum(lengths), changes_of(self.layout, mine, self.where), missing)

    def _delta(self, before: list[_Agenda], after: list[_Agenda], breaks: list[int]) -> dict[Term, int]:
        both = list(zip(before, after, strict=True))
        return {
            Term.SHORTFALL: sum(new.missing - old.missing for old, new in both),
            Term.BREAKS: sum(new.breaks - old.breaks for old, new in both),
            Term.IDLE_SLOTS: sum(new.idle - old.idle for old, new in both),
            Term.MAX_BREAKS: max(breaks) - max(self.breaks),
            Term.TABLE_CHANGES: sum(new.changes - old.changes for old, new in both),
        }

    def _named(self, clash: Clash) -> Obstacle:
        instance = self.layout.instance
        return Obstacle(
            clash.kind,
            None if clash.who is None else instance.participants[clash.who].id,
            None if clash.meeting is None else instance.meetings[clash.meeting].id,
        )


def price_move(instance: Instance, solution: Solution, meeting: str, *, slot: str, table: str | None = None) -> Price:
    """The price of one move. For many of the same schedule, make a Grid."""
    return Grid(instance, solution).price(meeting, slot, table)
