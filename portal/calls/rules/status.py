"""States of a call."""

from enum import StrEnum


class CallStatus(StrEnum):
    """Open and closed follow from the clock; these are what people and the scheduler have announced."""

    DRAFT = "draft"
    PUBLISHED = "published"
    OPEN = "open"
    CLOSED = "closed"


class AnnouncementKind(StrEnum):
    """What the scheduler says of a call, once each."""

    OPENED = "opened"
    CLOSED = "closed"
    REMINDER = "reminder"
