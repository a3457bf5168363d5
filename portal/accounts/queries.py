"""Every SELECT of the accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Date, Select, and_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Membership, StaffRole, User, UserSession
from portal.accounts.rules import IDLE, Mandate, MembershipKind, StaffRoleName


@dataclass(frozen=True, kw_only=True)
class Presence:
    """A live session with all that a request asks about the person."""

    session_id: UUID
    seen_at: datetime
    chosen_company_id: UUID | None
    user_id: UUID
    email: str
    full_name: str
    language: str
    is_admin: bool
    is_auditor: bool
    staff_roles: frozenset[tuple[StaffRoleName, UUID | None]]
    mandates: tuple[Mandate, ...]


def in_force(on: date | BindParameter[date]) -> Any:  # noqa: ANN401 - a WHERE
    """A membership that counts on this day."""
    return and_(
        Membership.revoked_at.is_(None),
        Membership.valid_from <= on,
        or_(Membership.valid_until.is_(None), Membership.valid_until >= on),
    )


def find_presence(session: Session, token_hash: str, *, now: datetime, today: date) -> Presence | None:
    """The session of this token with its person, roles and mandates, in one statement.

    None once it ended, expired, lay idle, or the person was disabled or changed the password.
    """
    asked = {"token_hash": token_hash, "now": now, "idle_since": now - IDLE, "today": today}
    row = session.connection().execute(_presences(), asked).one_or_none()
    return None if row is None else _presence(row)


@cache
def _presences() -> Select[Any]:
    """Built once: every request of a person signed in asks it."""
    roles = select(
        func.coalesce(
            func.jsonb_agg(func.jsonb_build_array(StaffRole.role, StaffRole.call_id)), func.jsonb_build_array()
        )
    ).where(StaffRole.user_id == User.id)
    mandates = select(
        func.coalesce(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_array(
                        Membership.id, Membership.company_id, Membership.kind, Membership.call_id, Membership.may_submit
                    ),
                    Membership.created_at,
                    Membership.id,
                )
            ),
            func.jsonb_build_array(),
        )
    ).where(Membership.user_id == User.id, in_force(bindparam("today", type_=Date)))
    return (
        select(
            UserSession.id,
            UserSession.seen_at,
            UserSession.company_id,
            User.id,
            User.email,
            User.full_name,
            User.language,
            User.is_admin,
            User.is_auditor,
            roles.scalar_subquery(),
            mandates.scalar_subquery(),
        )
        .join(User, User.id == UserSession.user_id)
        .where(
            UserSession.token_hash == bindparam("token_hash"),
            UserSession.ended_at.is_(None),
            UserSession.expires_at > bindparam("now"),
            UserSession.seen_at > bindparam("idle_since"),
            UserSession.epoch == User.epoch,
            User.disabled_at.is_(None),
            User.confirmed_at.is_not(None),
        )
    )


def _presence(row: Any) -> Presence:  # noqa: ANN401 - a Row of the statement above
    session_id, seen_at, company_id, user_id, email, full_name, language, is_admin, is_auditor, roles, mandates = row
    return Presence(
        session_id=session_id,
        seen_at=seen_at,
        chosen_company_id=company_id,
        user_id=user_id,
        email=email,
        full_name=full_name,
        language=language,
        is_admin=is_admin,
        is_auditor=is_auditor,
        staff_roles=frozenset((StaffRoleName(role), UUID(call) if call else None) for role, call in roles),
        mandates=tuple(
            Mandate(
                membership_id=UUID(id_),
                company_id=UUID(company),
                kind=MembershipKind(kind),
                call_id=UUID(call) if call else None,
                may_submit=may_submit,
            )
            for id_, company, kind, call, may_submit in mandates
        ),
    )


def find_user(session: Session, user_id: UUID) -> User | None:
    """The person, or None."""
    return session.get(User, user_id)


def find_by_email(session: Session, email: str) -> User | None:
    """The person with this address, however capitalised."""
    return session.scalars(select(User).where(func.lower(User.email) == email.lower())).one_or_none()


def lock_user(session: Session, user_id: UUID) -> User | None:
    """The person, locked until the transaction ends."""
    return session.get(User, user_id, with_for_update=True, populate_existing=True)


def lock_by_email(session: Session, email: str) -> User | None:
    """The person with this address, locked."""
    return session.scalars(select(User).where(func.lower(User.email) == email.lower()).with_for_update()).one_or_none()


def lock_known(session: Session, email: str) -> User:
    """The person with this address, which is known to be there, locked."""
    return session.scalars(select(User).where(func.lower(User.email) == email.lower()).with_for_update()).one()


def lock_live_session(session: Session, token_hash: str) -> UserSession | None:
    """The session of this token, if it has not ended."""
    return session.scalars(
        select(UserSession)
        .where(UserSession.token_hash == token_hash, UserSession.ended_at.is_(None))
        .with_for_update()
    ).one_or_none()


def live_sessions(session: Session, user_id: UUID, *, now: datetime) -> Sequence[UserSession]:
    """Where this person is signed in, latest first."""
    return session.scalars(
        select(UserSession)
        .where(UserSession.user_id == user_id, UserSession.ended_at.is_(None), UserSession.expires_at > now)
        .order_by(UserSession.seen_at.desc())
    ).all()


def staff(*, search: str = "") -> Select[User]:
    """People with any staff role or flag, unordered, for paging."""
    has_role = select(StaffRole.id).where(StaffRole.user_id == User.id).exists()
    found = select(User).where(or_(User.is_admin, User.is_auditor, has_role))
    if search:
        pattern = f"%{search.strip().lower().replace('%', '').replace('_', '')}%"
        found = found.where(or_(func.lower(User.email).like(pattern), func.lower(User.full_name).like(pattern)))
    return found


def staff_roles(session: Session, user_ids: Sequence[UUID]) -> dict[UUID, list[StaffRole]]:
    """The staff roles of each of these people."""
    roles: dict[UUID, list[StaffRole]] = {user_id: [] for user_id in user_ids}
    for role in session.scalars(
        select(StaffRole).where(StaffRole.user_id.in_(user_ids)).order_by(StaffRole.role, StaffRole.created_at)
    ):
        roles[role.user_id].append(role)
    return roles


def people_with_role(session: Session, role: StaffRoleName, *, call_id: UUID) -> Sequence[User]:
    """Enabled people who have this role for this call, by a role of its own or for all calls; by name."""
    has_role = select(StaffRole.id).where(
        StaffRole.user_id == User.id,
        StaffRole.role == role,
        or_(StaffRole.call_id.is_(None), StaffRole.call_id == call_id),
    )
    return session.scalars(
        select(User).where(has_role.exists(), User.disabled_at.is_(None)).order_by(User.full_name, User.id)
    ).all()


def members(session: Session, company_id: UUID, *, today: date) -> Sequence[Membership]:
    """Who acts, or will act, for the firm, with the person; owners first, then by date."""
    return session.scalars(
        select(Membership)
        .options(joinedload(Membership.user))
        .where(
            Membership.company_id == company_id,
            Membership.revoked_at.is_(None),
            or_(Membership.valid_until.is_(None), Membership.valid_until >= today),
        )
        .order_by((Membership.kind != MembershipKind.OWNER), Membership.created_at)
    ).all()


def past_members(session: Session, company_id: UUID, *, today: date) -> Sequence[Membership]:
    """Who acted for the firm and no longer does, latest first."""
    return session.scalars(
        select(Membership)
        .options(joinedload(Membership.user))
        .where(
            Membership.company_id == company_id,
            or_(Membership.revoked_at.is_not(None), Membership.valid_until < today),
        )
        .order_by(func.coalesce(Membership.revoked_at, Membership.updated_at).desc())
        .limit(50)
    ).all()


def recipients(session: Session, company_id: UUID, *, today: date, call_id: UUID | None = None) -> Sequence[User]:
    """Enabled people who act for the firm today: those to write to about it (about `call_id`, where given)."""
    scope = or_(Membership.call_id.is_(None), Membership.call_id == call_id)
    return session.scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.company_id == company_id, in_force(today), scope, User.disabled_at.is_(None))
        .order_by(User.email)
    ).all()


def lock_memberships(session: Session, company_id: UUID) -> Sequence[Membership]:
    """The firm's memberships not revoked, locked: to decide on one knowing all."""
    return session.scalars(
        select(Membership)
        .where(Membership.company_id == company_id, Membership.revoked_at.is_(None))
        .order_by(Membership.id)
        .with_for_update()
    ).all()


def find_staff_role(session: Session, role_id: UUID, user_id: UUID) -> StaffRole | None:
    """One role of this person."""
    return session.scalars(select(StaffRole).where(StaffRole.id == role_id, StaffRole.user_id == user_id)).one_or_none()
