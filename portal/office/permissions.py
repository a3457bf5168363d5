"""Who of the office sees what."""

from typing import Any
from uuid import UUID


def scope(viewer: Any) -> frozenset[UUID] | None:  # noqa: ANN401 - whoever is signed in
    """The calls whose applications this person may read; None: all of them."""
    if viewer.is_admin or viewer.is_auditor:
        return None
    calls = {call_id for role, call_id in viewer.staff_roles if role == "manager"}
    return None if None in calls else frozenset(calls)


def may_read(viewer: Any, call_id: UUID) -> bool:  # noqa: ANN401
    """Whether the applications to this call are within reach."""
    reach = scope(viewer)
    return reach is None or call_id in reach
