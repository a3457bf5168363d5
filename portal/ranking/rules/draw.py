"""Drawing a ranking up: thresholds, totals, order, places and budget.

O(n log n); the same entries in any order give the same list.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from operator import attrgetter
from typing import NamedTuple, overload

from portal.ranking.rules.allot import Given, Held, allot
from portal.ranking.rules.covers import ZERO, check
from portal.ranking.rules.order import Judged, in_order, judge
from portal.ranking.rules.terms import Entry, RankingRule, Request


class Outcome(StrEnum):
    """Where an entry ends."""

    FUNDED = "funded"
    RESERVE = "reserve"
    BELOW_THRESHOLD = "below_threshold"


OUTCOMES = {True: Outcome.FUNDED, False: Outcome.RESERVE}
"""Of those with a place: whether they receive anything."""


class Row(NamedTuple):
    """An entry with its outcome. `place` from 1, None below the thresholds; `amount_eur` is what it receives.

    `reserve`: the reserve that it is funded from, None where it is funded from what is open to all, or not at all.
    """

    entry: Entry
    base: Decimal
    bonus: Decimal
    total: Decimal
    place: int | None
    outcome: Outcome
    short_of: tuple[str, ...] = ()
    held_by: Held | None = None
    amount_eur: Decimal = ZERO
    reserve: str | None = None


class Rows(Sequence[Row]):
    """Rows in order, each made when it is read.

    Whoever reads them reads one after the other: a hundred thousand kept at once would have the collector go through
    all that the process holds.
    """

    def __init__(self, judged: Judged, ordered: Sequence[int], given: Sequence[Given] | None) -> None:
        self._judged, self._ordered, self._given = judged, ordered, given

    def __len__(self) -> int:
        """How many."""
        return len(self._ordered)

    @overload
    def __getitem__(self, where: int) -> Row: ...
    @overload
    def __getitem__(self, where: slice) -> list[Row]: ...
    def __getitem__(self, where: int | slice) -> Row | list[Row]:
        """One of them, or some."""
        if isinstance(where, slice):
            return [self._row(place) for place in range(len(self))[where]]
        return self._row(range(len(self))[where])

    def __iter__(self) -> Iterator[Row]:
        """One after the other."""
        return map(self._row, range(len(self)))

    def __eq__(self, other: object) -> bool:
        """Whether they tell the same."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def _row(self, place: int) -> Row:
        entries, base, bonus, total, short_of = self._judged
        at = self._ordered[place]
        if self._given is None:
            return Row(entries[at], base[at], bonus[at], total[at], None, Outcome.BELOW_THRESHOLD, short_of[at])
        eur, reserve, held_by = got = self._given[place]
        outcome = OUTCOMES[got.is_funded]
        return Row(entries[at], base[at], bonus[at], total[at], place + 1, outcome, short_of[at], held_by, eur, reserve)


@dataclass(frozen=True, slots=True)
class RankedList:
    """The list: `above` by place, `below` the thresholds by arrival (no order is made among them)."""

    rule: RankingRule
    above: Rows
    below: Rows
    short_pathways: tuple[str, ...]
    short_reserves: tuple[str, ...] = ()
    requests: tuple[Request, ...] = ()

    @property
    def rows(self) -> Iterator[Row]:
        """Every row, those with a place first."""
        return chain(self.above, self.below)


def draw_up(rule: RankingRule, entries: Iterable[Entry], requests: Iterable[Request] = ()) -> RankedList:
    """The ranking of `entries` under `rule`; raises Unrankable for an entry that the rule doesn't cover.

    Every threshold first, bonus points only for who reaches them all, then total (unless first come, first
    served) and the tie-break, then places and budget: `allot`. `requests`: what else was handed in, which counts
    towards overbooking alone.
    """
    entries = list(entries)
    check(rule, entries)
    judged = judge(rule, entries)
    ordered = in_order(rule, judged)
    below = sorted(set(range(len(entries))).difference(ordered), key=lambda at: entries[at].arrival)
    requests = tuple(sorted(requests, key=attrgetter("arrival")))
    given, unused = allot(rule, [entries[at] for at in ordered], [entries[at] for at in below], requests)
    funded = Counter(entries[at].pathway for at, got in zip(ordered, given, strict=True) if got.is_funded)
    return RankedList(
        rule,
        Rows(judged, ordered, given),
        Rows(judged, below, None),
        tuple(p.key for p in rule.pathways if p.min_firms is not None and funded[p.key] < p.min_firms),
        unused,
        requests,
    )
