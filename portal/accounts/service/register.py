"""Registering, and confirming the address."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts import events, queries
from portal.accounts.models import User
from portal.accounts.rules import LinkSpent, WeakPassword, WrongCredentials, is_strong_password
from portal.accounts.service import hashes
from portal.accounts.service.sessions import open_session
from portal.audit import service as audit
from portal.kernel import outbox


def register(session: Session, *, email: str, full_name: str, password: str, language: str, now: datetime) -> None:
    """Open an account that waits for its address to be confirmed.

    With a known address nothing changes but the message sent there; neither the answer nor the work tells which.
    """
    if not is_strong_password(password, about=(email, full_name)):
        raise WeakPassword(field="password")
    row = {
        "email": email,
        "full_name": full_name,
        "password_hash": hashes.hash_(password),
        "language": language,
    }
    user_id = session.scalar(insert(User).values(**row).on_conflict_do_nothing().returning(User.id))
    user = queries.find_user(session, user_id) if user_id else queries.lock_by_email(session, email)
    if user is None or user.disabled_at is not None:
        return
    if user.confirmed_at is not None:
        outbox.emit(session, events.KnownAddressUsed(user_id=user.id))
    else:
        outbox.emit(session, events.ConfirmationRequested(user_id=user.id))
    action = "accounts.register" if user_id else "accounts.register_again"
    audit.record(session, action, subject_type="user", subject_id=user.id, by=user.email, at=now)


def confirm(session: Session, user_id: UUID, *, epoch: int, password: str, now: datetime) -> str:
    """Confirm the address and sign in; answers the token of the new session.

    The password must be the one chosen at registration: whoever registers another's address gains nothing by the
    click of its owner. Raises LinkSpent the second time or when the account has changed since, WrongCredentials.
    """
    user = queries.lock_user(session, user_id)
    if user is None or user.epoch != epoch or user.confirmed_at is not None or user.disabled_at is not None:
        raise LinkSpent
    if not hashes.is_right(user.password_hash, password):
        raise WrongCredentials(field="password")
    user.confirmed_at = now
    token = open_session(session, user, now=now)
    audit.record(session, "accounts.confirm", subject_type="user", subject_id=user.id, by=user.email, at=now)
    return token
