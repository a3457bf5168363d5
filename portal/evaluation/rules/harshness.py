"""How severe each reviewer is, estimated from the sheets that they share.

The model: points of a sheet = application + reviewer + noise. The reviewers' effects are those of least squares; of
the many that fit equally the smallest, so that in every group of reviewers tied by shared applications they sum to
zero. Between groups that share no application nothing can be compared, and that is said. It decides nothing: the mean
of the marks, or the meeting's, is what counts.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID


class Effect(NamedTuple):
    """What a reviewer gives above (or, negative, below) the others on the same applications; `group` from 1."""

    reviewer: UUID
    points: float
    sheets: int
    group: int


@dataclass(frozen=True)
class Harshness:
    """The fit: every reviewer's effect, and each application's mean without them."""

    effects: tuple[Effect, ...]
    adjusted: Mapping[UUID, float]
    groups: int

    @property
    def is_connected(self) -> bool:
        """Whether every two reviewers can be compared, directly or through others."""
        return self.groups <= 1


def fit(sheets: Mapping[UUID, Mapping[UUID, float]]) -> Harshness:
    """Fit the model to `sheets`: {application: {reviewer: points of the whole sheet}}."""
    import numpy as np  # noqa: PLC0415 - heavy: only this page pays for it

    reviewers = sorted({who for marks in sheets.values() for who in marks}, key=lambda one: one.int)
    place = {who: at for at, who in enumerate(reviewers)}
    laplacian = np.zeros((len(reviewers), len(reviewers)))
    excess = np.zeros(len(reviewers))
    for marks in sheets.values():
        at = [place[who] for who in marks]
        points = np.array(list(marks.values()), dtype=float)
        laplacian[at, at] += 1
        laplacian[np.ix_(at, at)] -= 1 / len(at) if at else 0
        excess[at] += points - points.mean() if at else 0
    effects = np.linalg.pinv(laplacian, hermitian=True) @ excess if reviewers else excess
    groups = _groups(sheets)
    counted = Counter(who for marks in sheets.values() for who in marks)
    return Harshness(
        effects=tuple(Effect(who, float(effects[place[who]]), counted[who], groups[who]) for who in reviewers),
        adjusted={
            application: sum(points - float(effects[place[who]]) for who, points in marks.items()) / len(marks)
            for application, marks in sheets.items()
            if marks
        },
        groups=len(set(groups.values())),
    )


def _groups(sheets: Mapping[UUID, Mapping[UUID, float]]) -> dict[UUID, int]:
    """Which reviewers are tied by applications that they share, however far round; numbered from 1."""
    parent: dict[UUID, UUID] = {}

    def root(one: UUID) -> UUID:
        while parent.setdefault(one, one) != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for marks in sheets.values():
        together = list(marks)
        for one, other in pairwise([*together[:1], *together]):
            parent[root(other)] = root(one)
    numbers: dict[UUID, int] = {}
    for one in sorted(parent, key=lambda one: one.int):
        numbers.setdefault(root(one), len(numbers) + 1)
    return {one: numbers[root(one)] for one in parent}
