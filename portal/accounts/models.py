"""Tables of the accounts."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.rules import MembershipKind, StaffRoleName
from portal.kernel.base import Base, Identified, Recorded


class User(Recorded, Base):
    """A person who signs in. `epoch` grows when every link and session given before must die."""

    __tablename__ = "users"
    __table_args__ = (
        Index("uq_users_email", text("lower(email)"), unique=True),
        CheckConstraint("email = btrim(email) AND email LIKE '%_@_%'", name="email_is_an_address"),
    )

    email: Mapped[str]
    full_name: Mapped[str]
    password_hash: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="it")
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_auditor: Mapped[bool] = mapped_column(default=False)
    confirmed_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(default=1)


class UserSession(Identified, Base):
    """A signed-in browser; the cookie holds a token whose SHA-256 stands here."""

    __tablename__ = "user_sessions"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    epoch: Mapped[int]
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id"))


class StaffRole(Recorded, Base):
    """A staff role, for one call or, with no call, for all."""

    __tablename__ = "staff_roles"
    __table_args__ = (UniqueConstraint("user_id", "role", "call_id", postgresql_nulls_not_distinct=True),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    role: Mapped[StaffRoleName]
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("calls.id"))
    granted_by: Mapped[str]


class Membership(Recorded, Base):
    """A person acts for a firm: as owner, colleague, or delegate under a dated, scoped mandate."""

    __tablename__ = "memberships"
    __table_args__ = (
        Index("uq_memberships_live", "user_id", "company_id", unique=True, postgresql_where=text("revoked_at IS NULL")),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="dates_in_order"),
        CheckConstraint("kind <> 'delegate' OR (valid_until IS NOT NULL AND deed <> '')", name="a_mandate_is_dated"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), index=True)
    kind: Mapped[MembershipKind]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("calls.id"))
    may_submit: Mapped[bool] = mapped_column(default=True)
    deed: Mapped[str] = mapped_column(default="")
    granted_by: Mapped[str]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="raise")
