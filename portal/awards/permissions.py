"""Who may see and do what with awards. Whose they are, the queries know."""

from typing import Any
from uuid import UUID

from portal.calls import permissions as calls


def scope(viewer: Any) -> frozenset[UUID] | None:  # noqa: ANN401 - whoever is signed in
    """The calls whose awards this person may read; None: all of them."""
    if viewer.is_admin or viewer.is_auditor:
        return None
    of = {call_id for role, call_id in viewer.staff_roles if role == "manager"}
    return None if None in of else frozenset(of)


def may_see(viewer: Any, call_id: UUID) -> bool:  # noqa: ANN401
    """Whether the awards of this call are within reach."""
    reach = scope(viewer)
    return reach is None or call_id in reach


def may_grant(viewer: Any, call_id: UUID) -> bool:  # noqa: ANN401
    """The managers of that call or of all, and administrators."""
    return calls.may_manage(viewer, call_id)
