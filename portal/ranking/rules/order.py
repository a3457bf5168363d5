"""The order: thresholds, totals, ties, the lot, so that no two entries are equal."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from portal.kernel.text import sha256_hex
from portal.ranking.rules.covers import ZERO
from portal.ranking.rules.terms import LOT, Entry, RankingRule

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Judged(NamedTuple):
    """The points of `entries`, each list in their order. `short_of`: the thresholds that each misses.

    Lists of points, not a list of objects: for a hundred thousand more objects the collector asks more time than the
    ranking does.
    """

    entries: Sequence[Entry]
    base: list[Decimal]
    bonus: list[Decimal]
    total: list[Decimal]
    short_of: list[tuple[str, ...]]

    def is_ranked(self, at: int) -> bool:
        """Above every threshold, or keeping what it was awarded."""
        return not self.short_of[at] or self.entries[at].granted is not None


def judge(rule: RankingRule, entries: Sequence[Entry]) -> Judged:
    """Every threshold first; bonus points only for who reaches them all."""
    minima = [(c.key, c.min) for c in rule.criteria if c.min is not None]
    base = [sum(entry.scores.values(), ZERO) for entry in entries]
    short_of = [_short(minima, entry) for entry in entries]
    short_of = [
        (*short, "total") if points < rule.threshold else short for short, points in zip(short_of, base, strict=True)
    ]
    bonus = [
        ZERO if short or not entry.bonus else sum(entry.bonus.values(), ZERO)
        for short, entry in zip(short_of, entries, strict=True)
    ]
    total = [points + more for points, more in zip(base, bonus, strict=True)]
    return Judged(entries, base, bonus, total, short_of)


def _short(minima: Sequence[tuple[str, Decimal]], entry: Entry) -> tuple[str, ...]:
    return tuple([key for key, least in minima if entry.scores[key] < least])


class Column(NamedTuple):
    """What the order goes by, one value for each entry; `is_down`: the highest comes first."""

    values: Sequence[Any]
    is_down: bool = False

    def rising(self) -> Sequence[Any]:
        """The same where the lowest comes first."""
        if not self.is_down:
            return self.values
        return [EPOCH - value if isinstance(value, datetime) else -value for value in self.values]


def columns(rule: RankingRule, entries: Sequence[Entry], total: Sequence[Decimal]) -> Iterator[Column]:
    """Total (unless first come, first served), the listed ties, and arrival as the last word."""
    if rule.procedure == "ranking":
        yield Column(total, is_down=True)
    for tie in rule.tie_break:
        yield Column(list(map(_tie(rule, tie.by), entries)), is_down=tie.order == "desc")
        if tie.by == "registry_number":
            return
    yield Column([entry.arrival for entry in entries])


def in_order(rule: RankingRule, judged: Judged) -> list[int]:
    """Where those with a place stand among the entries, best first.

    Sorted by one column after the other from the last, as sorting keeps equals as they were: quicker than comparing
    keys of many parts, and most come in the order of arrival already.
    """
    found = [at for at, short in enumerate(judged.short_of) if not short or judged.is_ranked(at)]
    for values, is_down in reversed(list(columns(rule, judged.entries, judged.total))):
        found.sort(key=values.__getitem__, reverse=is_down)
    return found


def keys(rule: RankingRule, entries: Sequence[Entry], total: Sequence[Decimal]) -> list[tuple[Any, ...]]:
    """The same order as one key for each entry and its total, to find the place of a single one."""
    return list(zip(*[column.rising() for column in columns(rule, entries, total)], strict=True))


def _tie(rule: RankingRule, by: str) -> Callable[[Entry], Any]:
    if by == "submitted_at":
        return attrgetter("submitted_at")
    if by == "registry_number":
        return attrgetter("arrival")
    if by == LOT and rule.lot is not None:
        seed = bytes.fromhex(rule.lot.seed)
        return lambda entry: drawn(seed, entry.registry_number)
    return lambda entry: entry.scores[by]


def drawn(seed: bytes, registry_number: str) -> int:
    """The number that a lot gives: SHA-256 of the seed followed by the registry number, as a whole number."""
    return int.from_bytes(hashlib.sha256(seed + registry_number.encode()).digest())


def opens(seed: str, commitment: str) -> bool:
    """Whether these 64 hexadecimal digits are the seed whose SHA-256 was published."""
    return re.fullmatch("[0-9a-f]{64}", seed) is not None and sha256_hex(bytes.fromhex(seed)) == commitment
