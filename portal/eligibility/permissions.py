"""Who may see and decide what in the check of a call."""

from typing import Any
from uuid import UUID


def may_decide(user: Any, call_id: UUID) -> bool:  # noqa: ANN401 - whoever is signed in
    """The managers of that call or of all, and administrators."""
    return bool(user.is_admin or user.has_role("manager", call_id))


def may_see(user: Any, call_id: UUID) -> bool:  # noqa: ANN401
    """Whoever decides, and the auditor."""
    return bool(user.is_auditor or may_decide(user, call_id))
