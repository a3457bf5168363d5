"""What happened to rankings."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class RankingPublished(Event):
    """A version of a ranking is public."""

    name: ClassVar[str] = "ranking.published"
    ranking_id: UUID
