"""How each firm moved between two versions, and by what: the parts of a move always sum to the move.

A place is one more than the number of those ahead. It changes only because somebody ahead left or fell below the
thresholds, somebody entered or came back ahead, the firm's own points changed, or those of others did: each is counted.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from portal.kernel.text import Frozen
from portal.ranking.rules.causes import Departure
from portal.ranking.rules.draw import Outcome, RankedList, Row
from portal.ranking.rules.order import keys
from portal.ranking.rules.terms import Key, RankingRule


class By(StrEnum):
    """What moved a firm. The departures are `Departure`; those below have fallen under a threshold."""

    WAIVED = "waived"
    FORFEITED = "forfeited"
    REVOKED = "revoked"
    EXCLUDED = "excluded"
    WITHDRAWN = "withdrawn"
    BELOW = "below"
    ENTERED = "entered"
    RETURNED = "returned"
    OWN_POINTS = "own_points"
    OTHER_POINTS = "other_points"
    RULE = "rule"


class Because(StrEnum):
    """Why an outcome changed, beside the place."""

    RESERVE = "reserve"
    FREED = "freed"
    PLACES = "places"
    PATHWAY = "pathway"
    BUDGET = "budget"
    OVERBOOKING = "overbooking"
    THRESHOLD = "threshold"
    RULE = "rule"


class Part(Frozen):
    """`steps` up (negative) or down, because of `firms` firms (0 where it is no matter of firms)."""

    by: By
    steps: int
    firms: int = 0


class Move(Frozen):
    """One firm in two versions: None where it had, or has, no place. `parts` sum to `after - before`.

    `because`: why the outcome or amount changed; `reserve` names the reserve. `freed`: how many funded firms left.
    `is_back`: it had left, and is taken in again.
    """

    before: int | None
    after: int | None
    was: Outcome | None
    is_: Outcome
    parts: tuple[Part, ...] = ()
    because: Because | None = None
    reserve: Key | None = None
    freed: int = 0
    is_back: bool = False

    @property
    def steps(self) -> int:
        """Places down (positive) or up; 0 without two places."""
        return 0 if self.before is None or self.after is None else self.after - self.before


def moves(
    before: RankedList, after: RankedList, left: Mapping[str, Departure], *, gone_before: Collection[str] = ()
) -> dict[str, Move]:
    """By registry number, every firm of `after` that moved, entered, or changed outcome; `left` says who left how.

    `gone_before`: who had left when `before` was drawn up, and is back where it stands in `after`.
    """
    was = {row.entry.registry_number: row for row in before.rows}
    attribution = _Attribution(before, after, left, gone_before)
    freed = sum(row.outcome is Outcome.FUNDED and row.entry.registry_number in left for row in before.above)
    found = {}
    for row in after.rows:
        number = row.entry.registry_number
        old = was.get(number)
        parts = attribution.parts(old, row) if old is not None and old.place and row.place else ()
        move = Move(
            before=old and old.place,
            after=row.place,
            was=old and old.outcome,
            is_=row.outcome,
            parts=parts,
            is_back=old is None and number in gone_before,
            **_because(old, row, freed=freed, same_rule=before.rule == after.rule),
        )
        if move.before != move.after or move.was is not move.is_ or parts or move.because:
            found[number] = move
    return found


def _because(old: Row | None, row: Row, *, freed: int, same_rule: bool) -> dict[str, Any]:
    """What an outcome or amount that changed hangs on in the new version."""
    if old is not None and (old.outcome, old.amount_eur) == (row.outcome, row.amount_eur):
        return {}
    if row.outcome is Outcome.BELOW_THRESHOLD:
        return {"because": Because.THRESHOLD}
    if row.outcome is Outcome.RESERVE:
        return {"because": row.held_by and Because(row.held_by.value)}
    if row.reserve is not None:
        return {"because": Because.RESERVE, "reserve": row.reserve, "freed": freed}
    if freed:
        return {"because": Because.FREED, "freed": freed}
    return {} if same_rule else {"because": Because.RULE}


class _Attribution:
    """Counts, for the places of one firm, who is ahead in either version."""

    def __init__(
        self, before: RankedList, after: RankedList, left: Mapping[str, Departure], gone_before: Collection[str]
    ) -> None:
        old_keys, new_keys = _keys(before.rule, before.above), _keys(after.rule, after.above)
        common = old_keys.keys() & new_keys.keys()
        self.same_order = _orders(before.rule) == _orders(after.rule)
        self.old_keys, self.new_keys = old_keys, new_keys
        self.old_common = sorted(old_keys[number] for number in common)
        below = {row.entry.registry_number for row in after.below}
        gone: dict[By, list[int]] = {}
        for row in before.above:
            number = row.entry.registry_number
            if number not in common:
                by = By.BELOW if number in below else By(left.get(number, Departure.EXCLUDED).value)
                gone.setdefault(by, []).append(row.place or 0)
        self.gone = gone
        self.come: dict[By, list[int]] = {}
        for row in after.above:
            number = row.entry.registry_number
            if number not in common:
                by = By.RETURNED if number in gone_before else By.ENTERED
                self.come.setdefault(by, []).append(row.place or 0)

    def parts(self, old: Row, row: Row) -> tuple[Part, ...]:
        """What moved one firm that has a place in both, largest first; they sum to the move."""
        number, found = row.entry.registry_number, []
        for by, places in self.gone.items():
            if ahead := bisect_left(places, old.place or 0):
                found.append(Part(by=by, steps=-ahead, firms=ahead))
        for by, places in self.come.items():
            if ahead := bisect_left(places, row.place or 0):
                found.append(Part(by=by, steps=ahead, firms=ahead))
        rest = (row.place or 0) - (old.place or 0) - sum(part.steps for part in found)
        if not self.same_order:
            found += [Part(by=By.RULE, steps=rest)] if rest else []
        else:
            own = self._alone(number)
            found += [Part(by=By.OWN_POINTS, steps=own)] if own else []
            found += [Part(by=By.OTHER_POINTS, steps=rest - own)] if rest != own else []
        return tuple(sorted(found, key=lambda part: (-abs(part.steps), part.by)))

    def _alone(self, number: str) -> int:
        """Places that the firm's own points alone are worth: its new key among the old ones of all who stayed."""
        old, new = self.old_keys[number], self.new_keys[number]
        if old == new:
            return 0
        ahead = bisect_left(self.old_common, new)
        # its own old key is among them
        return ahead - (old < new) - bisect_left(self.old_common, old)


def _keys(rule: RankingRule, rows: Iterable[Row]) -> dict[str, tuple[Any, ...]]:
    entries = [row.entry for row in rows]
    found = keys(rule, entries, [row.total for row in rows])
    return {entry.registry_number: key for entry, key in zip(entries, found, strict=True)}


def _orders(rule: RankingRule) -> Sequence[object]:
    """What of a rule decides the order of those above the thresholds."""
    return [rule.procedure, rule.tie_break, rule.lot, [criterion.key for criterion in rule.criteria]]


def summary(found: Iterable[Move]) -> dict[str, int]:
    """How many rose, fell, entered, became funded or ceased to be: for the head of a page."""
    counts: Counter[str] = Counter()
    for move in found:
        counts["up" if move.steps < 0 else "down" if move.steps > 0 else "still"] += 1
        counts["entered"] += move.was is None
        counts["gained"] += move.is_ is Outcome.FUNDED and move.was is not Outcome.FUNDED
        counts["lost"] += move.was is Outcome.FUNDED and move.is_ is not Outcome.FUNDED
    return dict(counts)
