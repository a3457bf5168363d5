"""Rules of the evaluation."""

from enum import StrEnum


class ConflictState(StrEnum):
    """What a reviewer has said of a conflict of interest."""

    UNANSWERED = "unanswered"
    NONE = "none"
    DECLARED = "declared"
