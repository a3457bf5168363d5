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
class ReviewerSteppedDown(Event):
    """A reviewer left an application: it lacks a reviewer."""

    name: ClassVar[str] = "evaluation.stepped_down"
    assignment_id: UUID


@dataclass(frozen=True, kw_only=True)
class SheetsDue(Event):
    """A reviewer owes `count` sheets of a call, due in `hours` hours."""

    name: ClassVar[str] = "evaluation.sheets_due"
    call_id: UUID
    reviewer_id: UUID
    hours: int
    count: int


@dataclass(frozen=True, kw_only=True)
class MeetingNeeded(Event):
    """Every sheet of an application is in, and the call wants the reviewers to meet and agree."""

    name: ClassVar[str] = "evaluation.meeting_needed"
    application_id: UUID


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
