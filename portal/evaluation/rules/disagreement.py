"""How far reviewers are apart, once all is in.

On one criterion the spread is the highest mark less the lowest. Marks disagree from a spread of the call's
`spread_pct` per cent of the criterion's maximum. A mark is an outlier where it lies further from the median of the
application's marks on that criterion than a quarter of the maximum, and than one step.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from statistics import median
from typing import Final, NamedTuple

from portal.calls.rules.content import Criterion
from portal.evaluation.rules.sheets import Mark

FAR: Final = Decimal("0.25")


class Gap(NamedTuple):
    """One criterion of one application: its marks by reviewer, how they spread, whose lie far out."""

    criterion: str
    marks: dict[str, Decimal]
    mean: Decimal
    spread: Decimal
    disagrees: bool
    outliers: tuple[str, ...]


def gaps(criteria: Sequence[Criterion], sheets: Mapping[str, Mapping[str, Mark]], *, spread_pct: Decimal) -> list[Gap]:
    """Every criterion that somebody marked, in the call's order; `sheets`: the marks by reviewer."""
    found = []
    for criterion in criteria:
        marks = {
            who: points
            for who, sheet in sheets.items()
            if (points := sheet.get(criterion.key, Mark()).points) is not None
        }
        if marks:
            found.append(_gap(criterion, marks, spread_pct))
    return found


def _gap(criterion: Criterion, marks: dict[str, Decimal], spread_pct: Decimal) -> Gap:
    middle, far = median(marks.values()), max(criterion.step, FAR * criterion.max)
    spread = max(marks.values()) - min(marks.values())
    return Gap(
        criterion=criterion.key,
        marks=marks,
        mean=sum(marks.values(), Decimal(0)) / len(marks),
        spread=spread,
        disagrees=len(marks) > 1 and spread * 100 >= spread_pct * criterion.max,
        outliers=tuple(sorted(who for who, points in marks.items() if abs(points - middle) > far)),
    )


def is_meeting_owed(when: str, found: Sequence[Gap]) -> bool:
    """Whether a call that asks for a meeting `when` asks for it on these marks: one person agrees with themselves."""
    if when == "never" or not any(len(gap.marks) > 1 for gap in found):
        return False
    return when == "always" or any(gap.disagrees for gap in found)
