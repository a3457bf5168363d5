"""What the ranking works on: the call's rule, the entries, the list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, model_validator

from portal.calls.rules.content import CallContent
from portal.kernel.text import Frozen

if TYPE_CHECKING:
    from portal.ranking.rules.draw import Row

INSTANTS = ("submitted_at", "registry_number")
RESERVED = frozenset({"total", "bonus", "base", *INSTANTS})


def _written(value: object) -> object:
    if isinstance(value, str | Decimal | int) and not isinstance(value, bool):
        return value
    msg = "must be a decimal number written as a string"
    raise ValueError(msg)


def _of_two_places(value: Decimal) -> Decimal:
    rounded = value.quantize(Decimal("0.01"))
    if rounded != value:
        msg = "has more than two decimal places"
        raise ValueError(msg)
    return rounded


Hundredths = Annotated[
    Decimal,
    BeforeValidator(_written),
    Field(ge=0, le=10**12, allow_inf_nan=False),
    AfterValidator(_of_two_places),
    PlainSerializer(str, return_type=str),
]
"""Points or euros with exactly two decimals; in JSON a string, so that no reader turns it into a binary fraction."""

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class Shortfall(StrEnum):
    """What happens when the next firm's amount is more than what is left.

    `stop`: the list closes there, nobody behind passes ahead. `skip`: the next that fits is funded.
    `partial`: the firm gets what is left, and the list closes.
    """

    STOP = "stop"
    SKIP = "skip"
    PARTIAL = "partial"


class Criterion(Frozen):
    """A criterion: `max` points, and its own threshold `min` where it has one."""

    key: Key
    max: Hundredths
    min: Hundredths | None = None


class Bonus(Frozen):
    """Points that count only once every threshold is reached."""

    key: Key
    max: Hundredths


class TieBreak(Frozen):
    """`by`: a criterion, `submitted_at` or `registry_number`."""

    by: str
    order: Literal["asc", "desc"]


class Pathway(Frozen):
    """A pathway; `places` at most are funded, `min_firms` are wanted to start it."""

    key: Key
    places: int | None = Field(default=None, ge=1)
    min_firms: int | None = Field(default=None, ge=1)


class RankingRule(Frozen):
    """All that decides an order: what the call's version says, and nothing else.

    `unit_value_eur` is what each funded firm receives in kind; None where each entry asks for its own amount.
    """

    procedure: Literal["ranking", "first_come_first_served"]
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    threshold: Hundredths
    bonuses: tuple[Bonus, ...] = ()
    tie_break: tuple[TieBreak, ...]
    places: int | None = Field(default=None, ge=0)
    budget_eur: Hundredths
    unit_value_eur: Hundredths | None
    pathways: tuple[Pathway, ...] = ()
    shortfall: Shortfall = Shortfall.STOP

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        criteria = [criterion.key for criterion in self.criteria]
        keys = criteria + [bonus.key for bonus in self.bonuses]
        faults = {
            "criteria and bonuses must have different keys": len(set(keys)) < len(keys),
            f"a criterion may not be called {', '.join(sorted(RESERVED & set(keys)))}": bool(RESERVED & set(keys)),
            "pathways must have different keys": len({p.key for p in self.pathways}) < len(self.pathways),
            "tie_break names something that is neither a criterion nor submitted_at nor registry_number": any(
                tie.by not in (*criteria, *INSTANTS) for tie in self.tie_break
            ),
        }
        for fault, holds in faults.items():
            if holds:
                raise ValueError(fault)
        return self


def rule_of(content: CallContent) -> RankingRule:
    """The ranking rule that a version of a call states."""
    return RankingRule(
        procedure=content.procedure,
        criteria=tuple(Criterion(key=c.key, max=c.max, min=c.min) for c in content.criteria),
        threshold=content.thresholds.total,
        bonuses=tuple(Bonus(key=b.key, max=max(band.points for band in b.part.bands)) for b in content.bonus),
        tie_break=tuple(TieBreak(by=t.by, order=t.order) for t in content.tie_break),
        places=content.budget.places,
        budget_eur=content.budget.amount_eur,
        unit_value_eur=content.budget.unit_value_eur,
        pathways=tuple(Pathway(key=p.key, places=p.places, min_firms=p.min_firms) for p in content.pathways),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One admitted and evaluated application.

    `registry_number` is its number in the register, `arrival` its place in the order of arrival (1, 2, ...): both
    unique. `scores` has every criterion's points at two decimals; `amount_eur` only where the rule has no unit value.
    """

    registry_number: str
    arrival: int
    submitted_at: datetime
    scores: Mapping[str, Decimal]
    bonus: Mapping[str, Decimal] = field(default_factory=dict)
    pathway: str | None = None
    amount_eur: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RankedList:
    """The list: `above` by place, `below` the thresholds by registry number (no order is made among them)."""

    rule: RankingRule
    above: Sequence["Row"]
    below: Sequence["Row"]
    short_pathways: tuple[str, ...]

    @property
    def rows(self) -> list["Row"]:
        """Every row, those with a place first."""
        return [*self.above, *self.below]
