"""Tables of the eligibility check."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.eligibility.rules.reopening import Was
from portal.eligibility.rules.verdicts import Verdict
from portal.kernel.base import Base, Identified


class Recheck(Identified, Base):
    """A check of every application of a call, and how far it has come: `after` is the last arrival number done."""

    __tablename__ = "eligibility_rechecks"
    __table_args__ = (
        Index("uq_eligibility_rechecks_running", "call_id", unique=True, postgresql_where=text("finished_at IS NULL")),
        CheckConstraint("done <= total OR finished_at IS NOT NULL", name="not_beyond_its_end"),
    )

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id"), index=True)
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    total: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer, default=0)
    after: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]


class Report(Identified, Base):
    """What the rules said of the facts at `made_at`: never changed; a new check adds the next `number`.

    `content` is the report of the contract, `criteria` the automatic points part by part.
    """

    __tablename__ = "eligibility_reports"
    __table_args__ = (
        UniqueConstraint("application_id", "number"),
        UniqueConstraint("application_id", "recheck_id"),
        CheckConstraint("number > 0", name="numbered_from_one"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("call_versions.id"))
    recheck_id: Mapped[UUID | None] = mapped_column(ForeignKey("eligibility_rechecks.id"))
    number: Mapped[int] = mapped_column(Integer)
    verdict: Mapped[Verdict]
    points: Mapped[Decimal]
    content: Mapped[dict[str, Any]]
    criteria: Mapped[list[Any]]
    facts: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    made_by: Mapped[str]


class Override(Identified, Base):
    """A person's answer to one rule of a report, with a reason; the latest counts."""

    __tablename__ = "eligibility_overrides"
    __table_args__ = (CheckConstraint("length(btrim(reason)) >= 10", name="has_a_reason"),)

    report_id: Mapped[UUID] = mapped_column(ForeignKey("eligibility_reports.id"), index=True)
    rule: Mapped[str]
    verdict: Mapped[Verdict]
    reason: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]

    report: Mapped[Report] = relationship(lazy="raise")


class Reopening(Identified, Base):
    """A decided check opened again, by whom and why; `was`: where the application stood. Never changed."""

    __tablename__ = "eligibility_reopenings"
    __table_args__ = (CheckConstraint("length(btrim(reason)) >= 10", name="has_a_reason"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    was: Mapped[Was]
    reason: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]


class Refusal(Identified, Base):
    """The final act by which an application is not admitted: never changed.

    `replies`: the office's answers to the firm's observations, by their key, where a notice (`request_id`) drew any.
    """

    __tablename__ = "eligibility_refusals"
    __table_args__ = (CheckConstraint("length(btrim(reason)) >= 10", name="has_a_reason"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("requests.id"), unique=True)
    reason: Mapped[str]
    replies: Mapped[dict[str, Any]] = mapped_column(default=dict)
    made_by: Mapped[str]
    made_at: Mapped[datetime]
