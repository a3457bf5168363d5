"""Tables of the awards."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.awards.rules.ledger import EntryState, Recipient
from portal.kernel.base import Base, Identified


class EndingKind(StrEnum):
    """How an award, or the place that would have led to one, ends before its time."""

    WAIVED = "waived"
    FORFEITED = "forfeited"
    REVOKED = "revoked"


class Award(Identified, Base):
    """What was granted to one application: `asked_eur` by its place, `eur` of gross grant equivalent in the end.

    VERCOR: the check of the national register before the grant, on `checked_on`. COR: the aid's number there, to be
    confirmed within days; COVAR: of its variation. `accept_by`: until when the firm may answer.
    """

    __tablename__ = "awards"
    __table_args__ = (
        UniqueConstraint("application_id"),
        Index(None, "call_id", "awarded_at"),
        Index("ix_awards_unanswered", "accept_by", postgresql_where=text("answered_at IS NULL")),
        CheckConstraint("eur > 0 AND eur <= asked_eur", name="gives_no_more_than_asked"),
        CheckConstraint("checked_on IS NULL OR checked_on <= act_on", name="checked_before_the_act"),
        CheckConstraint("(vercor IS NULL) = (checked_on IS NULL)", name="dated_check"),
        CheckConstraint("(cor IS NULL) = (cor_on IS NULL)", name="dated_cor"),
        CheckConstraint("(covar IS NULL) = (covar_on IS NULL)", name="dated_covar"),
        CheckConstraint("cor_confirmed_on IS NULL OR cor IS NOT NULL", name="confirms_a_cor"),
        CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="signed_answer"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id"))
    ranking_id: Mapped[UUID] = mapped_column(ForeignKey("rankings.id"))
    asked_eur: Mapped[Decimal]
    eur: Mapped[Decimal]
    act_number: Mapped[str]
    act_on: Mapped[date]
    cup: Mapped[str | None]
    car: Mapped[str | None]
    vercor: Mapped[str | None]
    checked_on: Mapped[date | None]
    cor: Mapped[str | None] = mapped_column(unique=True)
    cor_on: Mapped[date | None]
    cor_confirmed_on: Mapped[date | None]
    covar: Mapped[str | None]
    covar_on: Mapped[date | None]
    awarded_at: Mapped[datetime]
    awarded_by: Mapped[str]
    accept_by: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]


class Ending(Identified, Base):
    """A waiver, forfeiture or revocation, with its reason; one an application.

    Of what was `provided_eur` (paid, or given in kind), `recover_eur` is asked back; legal interest is the office's
    to compute. The difference stays with the firm and in its ledger.
    """

    __tablename__ = "award_endings"
    __table_args__ = (
        UniqueConstraint("application_id"),
        Index(None, "call_id", "at"),
        CheckConstraint("length(btrim(reason)) >= 10", name="has_a_reason"),
        CheckConstraint("recover_eur >= 0 AND recover_eur <= provided_eur", name="recovers_no_more_than_given"),
        CheckConstraint("(act_number IS NULL) = (act_on IS NULL)", name="dated_act"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id"))
    kind: Mapped[EndingKind]
    reason: Mapped[str]
    provided_eur: Mapped[Decimal] = mapped_column(default=Decimal(0))
    recover_eur: Mapped[Decimal] = mapped_column(default=Decimal(0))
    act_number: Mapped[str | None]
    act_on: Mapped[date | None]
    at: Mapped[datetime]
    by: Mapped[str]


class Holder(Base):
    """A code that stands in some single undertaking: the row that whoever reserves or grants aid locks."""

    __tablename__ = "aid_holders"

    code: Mapped[str] = mapped_column(primary_key=True)


class AidEntry(Identified, Base):
    """One aid in the ledger of the firm `code`: declared by it, or reserved and then granted here.

    Of what is reserved or granted here: `before_eur` is what counted for the whole undertaking when it was, and
    `undertaking` (its smallest code) with `turn` forbids that two are weighed at once.
    """

    __tablename__ = "aid_entries"
    __table_args__ = (
        UniqueConstraint("code", "statement", name="uq_aid_entries_declared_once"),
        UniqueConstraint("undertaking", "turn", name="uq_aid_entries_one_at_a_time"),
        Index(
            "uq_aid_entries_one_live_per_application",
            "application_id",
            unique=True,
            postgresql_where=text("state IN ('reserved', 'granted')"),
        ),
        CheckConstraint("eur >= 0", name="not_negative"),
        CheckConstraint(
            "state NOT IN ('reserved', 'granted') OR before_eur + eur <= ceiling_eur", name="within_the_ceiling"
        ),
        CheckConstraint("(statement IS NULL) = (turn IS NOT NULL)", name="declared_or_given_here"),
        CheckConstraint("(turn IS NULL) = (undertaking IS NULL)", name="weighed_for_an_undertaking"),
        CheckConstraint("turn IS NULL OR (before_eur IS NOT NULL AND ceiling_eur IS NOT NULL)", name="weighed"),
        CheckConstraint("(state IN ('released', 'corrected')) = (closed_at IS NOT NULL)", name="dated_once_closed"),
    )

    code: Mapped[str]
    state: Mapped[EntryState]
    recipient: Mapped[Recipient] = mapped_column(default=Recipient.OWN)
    granted_on: Mapped[date]
    eur: Mapped[Decimal]
    body: Mapped[str] = mapped_column(default="")
    act: Mapped[str] = mapped_column(default="")
    cor: Mapped[str] = mapped_column(default="")
    application_id: Mapped[UUID | None] = mapped_column(ForeignKey("applications.id"), index=True)
    statement: Mapped[str | None]
    undertaking: Mapped[str | None]
    turn: Mapped[int | None] = mapped_column(Integer)
    before_eur: Mapped[Decimal | None]
    ceiling_eur: Mapped[Decimal | None]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    closed_why: Mapped[str | None]


class AidLink(Identified, Base):
    """What a firm stated in an application: that it controls, or is controlled by, or stands together with another."""

    __tablename__ = "aid_links"
    __table_args__ = (
        UniqueConstraint("stated_by", "other"),
        Index(None, "other"),
        CheckConstraint("stated_by <> other", name="between_two"),
    )

    stated_by: Mapped[str]
    other: Mapped[str]
    name: Mapped[str]
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))


class AidDenial(Identified, Base):
    """The office's word, with its reason, that two codes are not one undertaking; `one` is the smaller."""

    __tablename__ = "aid_denials"
    __table_args__ = (
        UniqueConstraint("one", "other"),
        CheckConstraint("one < other", name="in_order"),
        CheckConstraint("length(btrim(reason)) >= 10", name="has_a_reason"),
    )

    one: Mapped[str]
    other: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]


class RegisterBatch(Identified, Base):
    """Rows for the national register as they were sent out: numbered, never changed, made again byte for byte."""

    __tablename__ = "register_batches"
    __table_args__ = (UniqueConstraint("number"),)

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    rows: Mapped[list[Any]]
    sha256: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
