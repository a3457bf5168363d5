"""The order: thresholds, totals, ties, the lot, so that no two entries are equal."""

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from portal.kernel.text import sha256_hex
from portal.ranking.rules.terms import LOT, Entry, RankingRule

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZERO = Decimal("0.00")


class Judged(NamedTuple):
    """An entry with its points. `short_of`: the thresholds that it misses."""

    entry: Entry
    base: Decimal
    bonus: Decimal
    total: Decimal
    short_of: tuple[str, ...]

    @property
    def is_ranked(self) -> bool:
        """Above every threshold, or keeping what it was awarded."""
        return not self.short_of or self.entry.granted is not None


def judge(rule: RankingRule, entries: Sequence[Entry]) -> list[Judged]:
    """Every threshold first; bonus points only for who reaches them all."""
    minima = [(c.key, c.min) for c in rule.criteria if c.min is not None]
    judged = []
    for entry in entries:
        base = sum(entry.scores.values(), ZERO)
        short_of = tuple([key for key, least in minima if entry.scores[key] < least])
        if base < rule.threshold:
            short_of += ("total",)
        bonus = ZERO if short_of or not entry.bonus else sum(entry.bonus.values(), ZERO)
        judged.append(Judged(entry, base, bonus, base + bonus, short_of))
    return judged


def order(rule: RankingRule) -> Callable[[Judged], tuple[Any, ...]]:
    """The sort key: total, the listed ties, and arrival as the last word."""
    keys: list[Callable[[Judged], Any]] = [lambda one: -one.total] if rule.procedure == "ranking" else []
    keys += [_tie(rule, tie.by, -1 if tie.order == "desc" else 1) for tie in rule.tie_break]
    return lambda one: (*[key(one) for key in keys], one.entry.arrival)


def _tie(rule: RankingRule, by: str, sign: int) -> Callable[[Judged], Any]:
    if by == "submitted_at":
        return lambda one: one.entry.submitted_at if sign > 0 else (EPOCH - one.entry.submitted_at)
    if by == "registry_number":
        return lambda one: sign * one.entry.arrival
    if by == LOT and rule.lot is not None:
        seed = bytes.fromhex(rule.lot.seed)
        return lambda one: sign * drawn(seed, one.entry.registry_number)
    return lambda one: sign * one.entry.scores[by]


def drawn(seed: bytes, registry_number: str) -> int:
    """The number that a lot gives: SHA-256 of the seed followed by the registry number, as a whole number."""
    return int.from_bytes(hashlib.sha256(seed + registry_number.encode()).digest())


def opens(seed: str, commitment: str) -> bool:
    """Whether these 64 hexadecimal digits are the seed whose SHA-256 was published."""
    return re.fullmatch("[0-9a-f]{64}", seed) is not None and sha256_hex(bytes.fromhex(seed)) == commitment
