"""Drawing a ranking up: thresholds, totals, order, places and budget.

O(n log n); the same entries in any order give the same list.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from portal.ranking.rules.allot import Given, Held, Unrankable, allot
from portal.ranking.rules.order import ZERO, Judged, judge, order
from portal.ranking.rules.terms import Entry, RankingRule, Request


class Outcome(StrEnum):
    """Where an entry ends."""

    FUNDED = "funded"
    RESERVE = "reserve"
    BELOW_THRESHOLD = "below_threshold"


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


@dataclass(frozen=True, slots=True)
class RankedList:
    """The list: `above` by place, `below` the thresholds by arrival (no order is made among them)."""

    rule: RankingRule
    above: Sequence[Row]
    below: Sequence[Row]
    short_pathways: tuple[str, ...]
    short_reserves: tuple[str, ...] = ()
    requests: tuple[Request, ...] = ()

    @property
    def rows(self) -> list[Row]:
        """Every row, those with a place first."""
        return [*self.above, *self.below]


def draw_up(rule: RankingRule, entries: Iterable[Entry], requests: Iterable[Request] = ()) -> RankedList:
    """The ranking of `entries` under `rule`; raises Unrankable for an entry that the rule doesn't cover.

    Every threshold first, bonus points only for who reaches them all, then total (unless first come, first
    served) and the tie-break, then places and budget: `allot`. `requests`: what else was handed in, which counts
    towards overbooking alone.
    """
    entries = list(entries)
    _check(rule, entries)
    judged = judge(rule, entries)
    ordered = sorted([one for one in judged if one.is_ranked], key=order(rule))
    below = sorted([one for one in judged if not one.is_ranked], key=lambda one: one.entry.arrival)
    requests = tuple(sorted(requests, key=attrgetter("arrival")))
    others = [*requests, *map(_request, below)] if rule.overbooking_pct else []
    given, unused = allot(rule, ordered, others)
    above = [_row(place, *both) for place, both in enumerate(zip(ordered, given, strict=True), start=1)]
    funded = Counter(row.entry.pathway for row in above if row.outcome is Outcome.FUNDED)
    return RankedList(
        rule,
        above,
        [Row(*one[:4], None, Outcome.BELOW_THRESHOLD, one.short_of) for one in below],
        tuple(p.key for p in rule.pathways if p.min_firms is not None and funded[p.key] < p.min_firms),
        unused,
        requests,
    )


def _request(one: Judged) -> Request:
    return Request(arrival=one.entry.arrival, asked_eur=one.entry.amount_eur)


def _row(place: int, one: Judged, given: Given) -> Row:
    outcome = Outcome.FUNDED if given.is_funded else Outcome.RESERVE
    return Row(*one[:4], place, outcome, one.short_of, given.held_by, given.eur, given.reserve)


def _check(rule: RankingRule, entries: Sequence[Entry]) -> None:
    """Refuse what would make the order depend on anything but the rule."""
    terms = _terms(rule)
    for entry in entries:
        if fault := _fault(terms, entry):
            raise Unrankable(registry_number=entry.registry_number, fault=fault)
    for unique in ("registry_number", "arrival"):
        number_of = attrgetter(unique)
        if len({number_of(entry) for entry in entries}) < len(entries):
            twice = next(key for key, times in Counter(map(number_of, entries)).items() if times > 1)
            raise Unrankable(registry_number=twice, fault=f"two entries have the same {unique}")


class _Terms(NamedTuple):
    """The rule, laid out for a quick look at each entry."""

    maxima: list[tuple[str, Decimal]]
    criteria: set[str]
    bonuses: dict[str, Decimal]
    pathways: set[str | None]
    reserves: set[str]
    own_amounts: bool


def _terms(rule: RankingRule) -> _Terms:
    return _Terms(
        maxima=[(criterion.key, criterion.max) for criterion in rule.criteria],
        criteria={criterion.key for criterion in rule.criteria},
        bonuses={bonus.key: bonus.max for bonus in rule.bonuses},
        pathways={pathway.key for pathway in rule.pathways} or {None},
        reserves={reserve.key for reserve in rule.reserves},
        own_amounts=rule.unit_value_eur is None,
    )


def _fault(terms: _Terms, entry: Entry) -> str | None:
    if entry.scores.keys() != terms.criteria:
        return f"scores must cover exactly {', '.join(key for key, _ in terms.maxima)}"
    for key, maximum in terms.maxima:
        if not 0 <= entry.scores[key] <= maximum:
            return f"score {key} is not between 0 and {maximum}"
    for key, points in entry.bonus.items():
        if not 0 <= points <= terms.bonuses.get(key, -1):
            return f"bonus {key} is not of the call, or above its maximum"
    return _misplaced(terms, entry)


def _misplaced(terms: _Terms, entry: Entry) -> str | None:
    if entry.pathway not in terms.pathways:
        return f"pathway {entry.pathway} is not of the call"
    from_reserve = entry.granted and entry.granted.reserve
    strange = (entry.groups | ({from_reserve} if from_reserve else frozenset())) - terms.reserves
    if strange:
        return f"reserve {min(strange)} is not of the call"
    if (entry.amount_eur is not None) != terms.own_amounts:
        return "amount_eur is given exactly where the call has no unit value"
    return None
