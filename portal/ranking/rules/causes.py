"""Why a version replaces another, who keeps a grant, and by what others leave the list."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from portal.applications.rules import Status


class Cause(StrEnum):
    """Why a version is drawn up."""

    FIRST = "first"
    WAIVER = "waiver"
    EXCLUSION = "exclusion"
    LATE_OBSERVATION = "late_observation"
    RESERVE_DRAW = "reserve_draw"
    CORRECTION = "correction"


class Departure(StrEnum):
    """By what a firm left the list."""

    WAIVED = "waived"
    FORFEITED = "forfeited"
    REVOKED = "revoked"
    EXCLUDED = "excluded"
    WITHDRAWN = "withdrawn"


KEEPS: Final = frozenset({Status.AWARDED, Status.ACCEPTED, Status.IN_PROGRESS, Status.COMPLETED})
"""Who is in one of these keeps place and money in every later version."""

LEAVES: Final[Mapping[Status, Departure]] = {
    Status.WAIVED: Departure.WAIVED,
    Status.FORFEITED: Departure.FORFEITED,
    Status.REVOKED: Departure.REVOKED,
    Status.NOT_ADMITTED: Departure.EXCLUDED,
    Status.WITHDRAWN: Departure.WITHDRAWN,
}
"""Who is in one of these, and stood in a version published before, has left it."""
