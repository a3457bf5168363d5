"""Tables of the calls."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.calls.rules.status import AnnouncementKind, CallStatus
from portal.kernel.base import Base, Identified, Recorded


class Programme(Recorded, Base):
    """What pays for calls."""

    __tablename__ = "programmes"

    code: Mapped[str] = mapped_column(unique=True)
    facts: Mapped[dict[str, Any]]


class Call(Recorded, Base):
    """A call. Its words are in its versions; `opens_at` and `closes_at` repeat the version in force, for the clock."""

    __tablename__ = "calls"
    __table_args__ = (CheckConstraint("closes_at > opens_at", name="opens_before_it_closes"),)

    code: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id"))
    status: Mapped[CallStatus]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    version_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("call_versions.id", use_alter=True, name="fk_calls_version_id")
    )

    programme: Mapped[Programme] = relationship(lazy="raise")
    version: Mapped["CallVersion | None"] = relationship(lazy="raise", foreign_keys=[version_id], post_update=True)


class Announcement(Identified, Base):
    """Said once: that a call opened, closed, or that `hours` are left before `instant`. A new deadline is a new one."""

    __tablename__ = "call_announcements"
    __table_args__ = (UniqueConstraint("call_id", "kind", "hours", "instant"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id"))
    kind: Mapped[AnnouncementKind]
    hours: Mapped[int] = mapped_column(Integer, default=0)
    instant: Mapped[datetime]
    at: Mapped[datetime]


class CallVersion(Identified, Base):
    """One immutable version: `content` is a CallContent as JSON, `sha256` that of its canonical form.

    The content is large and never changes: it is read through `queries.content_of`, which keeps what it parsed.
    """

    __tablename__ = "call_versions"
    __table_args__ = (UniqueConstraint("call_id", "number"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id"))
    number: Mapped[int] = mapped_column(Integer)
    content: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    sha256: Mapped[str]
    reason: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
