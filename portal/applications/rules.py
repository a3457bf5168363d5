"""Rules of the applications."""

from enum import StrEnum


class Status(StrEnum):
    """Where an application is in its story."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REGISTERED = "registered"
    ELIGIBILITY_CHECK = "eligibility_check"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    REJECTION_NOTICE = "rejection_notice"
    NOT_ADMITTED = "not_admitted"
    ADMITTED = "admitted"
    EVALUATED = "evaluated"
    FUNDED = "funded"
    RESERVE = "reserve"
    BELOW_THRESHOLD = "below_threshold"
    AWARDED = "awarded"
    ACCEPTED = "accepted"
    WAIVED = "waived"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FORFEITED = "forfeited"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"
