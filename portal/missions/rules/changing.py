"""Changes of a closed list: asked by firms, decided by the office."""

from enum import StrEnum


class ChangeKind(StrEnum):
    """What is wanted."""

    EDIT = "edit"
    REPLACE = "replace"
    WAIVE = "waive"


class ChangeState(StrEnum):
    """How far it is."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
