"""Changing and recovering passwords: each change ends what was open before."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts import events, queries
from portal.accounts.models import User
from portal.accounts.rules import LinkSpent, WeakPassword, WrongCredentials, is_strong_password
from portal.accounts.service import hashes
from portal.accounts.service.sessions import open_session, sign_out_everywhere
from portal.audit import service as audit
from portal.kernel import outbox
from portal.kernel.errors import NotFound


def set_password(session: Session, user: User, password: str, *, now: datetime, field: str = "password") -> None:
    """Store a new password; every session and link given before dies."""
    if not is_strong_password(password, about=(user.email, user.full_name)):
        raise WeakPassword(field=field)
    user.password_hash = hashes.hash_(password)
    user.epoch += 1
    sign_out_everywhere(session, user.id, now=now)


def ask_reset(session: Session, *, email: str, network: str, now: datetime) -> None:
    """Send a link to choose a new password, if there is such an account; silent, and as much work, in any case."""
    user = queries.find_by_email(session, email)
    subject: tuple[str, UUID | str] = ("network", network)
    if user is None or user.disabled_at is not None:
        outbox.emit(session, events.UnknownAddressUsed())
    elif user.password_hash is None:
        outbox.emit(session, events.Invited(user_id=user.id))
        subject = ("user", user.id)
    else:
        outbox.emit(session, events.ResetRequested(user_id=user.id))
        subject = ("user", user.id)
    audit.record(session, "accounts.ask_reset", subject_type=subject[0], subject_id=subject[1], by="anonymous", at=now)


def reset_password(session: Session, user_id: UUID, *, epoch: int, password: str, now: datetime) -> User:
    """Choose a new password by a link; the mailbox that received it is thereby confirmed. Raises LinkSpent."""
    user = queries.lock_user(session, user_id)
    if user is None or user.epoch != epoch or user.disabled_at is not None:
        raise LinkSpent
    set_password(session, user, password, now=now)
    user.confirmed_at = user.confirmed_at or now
    audit.record(session, "accounts.reset_password", subject_type="user", subject_id=user.id, by=user.email, at=now)
    return user


def change_password(
    session: Session, user_id: UUID, *, current: str, new: str, company_id: UUID | None, now: datetime
) -> str:
    """Change one's own password; answers the token of a new session, the only one left alive."""
    user = queries.lock_user(session, user_id)
    if user is None or not hashes.is_right(user.password_hash, current):
        raise WrongCredentials(field="current")
    set_password(session, user, new, now=now, field="new")
    token = open_session(session, user, now=now, company_id=company_id)
    audit.record(session, "accounts.change_password", subject_type="user", subject_id=user.id, by=user.email, at=now)
    return token


def renew(session: Session, user_id: UUID, *, company_id: UUID | None, now: datetime) -> str:
    """End every session of this person and open one; answers its token."""
    user = queries.lock_user(session, user_id)
    if user is None:
        raise NotFound
    sign_out_everywhere(session, user_id, now=now)
    token = open_session(session, user, now=now, company_id=company_id)
    audit.record(session, "accounts.renew", subject_type="user", subject_id=user.id, by=user.email, at=now)
    return token


def change_profile(session: Session, user_id: UUID, *, full_name: str, language: str, now: datetime) -> None:
    """Change one's own name and the language of messages."""
    user = queries.lock_user(session, user_id)
    if user is None:
        raise NotFound
    user.full_name, user.language = full_name, language
    audit.record(session, "accounts.change_profile", subject_type="user", subject_id=user.id, by=user.email, at=now)
