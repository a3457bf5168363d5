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
