"""Places: who holds one, who waits, who is next, and until when."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

Key = TypeVar("Key")


class MissionState(StrEnum):
    """How far a mission is."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class TravellerState(StrEnum):
    """Where a delegate stands: `proposed` waits for the office, `offered` and `confirmed` hold a place."""

    PROPOSED = "proposed"
    WAITING = "waiting"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    LAPSED = "lapsed"
    WAIVED = "waived"
    REPLACED = "replaced"
    REJECTED = "rejected"


HOLDING: Final = frozenset({TravellerState.OFFERED, TravellerState.CONFIRMED})
LIVE: Final = HOLDING | {TravellerState.WAITING}
"""Who counts among a firm's delegates."""


def free(places: Collection[int], taken: Collection[int]) -> list[int]:
    """The numbers of the free places, smallest first."""
    return sorted(set(places) - set(taken))


def offers(places: Collection[int], taken: Collection[int], waiting: Sequence[Key]) -> list[tuple[Key, int]]:
    """(who, place) of the offers to make now; `waiting` stands in the order of the list."""
    return list(zip(waiting, free(places, taken), strict=False))


def offer_until(at: datetime, hours: int, *, leaves_at: datetime) -> datetime:
    """Until when a place is held: so many hours, but never beyond the departure."""
    return min(at + timedelta(hours=hours), leaves_at)
