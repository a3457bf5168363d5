"""What happened in the evaluation."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ApplicationsAssigned(Event):
    """A reviewer was given applications of a call: `count` at once, `assignment_id` the first of them."""

    name: ClassVar[str] = "evaluation.assigned"
    assignment_id: UUID
    count: int


@dataclass(frozen=True, kw_only=True)
class ConflictFound(Event):
    """A reviewer declared a conflict, or the portal found one: the application lacks a reviewer."""

    name: ClassVar[str] = "evaluation.conflict_found"
    assignment_id: UUID


@dataclass(frozen=True, kw_only=True)
class SheetReopened(Event):
    """A manager gave a sheet back to its reviewer."""

    name: ClassVar[str] = "evaluation.reopened"
    assignment_id: UUID


@dataclass(frozen=True, kw_only=True)
class ApplicationEvaluated(Event):
    """Every sheet of an application is in."""

    name: ClassVar[str] = "evaluation.completed"
    application_id: UUID
