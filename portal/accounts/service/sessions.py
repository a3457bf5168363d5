"""Signing in and out: a session is a row, and dies when the row says so."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.accounts import events, queries
from portal.accounts.models import User, UserSession
from portal.accounts.rules import ABSOLUTE, NotConfirmed, WrongCredentials
from portal.accounts.service import hashes
from portal.audit import service as audit
from portal.kernel import outbox
from portal.kernel.text import sha256_hex

_TOKEN_BYTES = 32


@dataclass(frozen=True)
class SignedIn:
    """A new session: its token is for the cookie alone and is never stored."""

    token: str
    user: User


def token_hash(token: str) -> str:
    """What stands in the table for a token."""
    return sha256_hex(token.encode())


def open_session(session: Session, user: User, *, now: datetime, company_id: UUID | None = None) -> str:
    """A new session of this person; answers its token."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session.add(
        UserSession(
            user_id=user.id,
            token_hash=token_hash(token),
            started_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE,
            epoch=user.epoch,
            company_id=company_id,
        )
    )
    session.flush()
    return token


def sign_in(session: Session, *, email: str, password: str, now: datetime) -> SignedIn:
    """Open a session for whoever knows the password.

    Raises WrongCredentials for anything wrong, after the same work; NotConfirmed (the caller asks for a new
    confirmation) only where the password was right.
    """
    user = queries.find_by_email(session, email)
    is_right = hashes.is_right(user.password_hash if user else None, password)
    if user is None or not is_right or user.disabled_at is not None:
        raise WrongCredentials
    if user.confirmed_at is None:
        raise NotConfirmed(user_id=user.id)
    if user.password_hash and hashes.needs_rehash(user.password_hash):
        user.password_hash = hashes.hash_(password)
    token = open_session(session, user, now=now)
    audit.record(session, "accounts.sign_in", subject_type="user", subject_id=user.id, by=user.email, at=now)
    return SignedIn(token, user)


def note_wrong_password(session: Session, *, email: str, network: str, unconfirmed: bool, now: datetime) -> None:
    """Keep that a sign-in was refused; ask for a new confirmation where that was the reason.

    What was typed is not kept unless it is an account's address: people type passwords in the wrong box.
    """
    user = queries.find_by_email(session, email)
    if user is not None and unconfirmed:
        outbox.emit(session, events.ConfirmationRequested(user_id=user.id))
    audit.record(
        session,
        "accounts.sign_in_refused",
        subject_type="user" if user else "network",
        subject_id=user.id if user else network,
        by="anonymous",
        at=now,
        detail={"network": network},
    )


def sign_out(session: Session, token: str, *, now: datetime) -> None:
    """End this session; silent if it has ended."""
    live = queries.lock_live_session(session, token_hash(token))
    if live is not None:
        live.ended_at = now
        session.flush()


def sign_out_everywhere(session: Session, user_id: UUID, *, now: datetime) -> None:
    """End every session of this person."""
    session.execute(
        update(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None)).values(ended_at=now)
    )


def seen(session: Session, session_id: UUID, *, now: datetime) -> None:
    """The person is still here: the idle time starts again."""
    session.execute(update(UserSession).where(UserSession.id == session_id).values(seen_at=now))


def act_for(session: Session, session_id: UUID, company_id: UUID) -> None:
    """From now on this session acts for that firm; whether it may is asked at every request."""
    session.execute(update(UserSession).where(UserSession.id == session_id).values(company_id=company_id))
