"""Who of a firm may do what with its profile and its people."""

from portal.accounts.rules import Mandate, MembershipKind


def may_edit(mandate: Mandate | None) -> bool:
    """Change the profile: owner, colleague, and a delegate whose mandate is for all calls."""
    return mandate is not None and (mandate.kind is not MembershipKind.DELEGATE or mandate.call_id is None)


def may_manage_people(mandate: Mandate | None) -> bool:
    """Invite colleagues, grant and revoke mandates: the owner alone."""
    return mandate is not None and mandate.kind is MembershipKind.OWNER
