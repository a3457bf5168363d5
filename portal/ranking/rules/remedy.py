"""What would have changed an outcome: the least points more, on one criterion alone, with which a firm is funded.

Exact: each answer is the point where drawing the list up again says funded, all else equal.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from portal.ranking.rules.allot import allot
from portal.ranking.rules.order import Judged, in_order, judge, keys
from portal.ranking.rules.terms import Entry, RankingRule, Request

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Remedy:
    """`alone`: for each criterion the points more that would have been enough, None where even its maximum is not."""

    alone: Mapping[str, Decimal | None]

    @property
    def is_any(self) -> bool:
        """Whether one criterion alone could have changed the outcome."""
        return any(points is not None for points in self.alone.values())


def remedy(rule: RankingRule, entries: Sequence[Entry], number: str, requests: Sequence[Request] = ()) -> Remedy:
    """What would have had the entry with this registry number funded; nothing for one that is."""
    own = next(one for one in entries if one.registry_number == number)
    judged = judge(rule, [entry for entry in entries if entry is not own])
    ordered = in_order(rule, judged)
    below = [judged.entries[at] for at in set(range(len(judged.entries))).difference(ordered)]
    is_funded = _would(rule, judged, ordered, below=below, requests=requests)
    if is_funded(own):
        return Remedy(MappingProxyType({}))
    return Remedy(MappingProxyType({one.key: _least(own, one.key, one.max, is_funded) for one in rule.criteria}))


def _would(
    rule: RankingRule, judged: Judged, ordered: Sequence[int], *, below: Sequence[Entry], requests: Sequence[Request]
) -> Callable[[Entry], bool]:
    """Whether a changed entry would be funded. Points decide its place, and its place all else.

    A place ahead of one that is funded is funded too, so that few places are worked out.
    """
    others, theirs = [judged.entries[at] for at in ordered], keys(rule, judged.entries, judged.total)
    placed = [theirs[at] for at in ordered]
    funded, unfunded = -1, len(others) + 1

    def is_funded(entry: Entry) -> bool:
        nonlocal funded, unfunded
        own = judge(rule, [entry])
        if not own.is_ranked(0):
            return False
        place = bisect_left(placed, keys(rule, own.entries, own.total)[0])
        if funded < place < unfunded:
            given, _unused = allot(rule, [*others[:place], entry, *others[place:]], below, requests)
            if given[place].is_funded:
                funded = place
            else:
                unfunded = place
        return place <= funded

    return is_funded


def _least(own: Entry, criterion: str, maximum: Decimal, is_funded: Callable[[Entry], bool]) -> Decimal | None:
    """By halving: more points never cost a grant that fewer had."""
    has = own.scores[criterion]

    def enough(cents: int) -> bool:
        return is_funded(replace(own, scores={**own.scores, criterion: has + cents * CENT}))

    most = int((maximum - has) / CENT)
    if most <= 0 or not enough(most):
        return None
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high * CENT
