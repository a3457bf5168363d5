"""Who may see and do what with missions. Whose a traveller is, the queries know."""

from typing import Any
from uuid import UUID

Scope = frozenset[UUID] | None
ROLES = frozenset({"events", "manager"})


def scope(viewer: Any) -> Scope:  # noqa: ANN401 - whoever is signed in
    """The calls whose missions this person may read; None: all of them."""
    if viewer.is_admin or viewer.is_auditor:
        return None
    of = {call_id for role, call_id in viewer.staff_roles if role in ROLES}
    return None if None in of else frozenset(of)


def may_see(viewer: Any, call_id: UUID) -> bool:  # noqa: ANN401
    """Whether the missions of this call are within reach."""
    reach = scope(viewer)
    return reach is None or call_id in reach


def may_run(viewer: Any, call_id: UUID) -> bool:  # noqa: ANN401
    """Event staff of that call or of all, alone: they write, and they alone read what is sealed."""
    return bool(viewer.is_authenticated and viewer.has_role("events", call_id))
