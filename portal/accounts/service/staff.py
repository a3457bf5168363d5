"""Staff: who they are, and what for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts import events, queries
from portal.accounts.models import StaffRole, User
from portal.accounts.rules import LinkSpent, NotYourself, StaffRoleName
from portal.accounts.service.passwords import set_password
from portal.accounts.service.sessions import sign_out_everywhere
from portal.audit import service as audit
from portal.kernel import outbox
from portal.kernel.errors import NotFound


def find_or_make(session: Session, *, email: str, full_name: str) -> User:
    """The person with this address, with no password yet where they are new."""
    session.execute(insert(User).values(email=email, full_name=full_name).on_conflict_do_nothing())
    return queries.lock_known(session, email)


def invite(session: Session, *, email: str, full_name: str, by: str, now: datetime) -> User:
    """Make an account for a colleague, who chooses the password by the link sent; a confirmed one stays as it is."""
    user = find_or_make(session, email=email, full_name=full_name)
    if user.confirmed_at is None:
        outbox.emit(session, events.Invited(user_id=user.id))
    audit.record(session, "accounts.invite", subject_type="user", subject_id=user.id, by=by, at=now)
    return user


def accept_invitation(session: Session, user_id: UUID, *, epoch: int, password: str, now: datetime) -> User:
    """Choose the password by the link; the address is thereby confirmed. Raises LinkSpent.

    A password that somebody set before, who never proved to own the mailbox, is replaced.
    """
    user = queries.lock_user(session, user_id)
    if user is None or user.epoch != epoch or user.confirmed_at is not None or user.disabled_at is not None:
        raise LinkSpent
    set_password(session, user, password, now=now)
    user.confirmed_at = now
    audit.record(session, "accounts.accept_invitation", subject_type="user", subject_id=user.id, by=user.email, at=now)
    return user


def give_role(
    session: Session, user_id: UUID, role: StaffRoleName, *, call_id: UUID | None, by: str, now: datetime
) -> None:
    """Give a staff role for one call, or with None for all; silent if it is there."""
    _get(session, user_id)
    values = {"user_id": user_id, "role": role, "call_id": call_id, "granted_by": by}
    made = session.scalar(insert(StaffRole).values(**values).on_conflict_do_nothing().returning(StaffRole.id))
    if made:
        detail = {"role": role.value, "call_id": str(call_id) if call_id else None}
        audit.record(
            session, "accounts.give_role", subject_type="user", subject_id=user_id, by=by, at=now, detail=detail
        )


def take_role(session: Session, role_id: UUID, *, user_id: UUID, by: str, now: datetime) -> None:
    """Take a staff role away; the next request already lacks it."""
    role = queries.find_staff_role(session, role_id, user_id)
    if role is None:
        raise NotFound
    detail = {"role": role.role.value, "call_id": str(role.call_id) if role.call_id else None}
    session.delete(role)
    audit.record(session, "accounts.take_role", subject_type="user", subject_id=user_id, by=by, at=now, detail=detail)


def set_flags(session: Session, user_id: UUID, *, is_admin: bool, is_auditor: bool, by: str, now: datetime) -> None:
    """Make, or unmake, administrator and auditor. Nobody unmakes themselves."""
    user = _get(session, user_id)
    if user.email == by and not is_admin:
        raise NotYourself
    if (user.is_admin, user.is_auditor) == (is_admin, is_auditor):
        return
    user.is_admin, user.is_auditor = is_admin, is_auditor
    detail = {"is_admin": is_admin, "is_auditor": is_auditor}
    audit.record(session, "accounts.set_flags", subject_type="user", subject_id=user_id, by=by, at=now, detail=detail)


def disable(session: Session, user_id: UUID, *, by: str, now: datetime) -> None:
    """Shut a person out, at once and everywhere."""
    user = _get(session, user_id)
    if user.email == by:
        raise NotYourself
    if user.disabled_at is None:
        user.disabled_at = now
        user.epoch += 1
        sign_out_everywhere(session, user_id, now=now)
        audit.record(session, "accounts.disable", subject_type="user", subject_id=user_id, by=by, at=now)


def enable(session: Session, user_id: UUID, *, by: str, now: datetime) -> None:
    """Let a person in again; they sign in anew."""
    user = _get(session, user_id)
    if user.disabled_at is not None:
        user.disabled_at = None
        audit.record(session, "accounts.enable", subject_type="user", subject_id=user_id, by=by, at=now)


def create_admin(session: Session, *, email: str, full_name: str, password: str, now: datetime) -> User:
    """The administrator of a fresh installation, confirmed; an existing account becomes one and takes the password."""
    user = find_or_make(session, email=email, full_name=full_name)
    set_password(session, user, password, now=now)
    user.confirmed_at = user.confirmed_at or now
    user.disabled_at = None
    user.is_admin = True
    audit.record(session, "accounts.create_admin", subject_type="user", subject_id=user.id, by="system", at=now)
    return user


def _get(session: Session, user_id: UUID) -> User:
    user = queries.lock_user(session, user_id)
    if user is None:
        raise NotFound
    return user
