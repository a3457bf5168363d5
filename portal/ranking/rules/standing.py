"""Why a firm is where it is, from the lines alone."""

from dataclasses import dataclass
from decimal import Decimal

from portal.ranking.rules.draw import Row
from portal.ranking.rules.terms import LOT, RankingRule


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
        elif tie.by in {"registry_number", LOT}:
            differ = True
        else:
            differ = ahead.entry.scores[tie.by] != behind.entry.scores[tie.by]
        if differ:
            return tie.by
    return "registry_number"
