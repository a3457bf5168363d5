"""What the ranking works on: the call's rule, the entries, the other requests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, model_validator

from portal.kernel.text import Frozen, sha256_hex

LOT = "lot"
TIES = ("submitted_at", "registry_number", LOT)
RESERVED = frozenset({"total", "bonus", "base", "open", *TIES})


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
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Seed = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


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
    """`by`: a criterion, `submitted_at`, `registry_number` or `lot`."""

    by: str
    order: Literal["asc", "desc"]


class Lot(Frozen):
    """`commitment`: SHA-256 of the seed's 32 bytes, published before the window closes; `seed` is revealed later."""

    commitment: Sha256
    seed: Seed


class Reserve(Frozen):
    """What a group is guaranteed: so many `places`, or so many euros, never both."""

    key: Key
    places: int | None = Field(default=None, ge=0)
    eur: Hundredths | None = None

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        if (self.places is None) == (self.eur is None):
            msg = "a reserve is of places or of euros"
            raise ValueError(msg)
        return self


class Pathway(Frozen):
    """A pathway; `places` at most are funded, `min_firms` are wanted to start it."""

    key: Key
    places: int | None = Field(default=None, ge=1)
    min_firms: int | None = Field(default=None, ge=1)


class RankingRule(Frozen):
    """All that decides an order: what the call's version says, and nothing else.

    `unit_value_eur` is what each funded firm receives in kind; None where each entry asks for its own amount.
    `reserves` are filled in this order. `overbooking_pct`: first come, first served takes requests until they reach
    this share of the budget.
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
    reserves: tuple[Reserve, ...] = ()
    lot: Lot | None = None
    overbooking_pct: int | None = Field(default=None, ge=100, le=1000)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        criteria = [criterion.key for criterion in self.criteria]
        keys = criteria + [bonus.key for bonus in self.bonuses]
        faults = {
            "criteria and bonuses must have different keys": len(set(keys)) < len(keys),
            f"a criterion may not be called {', '.join(sorted(RESERVED & set(keys)))}": bool(RESERVED & set(keys)),
            "pathways must have different keys": len({p.key for p in self.pathways}) < len(self.pathways),
            f"tie_break names something that is neither a criterion nor {', '.join(TIES)}": any(
                tie.by not in (*criteria, *TIES) for tie in self.tie_break
            ),
            "reserves must have different keys": len({r.key for r in self.reserves}) < len(self.reserves),
            "a tie is broken by lot exactly where there is one": (self.lot is not None)
            != any(tie.by == LOT for tie in self.tie_break),
            "the seed is not the one committed to": self.lot is not None
            and sha256_hex(bytes.fromhex(self.lot.seed)) != self.lot.commitment,
            "only first come, first served can be overbooked": self.overbooking_pct is not None
            and self.procedure == "ranking",
        }
        for fault, holds in faults.items():
            if holds:
                raise ValueError(fault)
        return self


@dataclass(frozen=True, slots=True)
class Granted:
    """What an entry was awarded before and keeps: its amount, and the reserve that it was taken from, if any."""

    eur: Decimal
    reserve: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One admitted and evaluated application.

    `registry_number` is its number in the register, `arrival` its place in the order of arrival (1, 2, ...): both
    unique. `scores` has every criterion's points at two decimals; `amount_eur` only where the rule has no unit value.
    `groups` are the reserves that it may be taken from. `granted`: it keeps what it was awarded, whatever follows.
    """

    registry_number: str
    arrival: int
    submitted_at: datetime
    scores: Mapping[str, Decimal]
    bonus: Mapping[str, Decimal] = field(default_factory=dict)
    pathway: str | None = None
    amount_eur: Decimal | None = None
    groups: frozenset[str] = frozenset()
    granted: Granted | None = None


class Request(Frozen):
    """A request handed in that is no entry: nothing of it but when it came, and what it asked for."""

    arrival: int = Field(ge=1)
    asked_eur: Hundredths | None
