"""Tables of the requests of access."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.access.rules import State
from portal.applications.models import Application
from portal.documents.models import File
from portal.kernel.base import Base, Identified, Recorded


class Request(Recorded, Base):
    """One request: `application_id` is whose firm asks, `target_id` the application whose acts are asked for.

    They are the same where a firm asks for its own. `objects`: what the firm concerned answered, None while silent.
    `reminded_at`: when staff were told that the term, or what it was deferred to, is near.
    """

    __tablename__ = "access_requests"
    __table_args__ = (
        Index(None, "state", "due_at"),
        CheckConstraint("(notified_at IS NULL) = (objections_until IS NULL)", name="notified_with_a_term"),
        CheckConstraint("objects IS NULL OR notified_at IS NOT NULL", name="answered_once_notified"),
        CheckConstraint("(objects IS NULL) = (answered_at IS NULL)", name="answered_at_an_instant"),
        CheckConstraint("(state IN ('asked', 'notified')) = (decided_at IS NULL)", name="dated_once_decided"),
        CheckConstraint("(state = 'deferred') = (deferred_until IS NOT NULL)", name="deferred_until_a_day"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    target_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    state: Mapped[State] = mapped_column(default=State.ASKED)
    wanted: Mapped[str]
    interest: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    due_at: Mapped[datetime]
    notified_at: Mapped[datetime | None]
    objections_until: Mapped[datetime | None]
    objects: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    reason: Mapped[str] = mapped_column(default="")
    deferred_until: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]

    application: Mapped[Application] = relationship(lazy="raise", foreign_keys=[application_id])
    target: Mapped[Application] = relationship(lazy="raise", foreign_keys=[target_id])

    @property
    def is_about_another(self) -> bool:
        """Whether another firm's acts are asked for."""
        return self.application_id != self.target_id


class Handout(Identified, Base):
    """A document that staff prepared for one request, redacted where it must be."""

    __tablename__ = "access_handouts"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("access_requests.id"), index=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id"))
    added_at: Mapped[datetime]
    added_by: Mapped[str]

    file: Mapped[File] = relationship(lazy="raise")
