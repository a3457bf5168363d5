"""Who may see and do what with events. Whose a firm or a buyer is, the queries know."""

from typing import Any
from uuid import UUID

ORGANISERS = ("events", "manager")


def scope(viewer: Any) -> frozenset[UUID] | None:  # noqa: ANN401 - whoever is signed in
    """The calls whose events this person may read; None: all of them."""
    if viewer.is_admin or viewer.is_auditor:
        return None
    return organised(viewer)


def organised(viewer: Any) -> frozenset[UUID] | None:  # noqa: ANN401
    """The calls whose events this person may change; None: all of them."""
    if viewer.is_admin:
        return None
    of = {call_id for role, call_id in viewer.staff_roles if role in ORGANISERS}
    return None if None in of else frozenset(of)


def may_see(viewer: Any, call_id: UUID) -> bool:  # noqa: ANN401
    """Whether the events of this call are within reach."""
    reach = scope(viewer)
    return reach is None or call_id in reach


def may_organise(viewer: Any, call_id: UUID) -> bool:  # noqa: ANN401
    """Event staff and managers of that call or of all, and administrators."""
    reach = organised(viewer)
    return reach is None or call_id in reach
