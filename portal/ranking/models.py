"""Tables of the ranking."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Integer, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.base import Base, Identified
from portal.ranking.rules import Cause, Outcome


class Ranking(Identified, Base):
    """One version of a call's ranking: drawn up, approved, published, each by its person; never changed after.

    `content` is the published file as JSON; `inputs` all that it was made from, sheet by sheet, for the office alone.
    `persons`: how many different ones it takes from drawing up to publication; 1 only in old rows. `replaces_id`: the
    version that was published when this one was drawn up, against which its places tell their moves.
    """

    __tablename__ = "rankings"
    __table_args__ = (
        UniqueConstraint("call_id", "number"),
        CheckConstraint(
            "persons = 1 OR approved_by IS NULL OR lower(approved_by) <> lower(drawn_up_by)", name="four_eyes"
        ),
        CheckConstraint(
            "persons < 3 OR published_by IS NULL OR lower(published_by) NOT IN (lower(drawn_up_by), "
            "lower(approved_by))",
            name="six_eyes_where_asked",
        ),
        CheckConstraint(
            "persons = 1 OR published_at IS NULL OR approved_at IS NOT NULL", name="approved_before_published"
        ),
        CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by_somebody"),
        CheckConstraint(
            "persons IN (2, 3) OR drawn_up_at < TIMESTAMPTZ '2026-11-26 12:00+00'", name="two_or_three_persons"
        ),
    )

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("call_versions.id"))
    number: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str]
    cause: Mapped[Cause] = mapped_column(default=Cause.FIRST)
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("rankings.id"))
    content: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    inputs: Mapped[list[Any]]
    inputs_sha256: Mapped[str]
    persons: Mapped[int] = mapped_column(SmallInteger, default=2)
    drawn_up_at: Mapped[datetime]
    drawn_up_by: Mapped[str]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None]
    signature: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class Place(Base):
    """Where one application stands in one ranking; `position` counts every application in it, from 1.

    `line` is its entry in the published file; below a threshold too, where the page shows less. `move`: how it moved
    against the version before (`rules.Move`), None where nothing did, or there is none.
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
    move: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class Opening(Base):
    """What one entry of a ranking commits to, with its salts: for the firm concerned, never changed."""

    __tablename__ = "place_openings"

    ranking_id: Mapped[UUID] = mapped_column(ForeignKey("rankings.id"), primary_key=True)
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), primary_key=True)
    opening: Mapped[dict[str, Any]]


class SigningKey(Base):
    """A public key that signed a ranking; kept after it is replaced, since what it signed stays published."""

    __tablename__ = "signing_keys"

    key_id: Mapped[str] = mapped_column(primary_key=True)
    public_key: Mapped[str]
    first_used_at: Mapped[datetime]


class ActTemplate(Identified, Base):
    """One version of the draft act's text, never changed; before the first, the one that comes with the portal."""

    __tablename__ = "act_templates"
    __table_args__ = (
        CheckConstraint("number > 0", name="numbered_from_one"),
        CheckConstraint("length(btrim(reason)) >= 10", name="has_a_reason"),
    )

    number: Mapped[int] = mapped_column(Integer, unique=True)
    text: Mapped[str]
    reason: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
