"""Tables of the applications."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.applications.rules import Status
from portal.applications.rules.procedure import RequestKind
from portal.applications.rules.requests import RequestState
from portal.calls.models import Call, CallVersion
from portal.companies.models import Company
from portal.documents.models import File
from portal.kernel.base import Base, Identified, Recorded


class Application(Recorded, Base):
    """One firm's application to one call.

    Frozen: `content` (its shape: `rules.freezing.frozen`) is what will be judged, `sha256` that of its canonical form.
    Submitted: `arrival` is a number of the database's own sequence, the one order of arrival. `version_id`: the version
    of the call that it was started, and then frozen, under. `reopened_at`: since when a check that was decided once is
    open again; its term runs from there.
    """

    __tablename__ = "applications"
    __table_args__ = (
        Index(
            "uq_applications_one_per_firm",
            "call_id",
            "company_id",
            unique=True,
            postgresql_where=text("status <> 'withdrawn'"),
        ),
        Index(None, "call_id", "status", "submitted_at"),
        CheckConstraint("(content IS NULL) = (frozen_at IS NULL)", name="dated_once_frozen"),
        CheckConstraint("(submitted_at IS NULL) = (arrival IS NULL)", name="numbered_once_submitted"),
        CheckConstraint("status IN ('draft', 'withdrawn') OR submitted_at IS NOT NULL", name="dated_once_submitted"),
        CheckConstraint("submitted_at IS NULL OR content IS NOT NULL", name="frozen_before_submitted"),
        CheckConstraint("(content IS NULL) = (sha256 IS NULL)", name="hashed_once_frozen"),
        CheckConstraint("(submitted_at IS NULL) = (protocol IS NULL)", name="registered_once_submitted"),
        CheckConstraint("(submitted_at IS NULL) = (receipt_code IS NULL)", name="receipted_once_submitted"),
        CheckConstraint("(status = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="dated_once_withdrawn"),
        CheckConstraint(
            "reopened_at IS NULL OR status IN ('eligibility_check', 'supplement_requested', 'rejection_notice')",
            name="reopened_only_in_check",
        ),
    )

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("call_versions.id"))
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), index=True)
    status: Mapped[Status] = mapped_column(default=Status.DRAFT)
    pathway: Mapped[str | None]
    started_by: Mapped[str]
    frozen_at: Mapped[datetime | None]
    frozen_by: Mapped[str | None]
    content: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    sha256: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[str | None]
    arrival: Mapped[int | None] = mapped_column(unique=True)
    protocol: Mapped[str | None] = mapped_column(unique=True)
    receipt_code: Mapped[str | None] = mapped_column(unique=True)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawal_reason: Mapped[str | None]
    reopened_at: Mapped[datetime | None]

    call: Mapped[Call] = relationship(lazy="raise")
    version: Mapped[CallVersion] = relationship(lazy="raise")
    company: Mapped[Company] = relationship(lazy="raise")
    answers: Mapped[list["Answer"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    attachments: Mapped[list["Attachment"]] = relationship(lazy="raise", order_by="Attachment.attached_at")


class Answer(Base):
    """What stands in one field, or under one declaration: a `value`, or what was `typed` where that is no value.

    `revision` grows at each save, so that nobody overwrites unseen.
    """

    __tablename__ = "answers"
    __table_args__ = (CheckConstraint("value IS NULL OR typed IS NULL", name="a_value_or_what_was_typed"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    typed: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    revision: Mapped[int] = mapped_column(Integer, default=1)
    saved_at: Mapped[datetime]
    saved_by: Mapped[str]


class Request(Recorded, Base):
    """What the office asks a firm to answer within a term: a supplement, or observations on a notice of rejection.

    `asks`: `rules.requests.Asks` as JSON; `reasons` of a notice: [{"rule", "text"}]. `draft` is what the firm has
    written so far, `content` what it sent, with `sha256` of its canonical form: {"answers", "note", "observations",
    "attachments"}. `sequence` grows whenever the term moves or ends, for calendars. Once closed a row stays as it is.
    """

    __tablename__ = "requests"
    __table_args__ = (
        UniqueConstraint("application_id", "number"),
        Index("uq_requests_open", "application_id", unique=True, postgresql_where=text("state = 'open'")),
        Index("ix_requests_due", "due_at", postgresql_where=text("state = 'open'")),
        CheckConstraint("due_at > asked_at", name="ends_after_it_begins"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="dated_once_closed"),
        CheckConstraint("(state = 'answered') = (content IS NOT NULL)", name="holds_an_answer_once_answered"),
        CheckConstraint("(content IS NULL) = (sha256 IS NULL)", name="hashed_once_answered"),
        CheckConstraint("(extended_at IS NULL) = (extension_reason IS NULL)", name="extended_with_a_reason"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    kind: Mapped[RequestKind]
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[RequestState] = mapped_column(default=RequestState.OPEN)
    asks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    words: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    remind_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    sequence: Mapped[int] = mapped_column(Integer, default=0)
    extended_at: Mapped[datetime | None]
    extended_by: Mapped[str | None]
    extension_reason: Mapped[str | None]
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict)
    revision: Mapped[int] = mapped_column(Integer, default=0)
    drafted_at: Mapped[datetime | None]
    drafted_by: Mapped[str | None]
    content: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    sha256: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    closing_reason: Mapped[str | None]

    files: Mapped[list["Attachment"]] = relationship(lazy="raise", order_by="Attachment.attached_at")


class Attachment(Identified, Base):
    """A file in its place among the documents asked for; removed ones leave a trace.

    `request_id`: the request that it answers; None for those of the application itself.
    """

    __tablename__ = "attachments"
    __table_args__ = (Index(None, "application_id", "document"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id", ondelete="CASCADE"))
    document: Mapped[str]
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id"))
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("requests.id"), index=True)
    attached_at: Mapped[datetime]
    attached_by: Mapped[str]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str | None]

    file: Mapped[File] = relationship(lazy="raise")
