"""Tables of the matching.

Two promises stand in the database itself: nobody, no table and no interpreter is in two meetings at once (`Seat`,
`Meeting`), and a pair of firms meets once an event, unless a second `occasion` was asked for.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    text as sql,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.companies.models import Company
from portal.documents.models import File
from portal.kernel.base import Base, Identified, Recorded
from portal.matching.rules.states import (
    EventState,
    Level,
    MeetingState,
    ParticipantState,
    RunState,
    Side,
)


class MatchingEvent(Recorded, Base):
    """Business meetings of one call: dates, who may choose what until when, and how to schedule.

    `settings`: `rules.settings.Settings` as JSON (weights of the match score, quotas, breaks, objective).
    """

    __tablename__ = "matching_events"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug_is_an_address"),
        CheckConstraint("wishes_from < wishes_until", name="wishes_in_order"),
    )

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title_it: Mapped[str]
    title_en: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    timezone: Mapped[str] = mapped_column(default="Europe/Rome")
    state: Mapped[EventState] = mapped_column(default=EventState.DRAFT)
    wishes_from: Mapped[datetime]
    wishes_until: Mapped[datetime]
    settings: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(Integer, default=1)

    slots: Mapped[list["Slot"]] = relationship(lazy="raise", order_by="Slot.position")
    tables: Mapped[list["MeetingTable"]] = relationship(lazy="raise", order_by="MeetingTable.position")

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own convention


class Slot(Identified, Base):
    """A stretch of time in which meetings take place, all at once; `position` counts through the whole event."""

    __tablename__ = "matching_slots"
    __table_args__ = (
        UniqueConstraint("event_id", "position"),
        UniqueConstraint("event_id", "id"),
        CheckConstraint("starts_at < ends_at", name="in_order"),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("matching_events.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger)
    day: Mapped[date]
    session: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class MeetingTable(Identified, Base):
    """A numbered table; `participant_id`: whose it is, where it belongs to one."""

    __tablename__ = "matching_tables"
    __table_args__ = (
        UniqueConstraint("event_id", "name"),
        UniqueConstraint("event_id", "id"),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("matching_events.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str]
    zone: Mapped[str] = mapped_column(default="")
    chairs: Mapped[int] = mapped_column(SmallInteger, default=4)
    participant_id: Mapped[UUID | None] = mapped_column(ForeignKey("matching_participants.id", ondelete="SET NULL"))


class Interpreter(Identified, Base):
    """Who interprets one language; `away`: ids of slots in which they are not there."""

    __tablename__ = "matching_interpreters"
    __table_args__ = (UniqueConstraint("event_id", "id"),)

    event_id: Mapped[UUID] = mapped_column(ForeignKey("matching_events.id", ondelete="CASCADE"), index=True)
    full_name: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    language: Mapped[str]
    away: Mapped[list[Any]] = mapped_column(default=list)


class Counterpart(Recorded, Base):
    """A foreign buyer. They have no password: a personal link, void when `link_epoch` grows.

    `profile`: `rules.profiles.BuyerProfile` as JSON; `draft`: what was typed and is not whole yet.
    """

    __tablename__ = "counterparts"
    __table_args__ = (
        Index("uq_counterparts_email", sql("lower(email)"), unique=True),
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country_has_2_letters"),
        CheckConstraint("language IN ('en', 'ru')", name="language_is_spoken"),
        CheckConstraint("(validated_at IS NULL) = (validated_by IS NULL)", name="validated_by_somebody"),
        CheckConstraint("(sent_back_at IS NULL) = (sent_back_why = '')", name="sent_back_with_a_reason"),
        CheckConstraint("validated_at IS NULL OR sent_back_at IS NULL", name="one_judgement"),
    )

    legal_name: Mapped[str]
    country: Mapped[str]
    city: Mapped[str] = mapped_column(default="")
    website: Mapped[str] = mapped_column(default="")
    contact_name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    profile: Mapped[dict[str, Any]]
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    profile_saved_at: Mapped[datetime | None]
    validated_at: Mapped[datetime | None]
    validated_by: Mapped[str | None]
    sent_back_at: Mapped[datetime | None]
    sent_back_why: Mapped[str] = mapped_column(default="", server_default="")
    link_epoch: Mapped[int] = mapped_column(Integer, default=1)
    link_expires_at: Mapped[datetime | None]
    link_confirmed_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(Integer, default=1)

    delegates: Mapped[list["CounterpartDelegate"]] = relationship(
        lazy="raise", order_by="CounterpartDelegate.position", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own convention


class CounterpartDelegate(Identified, Base):
    """Somebody who comes for a buyer."""

    __tablename__ = "counterpart_delegates"
    __table_args__ = (UniqueConstraint("counterpart_id", "position"),)

    counterpart_id: Mapped[UUID] = mapped_column(ForeignKey("counterparts.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger)
    full_name: Mapped[str]
    role: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    languages: Mapped[list[Any]] = mapped_column(default=list)
    diet: Mapped[str] = mapped_column(default="")


class ExportProfile(Recorded, Base):
    """How an Italian firm presents itself abroad, in English: `rules.profiles.FirmProfile` as JSON."""

    __tablename__ = "export_profiles"
    __table_args__ = (
        CheckConstraint("(validated_at IS NULL) = (validated_by IS NULL)", name="validated_by_somebody"),
        CheckConstraint("(sent_back_at IS NULL) = (sent_back_why = '')", name="sent_back_with_a_reason"),
        CheckConstraint("validated_at IS NULL OR sent_back_at IS NULL", name="one_judgement"),
    )

    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), unique=True)
    content: Mapped[dict[str, Any]]
    logo_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id"))
    saved_at: Mapped[datetime]
    saved_by: Mapped[str]
    validated_at: Mapped[datetime | None]
    validated_by: Mapped[str | None]
    sent_back_at: Mapped[datetime | None]
    sent_back_why: Mapped[str] = mapped_column(default="", server_default="")
    revision: Mapped[int] = mapped_column(Integer, default=1)

    company: Mapped[Company] = relationship(lazy="raise")
    logo: Mapped[File | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own convention


class ExportDraft(Base):
    """What a firm writes of its profile and has not sent yet; the office reads `ExportProfile`."""

    __tablename__ = "export_drafts"

    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    content: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
    saved_by: Mapped[str]
    revision: Mapped[int] = mapped_column(Integer, default=1)


class Participant(Recorded, Base):
    """A firm or a buyer at one event; one row a firm, however many people it sends."""

    __tablename__ = "matching_participants"
    __table_args__ = (
        CheckConstraint("(side = 'company') = (company_id IS NOT NULL)", name="a_company_is_a_firm"),
        CheckConstraint("(side = 'buyer') = (counterpart_id IS NOT NULL)", name="a_buyer_is_a_counterpart"),
        CheckConstraint("least_meetings >= 0 AND most_meetings >= least_meetings", name="quota_in_order"),
        UniqueConstraint("event_id", "company_id"),
        UniqueConstraint("event_id", "counterpart_id"),
        UniqueConstraint("event_id", "id"),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("matching_events.id", ondelete="CASCADE"))
    side: Mapped[Side]
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("companies.id"), index=True)
    counterpart_id: Mapped[UUID | None] = mapped_column(ForeignKey("counterparts.id"), index=True)
    state: Mapped[ParticipantState] = mapped_column(default=ParticipantState.INVITED)
    least_meetings: Mapped[int] = mapped_column(SmallInteger, default=0)
    most_meetings: Mapped[int | None] = mapped_column(SmallInteger)
    unavailable: Mapped[list[Any]] = mapped_column(default=list)
    accepted_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    left_reason: Mapped[str] = mapped_column(default="")
    calendar_sequence: Mapped[int] = mapped_column(Integer, default=0)

    company: Mapped[Company | None] = relationship(lazy="raise")
    counterpart: Mapped[Counterpart | None] = relationship(lazy="raise")


class Wish(Base):
    """What one participant says of another: want, would, or no."""

    __tablename__ = "matching_wishes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["event_id", "from_id"],
            ["matching_participants.event_id", "matching_participants.id"],
            name="fk_matching_wishes_from_id",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["event_id", "to_id"],
            ["matching_participants.event_id", "matching_participants.id"],
            name="fk_matching_wishes_to_id",
            ondelete="CASCADE",
        ),
        CheckConstraint("from_id <> to_id", name="of_somebody_else"),
    )

    from_id: Mapped[UUID] = mapped_column(primary_key=True)
    to_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    event_id: Mapped[UUID]
    level: Mapped[Level]
    note: Mapped[str] = mapped_column(default="")
    said_at: Mapped[datetime]
    said_by: Mapped[str]


class Exclusion(Identified, Base):
    """A pair that must not meet, with the reason: competitors, same group."""

    __tablename__ = "matching_exclusions"
    __table_args__ = (UniqueConstraint("event_id", "one_id", "other_id"),)

    event_id: Mapped[UUID] = mapped_column(ForeignKey("matching_events.id", ondelete="CASCADE"))
    one_id: Mapped[UUID] = mapped_column(ForeignKey("matching_participants.id", ondelete="CASCADE"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("matching_participants.id", ondelete="CASCADE"))
    reason: Mapped[str]
    made_by: Mapped[str]


class Meeting(Recorded, Base):
    """A firm meets a buyer. Placed: it has slot, table and, where it needs one, interpreter; two `seats` hold the slot.

    `score`: the match score with its parts, as it was when proposed. `is_required` must take place; `is_locked` is not
    moved by a solver; `fixed_slot_id` binds it.
    """

    __tablename__ = "matching_meetings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["event_id", "firm_id"],
            ["matching_participants.event_id", "matching_participants.id"],
            name="fk_matching_meetings_firm_id",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["event_id", "buyer_id"],
            ["matching_participants.event_id", "matching_participants.id"],
            name="fk_matching_meetings_buyer_id",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["event_id", "slot_id"],
            ["matching_slots.event_id", "matching_slots.id"],
            name="fk_matching_meetings_slot_id",
        ),
        ForeignKeyConstraint(
            ["event_id", "table_id"],
            ["matching_tables.event_id", "matching_tables.id"],
            name="fk_matching_meetings_table_id",
        ),
        ForeignKeyConstraint(
            ["event_id", "interpreter_id"],
            ["matching_interpreters.event_id", "matching_interpreters.id"],
            name="fk_matching_meetings_interpreter_id",
        ),
        UniqueConstraint("event_id", "firm_id", "buyer_id", "occasion"),
        UniqueConstraint("id", "slot_id"),
        Index("uq_matching_meetings_table", "slot_id", "table_id", unique=True),
        Index("uq_matching_meetings_interpreter", "slot_id", "interpreter_id", unique=True),
        CheckConstraint("(slot_id IS NULL) = (table_id IS NULL)", name="placed_in_time_and_space"),
        CheckConstraint("interpreter_id IS NULL OR slot_id IS NOT NULL", name="interpreted_where_placed"),
        CheckConstraint(
            "state NOT IN ('scheduled', 'held', 'no_show') OR slot_id IS NOT NULL", name="placed_to_be_held"
        ),
        CheckConstraint("state NOT IN ('proposed', 'cancelled') OR slot_id IS NULL", name="holds_no_place_unless_held"),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("matching_events.id", ondelete="CASCADE"))
    firm_id: Mapped[UUID]
    buyer_id: Mapped[UUID] = mapped_column(index=True)
    occasion: Mapped[int] = mapped_column(SmallInteger, default=1)
    state: Mapped[MeetingState] = mapped_column(default=MeetingState.PROPOSED)
    weight: Mapped[int] = mapped_column(Integer, default=1)
    score: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    language: Mapped[str | None]
    is_required: Mapped[bool] = mapped_column(default=False)
    is_locked: Mapped[bool] = mapped_column(default=False)
    fixed_slot_id: Mapped[UUID | None] = mapped_column(ForeignKey("matching_slots.id"))
    session: Mapped[str | None]
    slot_id: Mapped[UUID | None]
    table_id: Mapped[UUID | None]
    interpreter_id: Mapped[UUID | None]
    why_not: Mapped[str] = mapped_column(default="")
    cancelled_by: Mapped[str | None]
    cancelled_reason: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(Integer, default=1)

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012 - SQLAlchemy's own convention


class Seat(Base):
    """A participant's slot, taken by a meeting: the key says that nobody is in two at once."""

    __tablename__ = "matching_seats"
    __table_args__ = (
        ForeignKeyConstraint(
            ["meeting_id", "slot_id"],
            ["matching_meetings.id", "matching_meetings.slot_id"],
            ondelete="CASCADE",
            deferrable=True,
            initially="DEFERRED",
        ),
    )

    participant_id: Mapped[UUID] = mapped_column(
        ForeignKey("matching_participants.id", ondelete="CASCADE"), primary_key=True
    )
    slot_id: Mapped[UUID] = mapped_column(primary_key=True)
    meeting_id: Mapped[UUID] = mapped_column(index=True)


class Run(Recorded, Base):
    """One asking of the solver: what it was given, how far it came, what it answered.

    `progress`: [{"at", "phase", "value", "bound"}]; `instance`, `solution`: the contract's documents.
    """

    __tablename__ = "matching_runs"
    __table_args__ = (
        Index(
            "uq_matching_runs_at_work", "event_id", unique=True, postgresql_where=sql("state IN ('waiting', 'working')")
        ),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("matching_events.id", ondelete="CASCADE"))
    state: Mapped[RunState] = mapped_column(default=RunState.WAITING)
    purpose: Mapped[str]
    asked_by: Mapped[str]
    instance: Mapped[dict[str, Any]]
    options: Mapped[dict[str, Any]]
    progress: Mapped[list[Any]] = mapped_column(default=list)
    solution: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    started_at: Mapped[datetime | None]
    beat_at: Mapped[datetime | None]
    stop_asked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    fault: Mapped[str] = mapped_column(default="")


class AgendaVersion(Identified, Base):
    """The agendas as they were told to everybody; `content` is every meeting with its time and table."""

    __tablename__ = "matching_agendas"
    __table_args__ = (UniqueConstraint("event_id", "number"),)

    event_id: Mapped[UUID] = mapped_column(ForeignKey("matching_events.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str]
    content: Mapped[list[Any]]
    sha256: Mapped[str]
    published_at: Mapped[datetime]
    published_by: Mapped[str]


class MeetingOutcome(Base):
    """What one side says of a meeting; `months` 0 after it, then 3, 6, 12."""

    __tablename__ = "matching_outcomes"
    __table_args__ = (
        CheckConstraint("rating IS NULL OR rating BETWEEN 1 AND 5", name="rating_from_1_to_5"),
        CheckConstraint("months IN (0, 3, 6, 12)", name="asked_at_0_3_6_12_months"),
        CheckConstraint("value_eur IS NULL OR value_eur >= 0", name="value_is_not_negative"),
    )

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("matching_meetings.id", ondelete="CASCADE"), primary_key=True)
    side: Mapped[Side] = mapped_column(primary_key=True)
    months: Mapped[int] = mapped_column(SmallInteger, primary_key=True, default=0)
    kind: Mapped[str]
    rating: Mapped[int | None] = mapped_column(SmallInteger)
    value_eur: Mapped[int | None]
    note: Mapped[str] = mapped_column(default="")
    said_at: Mapped[datetime]
    said_by: Mapped[str]


class FollowUp(Base):
    """A participant was asked what came of its meetings: right after, then after 3, 6, 12 months."""

    __tablename__ = "matching_follow_ups"
    __table_args__ = (CheckConstraint("months IN (0, 3, 6, 12)", name="asked_at_0_3_6_12_months"),)

    participant_id: Mapped[UUID] = mapped_column(
        ForeignKey("matching_participants.id", ondelete="CASCADE"), primary_key=True
    )
    months: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    asked_at: Mapped[datetime]
