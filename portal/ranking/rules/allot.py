"""Places and money: what was granted first, then the reserves, then whoever comes next."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from portal.ranking.rules.covers import ZERO, Unrankable
from portal.ranking.rules.terms import Entry, RankingRule, Request, Shortfall


class Held(StrEnum):
    """What keeps a firm above the thresholds from being funded in whole."""

    PLACES = "places"
    PATHWAY = "pathway"
    BUDGET = "budget"
    OVERBOOKING = "overbooking"


class Given(NamedTuple):
    """What an entry gets: an amount, from which reserve, and what held it."""

    eur: Decimal
    reserve: str | None = None
    held_by: Held | None = None

    @property
    def is_funded(self) -> bool:
        """In whole or in part."""
        return self.held_by is None or self.eur > ZERO


NOTHING = {held: Given(ZERO, None, held) for held in Held}
"""What those get who wait."""


def allot(
    rule: RankingRule, ordered: Sequence[Entry], below: Iterable[Entry] = (), requests: Iterable[Request] = ()
) -> tuple[list[Given], tuple[str, ...]]:
    """What each of the ordered gets, and the reserves that were not used up.

    Who keeps a grant first; then each reserve, in the rule's order, goes to its group's best; then the order. `below`
    and `requests` count towards overbooking alone.
    """
    till = _Till(rule, ordered, _late(rule, ordered, below, requests) if rule.overbooking_pct else frozenset())
    till.keep()
    for reserve in rule.reserves:
        till.fill(reserve.key)
    till.walk()
    unused = tuple(reserve.key for reserve in rule.reserves if till.reserves[reserve.key] > 0)
    return [given for given in till.given if given is not None], unused


class _Till:
    """What is left of places, quotas, money and reserves while the order is walked; `given` by place, from 0."""

    def __init__(self, rule: RankingRule, ordered: Sequence[Entry], late: frozenset[int]) -> None:
        self.rule, self.ordered, self.late = rule, ordered, late
        self.places = len(ordered) if rule.places is None else rule.places
        self.budget = rule.budget_eur
        self.on = {p.key: len(ordered) if p.places is None else p.places for p in rule.pathways}
        self.reserves: dict[str, Decimal | int] = {
            one.key: one.eur if one.eur is not None else one.places or 0 for one in rule.reserves
        }
        self.of_money = {one.key for one in rule.reserves if one.eur is not None}
        self.given: list[Given | None] = [None] * len(ordered)
        # most get the same: one object for all of them, and less for the collector to look at
        self.alike: dict[Given, Given] = {}

    def keep(self) -> None:
        """Place and money of who keeps a grant; what the rule cannot hold any more is refused, never taken away."""
        for place, entry in enumerate(self.ordered):
            granted = entry.granted
            if granted is None:
                continue
            lacks = self._lacks(entry, granted.eur)
            if lacks or (granted.reserve is not None and not self._holds(granted.reserve, granted.eur)):
                fault = f"it keeps a grant that no longer fits the {lacks or 'reserve'}"
                raise Unrankable(registry_number=entry.registry_number, fault=fault)
            self._give(place, granted.eur, granted.reserve)

    def fill(self, reserve: str) -> None:
        """The group's best take the reserve; where one does not fit it closes, unless the rule skips."""
        for place, entry in enumerate(self.ordered):
            if self.reserves[reserve] <= 0 or self.places <= 0:
                return
            if reserve not in entry.groups or self.given[place] is not None or entry.arrival in self.late:
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
        for place, entry in enumerate(self.ordered):
            if self.given[place] is not None:
                continue
            amount = asked(self.rule, entry)
            lacks = Held.OVERBOOKING if entry.arrival in self.late else self._lacks(entry, amount)
            if lacks is None and closed:
                lacks = Held.BUDGET
            if lacks is None:
                self._give(place, amount)
            elif lacks is not Held.BUDGET:
                self.given[place] = NOTHING[lacks]
            else:
                is_part = self.rule.shortfall is Shortfall.PARTIAL and not closed and self.budget > 0
                closed = closed or self.rule.shortfall is not Shortfall.SKIP
                if is_part:
                    self._give(place, self.budget, held_by=lacks)
                else:
                    self.given[place] = NOTHING[lacks]

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
        pathway = self.ordered[place].pathway
        self.places -= 1
        self.budget -= amount
        if pathway is not None:
            self.on[pathway] -= 1
        if reserve is not None:
            self.reserves[reserve] -= amount if reserve in self.of_money else 1
        given = Given(amount, reserve, held_by)
        self.given[place] = self.alike.setdefault(given, given)


def _late(
    rule: RankingRule, ordered: Iterable[Entry], below: Iterable[Entry], requests: Iterable[Request]
) -> frozenset[int]:
    """Arrivals after the request with which all requests reached the overbooking share."""
    entries, requests = [*ordered, *below], [*requests]
    arrivals = [*[entry.arrival for entry in entries], *[one.arrival for one in requests]]
    amounts = [*[asked(rule, entry) for entry in entries], *[_amount(rule, one.asked_eur) for one in requests]]
    limit = rule.budget_eur * (rule.overbooking_pct or 100) / 100
    reached, late = ZERO, []
    for at in sorted(range(len(arrivals)), key=arrivals.__getitem__):
        if reached >= limit:
            late.append(arrivals[at])
        reached += amounts[at]
    return frozenset(late)


def asked(rule: RankingRule, entry: Entry) -> Decimal:
    """What an entry would get: the unit value, or its own amount."""
    return _amount(rule, entry.amount_eur)


def _amount(rule: RankingRule, own: Decimal | None) -> Decimal:
    amount = rule.unit_value_eur if rule.unit_value_eur is not None else own
    assert amount is not None  # noqa: S101 - the check before has seen to it
    return amount
