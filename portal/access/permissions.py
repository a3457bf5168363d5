"""Who may read and decide requests of access. Whose they are, the queries know."""

from typing import Any
from uuid import UUID


def reach(viewer: Any) -> frozenset[UUID] | None:  # noqa: ANN401 - whoever is signed in
    """The calls whose requests this person of the office may read; None: all of them."""
    if viewer.is_admin or viewer.is_auditor:
        return None
    calls = {call_id for role, call_id in viewer.staff_roles if role == "manager"}
    return None if None in calls else frozenset(calls)


def may_see(viewer: Any, call_id: UUID) -> bool:  # noqa: ANN401
    """Whether the requests of this call are within reach."""
    within = reach(viewer)
    return within is None or call_id in within


def may_decide(viewer: Any, call_id: UUID) -> bool:  # noqa: ANN401
    """The managers of that call or of all, and administrators."""
    return bool(viewer.is_admin or viewer.has_role("manager", call_id))
