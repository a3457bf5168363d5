"""Tables of the ranking."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.base import Base, Identified
from portal.ranking.rules import Outcome


class Ranking(Identified, Base):
    """One version of a call's ranking: drawn up, then published; never changed after.

    `content` is the published file as JSON; `inputs` all that it was made from, sheet by sheet, for the office alone.
    """

    __tablename__ = "rankings"
    __table_args__ = (UniqueConstraint("call_id", "number"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("call_versions.id"))
    number: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str]
    content: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    inputs: Mapped[list[Any]]
    inputs_sha256: Mapped[str]
    drawn_up_at: Mapped[datetime]
    drawn_up_by: Mapped[str]
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None]


class Place(Base):
    """Where one application stands in one ranking; `position` counts every application in it, from 1.

    `line` is its entry in the published file; below a threshold too, where the page shows less.
    """

    __tablename__ = "places"
    __table_args__ = (UniqueConstraint("ranking_id", "position"),)

    ranking_id: Mapped[UUID] = mapped_column(ForeignKey("rankings.id"), primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[Outcome]
    pathway: Mapped[str | None]
    total: Mapped[Decimal]
    amount_eur: Mapped[Decimal]
    line: Mapped[dict[str, Any]]
