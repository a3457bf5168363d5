"""Words of the matching: sides, wishes, states."""

from enum import StrEnum


class EventState(StrEnum):
    """Where an event stands; published agendas may still change, by name and with a reason."""

    DRAFT = "draft"
    WISHES = "wishes"
    SCHEDULING = "scheduling"
    PUBLISHED = "published"
    CLOSED = "closed"


class Side(StrEnum):
    """Who a participant is."""

    COMPANY = "company"
    BUYER = "buyer"


class ParticipantState(StrEnum):
    """Where a participant stands; only who is confirmed is scheduled."""

    INVITED = "invited"
    CONFIRMED = "confirmed"
    LEFT = "left"


class Level(StrEnum):
    """A wish: silence never outranks one."""

    WANT = "want"
    WOULD = "would"
    NO = "no"


class MeetingState(StrEnum):
    """Where a meeting stands."""

    PROPOSED = "proposed"
    SCHEDULED = "scheduled"
    HELD = "held"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class RunState(StrEnum):
    """Where an asking of the solver stands."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
