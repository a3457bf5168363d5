"""What happened to missions."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class MissionOpened(Event):
    """Firms may enter their delegates."""

    name: ClassVar[str] = "missions.opened"
    mission_id: UUID


@dataclass(frozen=True, kw_only=True)
class PlaceOffered(Event):
    """A place is held for a delegate until a deadline: at once, or after a wait. `offer` counts the offers."""

    name: ClassVar[str] = "missions.offered"
    traveller_id: UUID
    offer: int


@dataclass(frozen=True, kw_only=True)
class PlaceConfirmed(Event):
    """The firm confirmed a delegate."""

    name: ClassVar[str] = "missions.confirmed"
    traveller_id: UUID


@dataclass(frozen=True, kw_only=True)
class OfferLapsed(Event):
    """Nobody confirmed in time."""

    name: ClassVar[str] = "missions.lapsed"
    traveller_id: UUID


@dataclass(frozen=True, kw_only=True)
class ListClosed(Event):
    """From now on changes are asked for."""

    name: ClassVar[str] = "missions.list_closed"
    mission_id: UUID


@dataclass(frozen=True, kw_only=True)
class ChangeAsked(Event):
    """A firm wants a change of a closed list."""

    name: ClassVar[str] = "missions.change_asked"
    change_id: UUID


@dataclass(frozen=True, kw_only=True)
class ChangeDecided(Event):
    """The office answered."""

    name: ClassVar[str] = "missions.change_decided"
    change_id: UUID


@dataclass(frozen=True, kw_only=True)
class MissionCancelled(Event):
    """It will not take place."""

    name: ClassVar[str] = "missions.cancelled"
    mission_id: UUID


@dataclass(frozen=True, kw_only=True)
class TravellersPurged(Event):
    """What was known of the travellers can't be read any more."""

    name: ClassVar[str] = "missions.purged"
    mission_id: UUID
