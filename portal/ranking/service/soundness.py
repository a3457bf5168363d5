"""How sound a ranking would be, drawn up now: who would turn, and how severe the reviewers are."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from portal.calls.models import Call
from portal.evaluation.queries import Sheet
from portal.evaluation.rules.harshness import Harshness, fit
from portal.ranking import rules
from portal.ranking.rules import sensitivity
from portal.ranking.rules.sensitivity import Turn
from portal.ranking.service.inputs import Inputs, gather


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A firm's official place, and the one it would have without the reviewers' severity."""

    registry_number: str
    place: int
    total: Decimal
    adjusted_place: int
    adjusted: float
    is_funded: bool


@dataclass(frozen=True, kw_only=True)
class Soundness:
    """What the page of the office shows; nothing of it has legal effect."""

    winners: int
    weights: list[Turn]
    reviewers: list[Turn]
    harshness: Harshness
    beside: list[Beside]
    names: Mapping[str, str]


def soundness(session: Session, call: Call, *, seed: str | None = None) -> Soundness:
    """Look at all that is evaluated, as it stands. Raises what `gather` and the rule raise."""
    inputs = gather(session, call, seed=seed)
    numbers = {id_: number for number, id_ in inputs.ids.items()}
    counting = inputs.sheets
    marks = {numbers[id_]: _marks(found) for id_, found in counting.items() if id_ not in inputs.agreed}
    harshness = fit({id_: {one.reviewer_id: _points(one) for one in found} for id_, found in counting.items() if found})
    return Soundness(
        winners=len(sensitivity.funded(inputs.rule, inputs.entries)),
        weights=sensitivity.weights(inputs.rule, inputs.entries),
        reviewers=sensitivity.reviewers(inputs.rule, inputs.entries, marks),
        harshness=harshness,
        beside=_beside(inputs, counting, harshness),
        names={str(one.reviewer_id): one.reviewer for found in counting.values() for one in found},
    )


def _marks(sheets: list[Sheet]) -> dict[str, dict[str, Decimal]]:
    return {
        str(one.reviewer_id): {key: mark.points for key, mark in one.marks.items() if mark.points is not None}
        for one in sheets
    }


def _points(sheet: Sheet) -> float:
    return float(sum((mark.points or Decimal(0) for mark in sheet.marks.values()), Decimal(0)))


def _beside(inputs: Inputs, counting: dict[UUID, list[Sheet]], harshness: Harshness) -> list[Beside]:
    """Those above the thresholds, in their official order: the total less the mean severity of those who marked it."""
    severity = {effect.reviewer: effect.points for effect in harshness.effects}
    rows = rules.draw_up(inputs.rule, inputs.entries).above
    adjusted = {}
    for row in rows:
        judges = [severity[one.reviewer_id] for one in counting[inputs.ids[row.entry.registry_number]]]
        adjusted[row.entry.registry_number] = float(row.total) - (sum(judges) / len(judges) if judges else 0)
    official = {row.entry.registry_number: row.place or 0 for row in rows}
    order = sorted(adjusted, key=lambda number: (-round(adjusted[number], 6), official[number]))
    places = {number: place for place, number in enumerate(order, start=1)}
    return [
        Beside(
            registry_number=row.entry.registry_number,
            place=official[row.entry.registry_number],
            total=row.total,
            adjusted_place=places[row.entry.registry_number],
            adjusted=adjusted[row.entry.registry_number],
            is_funded=row.outcome is rules.Outcome.FUNDED,
        )
        for row in rows
    ]
