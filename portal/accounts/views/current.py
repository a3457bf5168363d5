"""Who is at the other end of a request: Flask-Login over sessions that live in the database."""

from collections.abc import Iterator
from uuid import UUID

from flask import Flask, flash, redirect, request, session as cookie, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user, login_user

from portal import db
from portal.accounts import queries, service
from portal.accounts.queries import Presence
from portal.accounts.rules import SEEN_EVERY, Mandate, MembershipKind, StaffRoleName
from portal.accounts.service.sessions import token_hash
from portal.db import transaction
from portal.kernel.clock import ROME, utcnow


class Viewer(UserMixin):
    """The person signed in, as they are at this request."""

    def __init__(self, presence: Presence, token: str) -> None:
        self._token = token
        self.session_id = presence.session_id
        self.seen_at = presence.seen_at
        self.id = presence.user_id
        self.email = presence.email
        self.full_name = presence.full_name
        self.language = presence.language
        self.is_admin = presence.is_admin
        self.is_auditor = presence.is_auditor
        self.staff_roles = presence.staff_roles
        self.memberships = presence.mandates
        self.mandate = _chosen(presence)
        self.company_id: UUID | None = self.mandate.company_id if self.mandate else None
        self.roles = frozenset(self._roles())

    def get_id(self) -> str:
        """What the cookie holds: the token of the session, not the person."""
        return self._token

    def has_role(self, role: StaffRoleName | str, call_id: UUID | None = None) -> bool:
        """Whether they have a staff role for this call; without a call, for any."""
        return any(mine == role and (call_id is None or call in {None, call_id}) for mine, call in self.staff_roles)

    @property
    def is_staff(self) -> bool:
        """Manager or event staff of any call, or administrator."""
        return bool(self.roles & {"manager", "events", "admin"})

    @property
    def is_reviewer(self) -> bool:
        """Reviewer of any call."""
        return "reviewer" in self.roles

    @property
    def is_owner(self) -> bool:
        """Owner of the firm now acted for."""
        return self.mandate is not None and self.mandate.kind is MembershipKind.OWNER

    def _roles(self) -> Iterator[str]:
        yield from {role.value for role, _call in self.staff_roles}
        if self.is_admin:
            yield "admin"
        if self.is_auditor:
            yield "auditor"
        if self.memberships:
            yield "company"
        elif not (self.staff_roles or self.is_admin or self.is_auditor):
            yield "newcomer"


def _chosen(presence: Presence) -> Mandate | None:
    """The mandate for the firm chosen, else the first."""
    chosen = (one for one in presence.mandates if one.company_id == presence.chosen_company_id)
    return next(chosen, presence.mandates[0] if presence.mandates else None)


def enter(token: str) -> None:
    """Put a session's token into the browser; whatever the browser held before is dropped."""
    cookie.clear()
    viewer = _load(token)
    if viewer is not None:
        login_user(viewer)


def _load(token: str) -> Viewer | None:
    now = utcnow()
    presence = queries.find_presence(db.session(), token_hash(token), now=now, today=now.astimezone(ROME).date())
    return Viewer(presence, token) if presence else None


def _note_presence() -> None:
    """Before a view: whoever is here is still here, written at most every five minutes."""
    if "_user_id" not in cookie or request.endpoint in {None, "static"}:
        return
    now = utcnow()
    if current_user.is_authenticated and now - current_user.seen_at > SEEN_EVERY:
        with transaction() as session:
            service.seen(session, current_user.session_id, now=now)


def _sign_in_first() -> ResponseReturnValue:
    """Send a stranger to sign in, and back to the page asked for (never to an address that only takes POST)."""
    flash(_("Per aprire questa pagina devi prima accedere."), "info")
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=wanted), 303)


def init_app(app: Flask) -> None:
    """Install the login manager."""
    manager = LoginManager()
    manager.session_protection = None
    manager.init_app(app, add_context_processor=True)
    manager.user_loader(_load)
    manager.unauthorized_handler(_sign_in_first)
    app.before_request(_note_presence)
