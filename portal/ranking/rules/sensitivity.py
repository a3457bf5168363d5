"""How much the winners hang on one weight, or on one reviewer. It decides nothing: the ranking stays what it is.

A weight moves: the criterion's points, maximum and threshold are multiplied by 1.10 or 0.90, and those of all other
criteria by the one factor that keeps the sum of the maxima; points are rounded once, to hundredths. The total threshold
stays. A reviewer is left out: the mean of the others counts, wherever there are others.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Final, NamedTuple

from portal.ranking.rules.draw import Outcome, draw_up
from portal.ranking.rules.points import average, half_up
from portal.ranking.rules.terms import Entry, RankingRule

STEP: Final = Fraction(1, 10)
Marks = Mapping[str, Mapping[str, Mapping[str, Decimal]]]
"""{registry number: {reviewer: {criterion: points}}}, of the sheets whose mean counts."""


class Turn(NamedTuple):
    """One thing changed, and whose outcome turned: registry numbers that came to be funded, and that ceased to be."""

    what: str
    step: int
    came: tuple[str, ...]
    went: tuple[str, ...]
    alone: int = 0


def weights(rule: RankingRule, entries: Sequence[Entry]) -> list[Turn]:
    """What happens where each criterion's weight moves by a tenth, down and up."""
    winners = funded(rule, entries)
    return [
        _turn(criterion.key, sign, winners, funded(*reweighted(rule, entries, criterion.key, 1 + sign * STEP)))
        for criterion in rule.criteria
        if len(rule.criteria) > 1
        for sign in (-1, 1)
    ]


def reviewers(rule: RankingRule, entries: Sequence[Entry], marks: Marks) -> list[Turn]:
    """What happens where each reviewer is left out; `alone`: applications that nobody else marked, left as they are."""
    winners = funded(rule, entries)
    everybody = sorted({who for sheets in marks.values() for who in sheets})
    return [
        _turn(who, 0, winners, funded(rule, without(entries, marks, who)))._replace(
            alone=sum(who in sheets and len(sheets) == 1 for sheets in marks.values())
        )
        for who in everybody
    ]


def funded(rule: RankingRule, entries: Iterable[Entry]) -> frozenset[str]:
    """Registry numbers of the winners."""
    above = draw_up(rule, entries).above
    return frozenset(row.entry.registry_number for row in above if row.outcome is Outcome.FUNDED)


def reweighted(
    rule: RankingRule, entries: Sequence[Entry], key: str, factor: Fraction
) -> tuple[RankingRule, list[Entry]]:
    """The same call with one criterion's weight multiplied, the sum of the maxima kept."""
    maxima = {criterion.key: Fraction(criterion.max) for criterion in rule.criteria}
    others = sum(maxima.values()) - maxima[key]
    rest = (others + maxima[key] * (1 - factor)) / others if others else Fraction(1)
    by = {each: factor if each == key else rest for each in maxima}
    criteria = tuple(
        one.model_copy(update={"max": _times(one.max, by[one.key]), "min": _least(one.min, by[one.key])})
        for one in rule.criteria
    )
    worth = {one.key: _worth(by[one.key], one.max) for one in criteria}
    moved = [
        replace(entry, scores={each: worth[each](points) for each, points in entry.scores.items()}) for entry in entries
    ]
    return rule.model_copy(update={"criteria": criteria}), moved


def without(entries: Sequence[Entry], marks: Marks, who: str) -> list[Entry]:
    """The entries with the mean of the others, wherever `who` marked with others."""
    return [_without(entry, marks.get(entry.registry_number, {}), who) for entry in entries]


def _without(entry: Entry, sheets: Mapping[str, Mapping[str, Decimal]], who: str) -> Entry:
    if who not in sheets or len(sheets) == 1:
        return entry
    others = [sheet for name, sheet in sheets.items() if name != who]
    given = {key: [sheet[key] for sheet in others if key in sheet] for key in sheets[who]}
    return replace(entry, scores={**entry.scores, **{key: average(points) for key, points in given.items() if points}})


def _worth(factor: Fraction, top: Decimal) -> Callable[[Decimal], Decimal]:
    """Points multiplied, the new maximum at most: once for each mark there is, as many have the same."""
    return cache(lambda points: min(top, _times(points, factor)))


def _times(points: Decimal, factor: Fraction) -> Decimal:
    exact = Fraction(points) * factor
    return half_up(exact.numerator, exact.denominator, decimals=2)


def _least(points: Decimal | None, factor: Fraction) -> Decimal | None:
    return None if points is None else _times(points, factor)


def _turn(what: str, step: int, before: frozenset[str], after: frozenset[str]) -> Turn:
    return Turn(what, step, tuple(sorted(after - before)), tuple(sorted(before - after)))
