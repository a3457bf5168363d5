"""Drawing a ranking up: thresholds, totals, order, places and budget.

O(n log n); the same entries in any order give the same list.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import DomainError
from portal.ranking.rules.terms import Entry, RankedList, RankingRule, Shortfall

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZERO = Decimal("0.00")


class Outcome(StrEnum):
    """Where an entry ends."""

    FUNDED = "funded"
    RESERVE = "reserve"
    BELOW_THRESHOLD = "below_threshold"


class Held(StrEnum):
    """What keeps a firm above the thresholds from being funded in whole."""

    PLACES = "places"
    PATHWAY = "pathway"
    BUDGET = "budget"


class Unrankable(DomainError):
    """An entry that the rule can't rank; facts: `registry_number` and `fault`, in English for operators."""

    text = _l(
        "La domanda %(registry_number)s non può entrare in graduatoria: i suoi dati non corrispondono alle regole del "
        "bando (%(fault)s)."
    )


class Row(NamedTuple):
    """An entry with its outcome. `place` from 1, None below the thresholds; `amount_eur` is what it receives."""

    entry: Entry
    base: Decimal
    bonus: Decimal
    total: Decimal
    place: int | None
    outcome: Outcome
    short_of: tuple[str, ...] = ()
    held_by: Held | None = None
    amount_eur: Decimal = ZERO


def draw_up(rule: RankingRule, entries: Iterable[Entry]) -> RankedList:
    """The ranking of `entries` under `rule`; raises Unrankable for an entry that the rule doesn't cover.

    Every threshold first, bonus points only for who reaches them all, then total (unless first come, first
    served) and the tie-break, then places and budget walked down the order.
    """
    entries = list(entries)
    _check(rule, entries)
    minima = [(c.key, c.min) for c in rule.criteria if c.min is not None]
    above: list[tuple[Entry, Decimal, Decimal]] = []
    below = []
    for entry in entries:
        base = sum(entry.scores.values(), ZERO)
        short_of = tuple(key for key, least in minima if entry.scores[key] < least)
        if base < rule.threshold:
            short_of += ("total",)
        if short_of:
            below.append(Row(entry, base, ZERO, base, None, Outcome.BELOW_THRESHOLD, short_of=short_of))
        else:
            above.append((entry, base, sum(entry.bonus.values(), ZERO)))
    above.sort(key=_order(rule))
    below.sort(key=lambda row: row.entry.arrival)
    rows = _allot(rule, above)
    funded = Counter(row.entry.pathway for row in rows if row.outcome is Outcome.FUNDED)
    short = tuple(p.key for p in rule.pathways if p.min_firms is not None and funded[p.key] < p.min_firms)
    return RankedList(rule, rows, below, short)


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
    own_amounts: bool


def _terms(rule: RankingRule) -> _Terms:
    return _Terms(
        maxima=[(criterion.key, criterion.max) for criterion in rule.criteria],
        criteria={criterion.key for criterion in rule.criteria},
        bonuses={bonus.key: bonus.max for bonus in rule.bonuses},
        pathways={pathway.key for pathway in rule.pathways} or {None},
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
    if entry.pathway not in terms.pathways:
        return f"pathway {entry.pathway} is not of the call"
    if (entry.amount_eur is not None) != terms.own_amounts:
        return "amount_eur is given exactly where the call has no unit value"
    return None


def _order(rule: RankingRule) -> Callable[[tuple[Entry, Decimal, Decimal]], tuple[Any, ...]]:
    """The sort key: total, the listed ties, and arrival as the last word, so that no two are equal."""
    keys: list[Callable[[Entry, Decimal], Any]] = [lambda _, total: -total] if rule.procedure == "ranking" else []
    keys += [_tie(tie.by, -1 if tie.order == "desc" else 1) for tie in rule.tie_break]
    return lambda judged: (*[key(judged[0], judged[1] + judged[2]) for key in keys], judged[0].arrival)


def _tie(by: str, sign: int) -> Callable[[Entry, Decimal], Any]:
    if by == "submitted_at":
        return lambda entry, _: entry.submitted_at if sign > 0 else (EPOCH - entry.submitted_at)
    if by == "registry_number":
        return lambda entry, _: sign * entry.arrival
    return lambda entry, _: sign * entry.scores[by]


def _allot(rule: RankingRule, ordered: Sequence[tuple[Entry, Decimal, Decimal]]) -> list[Row]:
    """Walk down the order while there are places and money."""
    places = len(ordered) if rule.places is None else rule.places
    left_on = {pathway.key: len(ordered) if pathway.places is None else pathway.places for pathway in rule.pathways}
    budget, closed = rule.budget_eur, False
    rows = []
    for place, (entry, base, bonus) in enumerate(ordered, start=1):
        asked = _asked(rule, entry)
        given, held = asked, None
        if places <= 0:
            given, held = ZERO, Held.PLACES
        elif entry.pathway is not None and left_on[entry.pathway] <= 0:
            given, held = ZERO, Held.PATHWAY
        elif closed or asked > budget:
            partial = rule.shortfall is Shortfall.PARTIAL and not closed and budget > 0
            given, held = (budget if partial else ZERO), Held.BUDGET
            closed = closed or rule.shortfall is not Shortfall.SKIP
        funded = held is None or given > 0
        if funded:
            places -= 1
            budget -= given
            if entry.pathway is not None:
                left_on[entry.pathway] -= 1
        outcome = Outcome.FUNDED if funded else Outcome.RESERVE
        rows.append(Row(entry, base, bonus, base + bonus, place, outcome, held_by=held, amount_eur=given))
    return rows


def _asked(rule: RankingRule, entry: Entry) -> Decimal:
    amount = rule.unit_value_eur if rule.unit_value_eur is not None else entry.amount_eur
    assert amount is not None  # noqa: S101 - _check has seen to it
    return amount


@dataclass(frozen=True, slots=True)
class Standing:
    """Why a firm is where it is: the cut-off, and what separates it from the firm just ahead.

    `cut_off` is the total of the last funded; `parted_by` is `total` or the tie-break key that decided, None for
    the first and for those below the thresholds; `missing` is points short, by what they are short of.
    """

    row: Row
    cut_off: Decimal | None
    parted_by: str | None
    missing: dict[str, Decimal]


def standing(rule: RankingRule, row: Row, *, ahead: Row | None, cut_off: Decimal | None) -> Standing:
    """The standing of one row; `ahead` is the one just before it (None for the first)."""
    minima = {c.key: c.min for c in rule.criteria if c.min is not None} | {"total": rule.threshold}
    own = {**row.entry.scores, "total": row.base}
    return Standing(
        row=row,
        cut_off=cut_off,
        parted_by=parting(rule, ahead, row) if ahead is not None and row.place is not None else None,
        missing={key: minima[key] - own[key] for key in row.short_of},
    )


def parting(rule: RankingRule, ahead: Row, behind: Row) -> str:
    """What puts `ahead` before `behind`: `total`, or the key of the tie-break that first differs."""
    if rule.procedure == "ranking" and ahead.total != behind.total:
        return "total"
    for tie in rule.tie_break:
        if tie.by == "submitted_at":
            differ = ahead.entry.submitted_at != behind.entry.submitted_at
        elif tie.by == "registry_number":
            differ = True
        else:
            differ = ahead.entry.scores[tie.by] != behind.entry.scores[tie.by]
        if differ:
            return tie.by
    return "registry_number"
