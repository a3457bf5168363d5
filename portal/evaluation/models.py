"""Tables of the evaluation."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.evaluation.rules import ConflictState, Ending
from portal.kernel.base import Base, Identified, Recorded


class Assignment(Recorded, Base):
    """An application given to a reviewer; nothing of it is shown before `conflict` is answered with none.

    `is_locked`: given by hand, so that no sharing-out moves it.
    """

    __tablename__ = "assignments"
    __table_args__ = (
        Index(
            "uq_assignments_live",
            "application_id",
            "reviewer_id",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        CheckConstraint("conflict <> 'declared' OR conflict_reason <> ''", name="a_conflict_has_a_reason"),
        CheckConstraint("ending IS NULL OR withdrawn_at IS NOT NULL", name="what_ended_has_a_time"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    assigned_by: Mapped[str]
    conflict: Mapped[ConflictState] = mapped_column(default=ConflictState.UNANSWERED)
    conflict_reason: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    is_locked: Mapped[bool] = mapped_column(default=False, server_default=false())
    ending: Mapped[Ending | None]
    ending_reason: Mapped[str] = mapped_column(default="", server_default="")


class ScoreSheet(Recorded, Base):
    """A reviewer's marks: {criterion: {"points": "12.5", "reason": "…"}}; sealed once `submitted_at` is set."""

    __tablename__ = "score_sheets"

    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"), unique=True)
    marks: Mapped[dict[str, Any]]
    comment: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(Integer, default=1)
    submitted_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own convention


class PanelSeat(Recorded, Base):
    """What a reviewer takes of a call and knows best; who has none takes what the office says, and prefers nothing.

    `divisions`: the first two digits of ATECO; `languages`: ISO 639 codes; away from and until the days given.
    """

    __tablename__ = "panel_seats"
    __table_args__ = (
        UniqueConstraint("call_id", "reviewer_id"),
        CheckConstraint("cap IS NULL OR cap >= 0", name="cap_is_not_negative"),
        CheckConstraint("(away_from IS NULL) = (away_until IS NULL) AND away_until >= away_from", name="days_in_order"),
    )

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id"))
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    is_on: Mapped[bool] = mapped_column(default=True)
    cap: Mapped[int | None] = mapped_column(Integer)
    divisions: Mapped[list[Any]] = mapped_column(default=list)
    pathways: Mapped[list[Any]] = mapped_column(default=list)
    keywords: Mapped[list[Any]] = mapped_column(default=list)
    languages: Mapped[list[Any]] = mapped_column(default=list)
    away_from: Mapped[date | None]
    away_until: Mapped[date | None]
    seated_by: Mapped[str]


class Interest(Recorded, Base):
    """A code that ties a reviewer or an officer to firms: their own, or that of a firm or person they name."""

    __tablename__ = "interests"
    __table_args__ = (
        UniqueConstraint("user_id", "tax_code"),
        CheckConstraint("tax_code ~ '^([0-9]{11}|[A-Z0-9]{16})$'", name="a_code_is_a_code"),
        CheckConstraint("is_own OR reason <> ''", name="has_a_reason"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    tax_code: Mapped[str]
    is_own: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")
    declared_by: Mapped[str]


class Consensus(Identified, Base):
    """What a meeting agreed on: {criterion: {"points", "reason"}}; never rewritten, the next has the next number.

    `basis`: {assignment id: instant handed in} of the sheets it had before it; where they are others now, it is stale.
    """

    __tablename__ = "consensuses"
    __table_args__ = (
        UniqueConstraint("application_id", "number"),
        CheckConstraint("reason <> ''", name="has_a_reason"),
        CheckConstraint("jsonb_array_length(present) > 0", name="somebody_was_there"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    number: Mapped[int] = mapped_column(Integer)
    marks: Mapped[dict[str, Any]]
    present: Mapped[list[Any]]
    basis: Mapped[dict[str, Any]]
    held_on: Mapped[date]
    reason: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]


class RedactedCopy(Identified, Base):
    """What reviewers of a blind call read instead of an attachment; the last number counts, and no file is nothing."""

    __tablename__ = "redacted_copies"
    __table_args__ = (UniqueConstraint("attachment_id", "number"),)

    attachment_id: Mapped[UUID] = mapped_column(ForeignKey("attachments.id"))
    number: Mapped[int] = mapped_column(Integer)
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id"))
    made_by: Mapped[str]
    made_at: Mapped[datetime]


class EvaluationReminder(Identified, Base):
    """That a reviewer was reminded, so many hours before the sheets are due; once each."""

    __tablename__ = "evaluation_reminders"
    __table_args__ = (UniqueConstraint("call_id", "reviewer_id", "due_at", "hours"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id"))
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    due_at: Mapped[datetime]
    hours: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
