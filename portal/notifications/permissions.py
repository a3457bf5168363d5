"""Who may see which messages."""

from typing import Any

from portal.notifications.rules import Scope

OFFICE = frozenset({"manager"})


def scope(viewer: Any) -> Scope:  # noqa: ANN401 - web.guards.Viewer with its staff roles
    """Administrators and auditors see every message; managers those about their calls, and none about accounts.

    Event staff see none: what firms are told of their applications is not theirs to read.
    """
    if viewer.is_admin or viewer.is_auditor:
        return Scope(call_ids=None, accounts=True)
    calls = {call_id for role, call_id in viewer.staff_roles if role in OFFICE}
    return Scope(call_ids=None if None in calls else frozenset(calls), accounts=False)
