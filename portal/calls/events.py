"""What happened to a call."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class CallOpened(Event):
    """Applications are taken from now on."""

    name: ClassVar[str] = "calls.opened"

    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class CallClosed(Event):
    """No application is taken any more."""

    name: ClassVar[str] = "calls.closed"

    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class CallAmended(Event):
    """A corrigendum is in force."""

    name: ClassVar[str] = "calls.amended"

    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class CallReminderDue(Event):
    """At most `hours` are left before the deadline."""

    name: ClassVar[str] = "calls.reminder_due"

    call_id: UUID
    hours: int
