"""The verbs of the accounts."""

from portal.accounts.service.mandates import add_member, revoke_member
from portal.accounts.service.passwords import ask_reset, change_password, change_profile, renew, reset_password
from portal.accounts.service.register import confirm, register
from portal.accounts.service.sessions import (
    SignedIn,
    act_for,
    note_wrong_password,
    seen,
    sign_in,
    sign_out,
    sign_out_everywhere,
)
from portal.accounts.service.staff import (
    accept_invitation,
    create_admin,
    disable,
    enable,
    give_role,
    invite,
    set_flags,
    take_role,
)

__all__ = [
    "SignedIn",
    "accept_invitation",
    "act_for",
    "add_member",
    "ask_reset",
    "change_password",
    "change_profile",
    "confirm",
    "create_admin",
    "disable",
    "enable",
    "give_role",
    "invite",
    "note_wrong_password",
    "register",
    "renew",
    "reset_password",
    "revoke_member",
    "seen",
    "set_flags",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "take_role",
]
