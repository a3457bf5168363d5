"""What happened to requests of access."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class AccessAsked(Event):
    """A firm asked for acts."""

    name: ClassVar[str] = "access.asked"
    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class AccessNotified(Event):
    """The firm whose acts are asked for has ten days to object."""

    name: ClassVar[str] = "access.notified"
    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class AccessAnswered(Event):
    """The firm concerned objected, or said that it has nothing against."""

    name: ClassVar[str] = "access.answered"
    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class AccessDecisionDue(Event):
    """The term of the office is near, and nothing is decided."""

    name: ClassVar[str] = "access.decision_due"
    request_id: UUID


@dataclass(frozen=True, kw_only=True)
class AccessDecided(Event):
    """The office decided."""

    name: ClassVar[str] = "access.decided"
    request_id: UUID
