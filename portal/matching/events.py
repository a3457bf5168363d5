"""What happened in the matching."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class SolvingAsked(Event):
    """The best agenda was asked for."""

    name: ClassVar[str] = "matching.solving_asked"
    run_id: UUID


@dataclass(frozen=True, kw_only=True)
class SolvingEnded(Event):
    """A run ended, well or not."""

    name: ClassVar[str] = "matching.solving_ended"
    run_id: UUID
