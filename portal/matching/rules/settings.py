"""What event staff may alter of one event: weights, quotas, the length of a meeting, and what a good agenda is."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from portal.kernel.text import Frozen
from portal.matching.rules.scheduling.instance import Term
from portal.matching.rules.score import Weights
from portal.matching.rules.states import Side

Minutes = Annotated[int, Field(ge=5, le=240)]
Count = Annotated[int, Field(ge=0, le=200)]
BreakScope = Literal["event", "day", "session"]


class Quota(Frozen):
    """Of one side: how many wishes of each kind, and how many meetings. `most` None: as many as there are slots."""

    wants: Count = 10
    woulds: Count = 20
    least: Count = 1
    most: Count | None = None

    @model_validator(mode="after")
    def in_order(self) -> Self:
        """At least no more than at most."""
        if self.most is not None and self.most < self.least:
            msg = "most: is below least"
            raise ValueError(msg)
        return self


class Settings(Frozen):
    """Data of the event; the defaults are those of the contract.

    `terms`: what the agenda makes small, the most important first. `pairs`: how many proposals a participant's best
    suggestions may add to what was wished. `least_score`: below it nothing is proposed that nobody wished.
    """

    weights: Weights = Weights()
    firms: Quota = Quota()
    buyers: Quota = Quota(wants=15, woulds=30, least=0)
    minutes: Minutes = 20
    pause: Annotated[int, Field(ge=0, le=120)] = 5
    pairs: Count = 5
    least_score: Annotated[int, Field(ge=0, le=100)] = 20
    terms: Annotated[tuple[Term, ...], Field(min_length=1)] = (
        Term.SHORTFALL,
        Term.LOST_WEIGHT,
        Term.BREAKS,
        Term.IDLE_SLOTS,
        Term.TABLE_CHANGES,
    )
    break_scope: BreakScope = "session"
    hard_min_meetings: bool = False
    max_break_difference: Count | None = None
    give_up: Annotated[int, Field(ge=0, le=20)] = 0
    """Per cent of the weight that may be given up for fewer breaks."""

    @model_validator(mode="after")
    def each_term_once(self) -> Self:
        """A term stands at one place of the order."""
        if len(set(self.terms)) < len(self.terms):
            msg = "terms: one stands twice"
            raise ValueError(msg)
        return self

    def quota(self, side: Side) -> Quota:
        """The quota of one side."""
        return self.firms if side is Side.COMPANY else self.buyers
