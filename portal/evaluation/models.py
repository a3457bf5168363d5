"""Tables of the evaluation."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.evaluation.rules import ConflictState
from portal.kernel.base import Base, Recorded


class Assignment(Recorded, Base):
    """An application given to a reviewer; nothing of it is shown before `conflict` is answered with none."""

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
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    assigned_by: Mapped[str]
    conflict: Mapped[ConflictState] = mapped_column(default=ConflictState.UNANSWERED)
    conflict_reason: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class ScoreSheet(Recorded, Base):
    """A reviewer's marks: {criterion: {"points": "12.5", "reason": "…"}}; sealed once `submitted_at` is set."""

    __tablename__ = "score_sheets"

    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"), unique=True)
    marks: Mapped[dict[str, Any]]
    comment: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(Integer, default=1)
    submitted_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own convention
