"""Places and money: what was granted first, then the reserves, then whoever comes next."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import DomainError
from portal.ranking.rules.order import ZERO, Judged
from portal.ranking.rules.terms import Entry, RankingRule, Request, Shortfall


class Held(StrEnum):
    """What keeps a firm above the thresholds from being funded in whole."""

    PLACES = "places"
    PATHWAY = "pathway"
    BUDGET = "budget"
    OVERBOOKING = "overbooking"


class Unrankable(DomainError):
    """An entry that the rule can't rank; facts: `registry_number` and `fault`, in English for operators."""

    text = _l(
        "La domanda %(registry_number)s non può entrare in graduatoria: i suoi dati non corrispondono alle regole del "
        "bando (%(fault)s)."
    )


class Given(NamedTuple):
    """What an entry gets: an amount, from which reserve, and what held it."""

    eur: Decimal
    reserve: str | None = None
    held_by: Held | None = None

    @property
    def is_funded(self) -> bool:
        """In whole or in part."""
        return self.held_by is None or self.eur > 0


def allot(
    rule: RankingRule, ordered: Sequence[Judged], requests: Iterable[Request] = ()
) -> tuple[list[Given], tuple[str, ...]]:
    """What each of the ordered gets, and the reserves that were not used up.

    Who keeps a grant first; then each reserve, in the rule's order, goes to its group's best; then the order.
    """
    till = _Till(rule, ordered, _late(rule, ordered, requests) if rule.overbooking_pct else frozenset())
    till.keep()
    for reserve in rule.reserves:
        till.fill(reserve.key)
    till.walk()
    unused = tuple(reserve.key for reserve in rule.reserves if till.reserves[reserve.key] > 0)
    return [till.given[place] for place in range(len(ordered))], unused


class _Till:
    """What is left of places, quotas, money and reserves while the order is walked; `given` by place, from 0."""

    def __init__(self, rule: RankingRule, ordered: Sequence[Judged], late: frozenset[int]) -> None:
        self.rule, self.ordered, self.late = rule, ordered, late
        self.places = len(ordered) if rule.places is None else rule.places
        self.budget = rule.budget_eur
        self.on = {p.key: len(ordered) if p.places is None else p.places for p in rule.pathways}
        self.reserves: dict[str, Decimal | int] = {
            one.key: one.eur if one.eur is not None else one.places or 0 for one in rule.reserves
        }
        self.of_money = {one.key for one in rule.reserves if one.eur is not None}
        self.given: dict[int, Given] = {}
        # most get the same: one object for all of them, and less for the collector to look at
        self.alike: dict[Given, Given] = {}

    def keep(self) -> None:
        """Place and money of who keeps a grant; what the rule cannot hold any more is refused, never taken away."""
        for place, one in enumerate(self.ordered):
            granted = one.entry.granted
            if granted is None:
                continue
            lacks = self._lacks(one.entry, granted.eur)
            if lacks or (granted.reserve is not None and not self._holds(granted.reserve, granted.eur)):
                fault = f"it keeps a grant that no longer fits the {lacks or 'reserve'}"
                raise Unrankable(registry_number=one.entry.registry_number, fault=fault)
            self._give(place, granted.eur, granted.reserve)

    def fill(self, reserve: str) -> None:
        """The group's best take the reserve; where one does not fit it closes, unless the rule skips."""
        for place, one in enumerate(self.ordered):
            if self.reserves[reserve] <= 0 or self.places <= 0:
                return
            entry = one.entry
            if reserve not in entry.groups or place in self.given or entry.arrival in self.late:
                continue
            amount = asked(self.rule, entry)
            lacks = self._lacks(entry, amount)
            if lacks is None and self._holds(reserve, amount):
                self._give(place, amount, reserve)
            elif lacks is not Held.PATHWAY and self.rule.shortfall is not Shortfall.SKIP:
                return

    def walk(self) -> None:
        """What is left goes down the order."""
        closed = False
        for place, one in enumerate(self.ordered):
            if place in self.given:
                continue
            amount = asked(self.rule, one.entry)
            lacks = Held.OVERBOOKING if one.entry.arrival in self.late else self._lacks(one.entry, amount)
            if lacks is None and closed:
                lacks = Held.BUDGET
            if lacks is None:
                self._give(place, amount)
            elif lacks is not Held.BUDGET:
                self._note(place, Given(ZERO, None, lacks))
            else:
                is_part = self.rule.shortfall is Shortfall.PARTIAL and not closed and self.budget > 0
                closed = closed or self.rule.shortfall is not Shortfall.SKIP
                if is_part:
                    self._give(place, self.budget, held_by=lacks)
                else:
                    self._note(place, Given(ZERO, None, lacks))

    def _lacks(self, entry: Entry, amount: Decimal) -> Held | None:
        """The first thing that is wanting for `amount`."""
        if self.places <= 0:
            return Held.PLACES
        if entry.pathway is not None and self.on[entry.pathway] <= 0:
            return Held.PATHWAY
        return Held.BUDGET if amount > self.budget else None

    def _holds(self, reserve: str, amount: Decimal) -> bool:
        left = self.reserves[reserve]
        return left > 0 and (reserve not in self.of_money or amount <= left)

    def _give(self, place: int, amount: Decimal, reserve: str | None = None, held_by: Held | None = None) -> None:
        """One place, its quota, its money, its part of the reserve."""
        pathway = self.ordered[place].entry.pathway
        self.places -= 1
        self.budget -= amount
        if pathway is not None:
            self.on[pathway] -= 1
        if reserve is not None:
            self.reserves[reserve] -= amount if reserve in self.of_money else 1
        self._note(place, Given(amount, reserve, held_by))

    def _note(self, place: int, given: Given) -> None:
        self.given[place] = self.alike.setdefault(given, given)


def _late(rule: RankingRule, ordered: Sequence[Judged], requests: Iterable[Request]) -> frozenset[int]:
    """Arrivals after the request with which all requests reached the overbooking share."""
    came = [(one.entry.arrival, asked(rule, one.entry)) for one in ordered]
    came += [(one.arrival, _amount(rule, one.asked_eur)) for one in requests]
    came.sort()
    limit = rule.budget_eur * (rule.overbooking_pct or 100)
    reached, late = ZERO, []
    for arrival, amount in came:
        if reached * 100 >= limit:
            late.append(arrival)
        reached += amount
    return frozenset(late)


def asked(rule: RankingRule, entry: Entry) -> Decimal:
    """What an entry would get: the unit value, or its own amount."""
    return _amount(rule, entry.amount_eur)


def _amount(rule: RankingRule, own: Decimal | None) -> Decimal:
    amount = rule.unit_value_eur if rule.unit_value_eur is not None else own
    assert amount is not None  # noqa: S101 - the check before has seen to it
    return amount
