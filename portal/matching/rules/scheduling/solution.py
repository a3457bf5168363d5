"""A schedule: which meeting takes place when and where, what is said of it, and how far that is proven."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from portal.kernel.reading import read as read_model
from portal.matching.rules.scheduling.instance import Part, Term

Status = Literal["optimal", "feasible", "infeasible", "unknown"]
Reason = Literal["no_common_slot", "participant_full", "capacity", "interpreter", "precedence", "objective", "unknown"]
Figure = int | float


class Loose(BaseModel):
    """A part in which others may say more than we read."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)


class Assignment(Part):
    meeting: str
    slot: str
    table: str | None = None


class Reached(Part):
    """Figures of the schedule; `bounds` hold given the terms before at their value, `bound` is that of `value`."""

    terms: dict[str, int] = Field(default_factory=dict)
    bounds: dict[str, Figure] = Field(default_factory=dict)
    value: Figure | None = None
    bound: Figure | None = None


class LeftOut(Loose):
    meeting: str
    reason: Reason


class Conflict(Loose):
    """What can't hold together, in words."""

    meetings: tuple[Any, ...] = ()
    participants: tuple[Any, ...] = ()
    message: str = ""


class Solution(Part):
    """The whole answer."""

    format: Literal["b2b-solution/1"] = "b2b-solution/1"
    instance: str
    status: Status
    assignments: tuple[Assignment, ...] = ()
    objective: Reached | None = None
    unscheduled: tuple[LeftOut, ...] | None = None
    conflict: Conflict | None = None
    stats: dict[str, Any] = Field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As the schema wants it: what isn't known is absent."""
        return self.model_dump(mode="json", exclude_none=True)

    def term(self, term: Term) -> int:
        """The value of one term of the schedule."""
        return (self.objective or Reached()).terms.get(term, 0)


def read(content: bytes) -> Solution:
    """The schedule in `content`. Raises Unreadable."""
    return read_model(Solution, content)
