"""What happened to applications."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ApplicationSubmitted(Event):
    """A firm handed an application in."""

    name: ClassVar[str] = "applications.submitted"
    application_id: UUID


@dataclass(frozen=True, kw_only=True)
class ApplicationWithdrawn(Event):
    """A firm took back what it had handed in."""

    name: ClassVar[str] = "applications.withdrawn"
    application_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestMade(Event):
    """The office asked a firm for a supplement, or gave it notice of a rejection."""

    name: ClassVar[str] = "applications.request_made"
    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestReminderDue(Event):
    """The term of a request is near, and nothing has come."""

    name: ClassVar[str] = "applications.request_reminder_due"
    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestExtended(Event):
    """The office prolonged the term of a request."""

    name: ClassVar[str] = "applications.request_extended"
    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestCalledOff(Event):
    """The office took a request back."""

    name: ClassVar[str] = "applications.request_called_off"
    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestAnswered(Event):
    """A firm answered a request."""

    name: ClassVar[str] = "applications.request_answered"
    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class RequestLapsed(Event):
    """The term of a request ended in silence."""

    name: ClassVar[str] = "applications.request_lapsed"
    request_id: UUID
