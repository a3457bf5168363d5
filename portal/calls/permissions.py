"""Who may see and change what of the calls."""

from typing import Any
from uuid import UUID


def may_create(user: Any) -> bool:  # noqa: ANN401 - whoever is signed in
    """Administrators, and the managers of all calls: those of one would lose sight of what they made."""
    return bool(user.is_authenticated and (user.is_admin or ("manager", None) in user.staff_roles))


def may_manage(user: Any, call_id: UUID) -> bool:  # noqa: ANN401 - whoever is signed in
    """Administrators, and the managers of that call or of all."""
    return bool(user.is_authenticated and (user.is_admin or user.has_role("manager", call_id)))


def may_see(user: Any, call_id: UUID) -> bool:  # noqa: ANN401
    """Whoever manages it, and the auditor."""
    return may_manage(user, call_id) or bool(user.is_authenticated and user.is_auditor)
