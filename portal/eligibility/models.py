"""Tables of the eligibility check."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.eligibility.rules.verdicts import Verdict
from portal.kernel.base import Base, Identified


class Report(Identified, Base):
    """What the rules said of the facts at `made_at`: never changed; a new check adds the next `number`."""

    __tablename__ = "eligibility_reports"
    __table_args__ = (UniqueConstraint("application_id", "number"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("call_versions.id"))
    number: Mapped[int] = mapped_column(Integer)
    verdict: Mapped[Verdict]
    points: Mapped[Decimal]
    content: Mapped[dict[str, Any]]
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


class Recheck(Identified, Base):
    """A check of every application of a call, and how far it has come."""

    __tablename__ = "eligibility_rechecks"

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id"), index=True)
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    total: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer, default=0)
    after: Mapped[UUID | None]
    finished_at: Mapped[datetime | None]
