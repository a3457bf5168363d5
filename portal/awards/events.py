"""What happened to awards."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class Awarded(Event):
    """A firm was granted aid and may answer until a deadline."""

    name: ClassVar[str] = "awards.awarded"
    application_id: UUID


@dataclass(frozen=True, kw_only=True)
class AnswerDue(Event):
    """The deadline for answering is near."""

    name: ClassVar[str] = "awards.answer_due"
    application_id: UUID


@dataclass(frozen=True, kw_only=True)
class Accepted(Event):
    """The firm accepted."""

    name: ClassVar[str] = "awards.accepted"
    application_id: UUID


@dataclass(frozen=True, kw_only=True)
class Advanced(Event):
    """What was granted has begun, or is complete."""

    name: ClassVar[str] = "awards.advanced"
    application_id: UUID
    to: str


@dataclass(frozen=True, kw_only=True)
class Ended(Event):
    """A waiver, a forfeiture or a revocation."""

    name: ClassVar[str] = "awards.ended"
    application_id: UUID
    kind: str


@dataclass(frozen=True, kw_only=True)
class AidOverflowed(Event):
    """A funded firm has no room for the aid under its ceiling."""

    name: ClassVar[str] = "awards.aid_overflowed"
    application_id: UUID
    ranking_id: UUID
