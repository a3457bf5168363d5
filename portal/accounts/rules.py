"""Rules of the accounts."""

from enum import StrEnum


class StaffRoleName(StrEnum):
    """What staff do."""

    MANAGER = "manager"
    EVENTS = "events"
    REVIEWER = "reviewer"


class MembershipKind(StrEnum):
    """How a person acts for a firm."""

    OWNER = "owner"
    COLLEAGUE = "colleague"
    DELEGATE = "delegate"
