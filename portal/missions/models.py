"""Tables of the missions. Nothing personal stands in any column but sealed: see `rules.fields`."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.base import Base, Identified
from portal.missions.rules.changing import ChangeKind, ChangeState
from portal.missions.rules.fields import Purpose
from portal.missions.rules.waiting import MissionState, TravellerState


class Mission(Identified, Base):
    """A mission of a call. What it is stands in its newest version; the dates repeat it, for the clock."""

    __tablename__ = "missions"
    __table_args__ = (
        CheckConstraint("returns_on >= starts_on", name="returns_after_it_starts"),
        CheckConstraint("purge_on > returns_on", name="purges_after_the_return"),
        CheckConstraint("(state = 'cancelled') = (cancelled_why IS NOT NULL)", name="cancelled_with_a_reason"),
        Index("ix_missions_unpurged", "purge_on", postgresql_where=text("purged_at IS NULL")),
    )

    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id"), index=True)
    state: Mapped[MissionState] = mapped_column(default=MissionState.DRAFT)
    version: Mapped[int] = mapped_column(Integer)
    content: Mapped[dict[str, Any]]
    starts_on: Mapped[date]
    returns_on: Mapped[date]
    closes_at: Mapped[datetime]
    purge_on: Mapped[date]
    cancelled_why: Mapped[str | None]
    purged_at: Mapped[datetime | None]


class MissionVersion(Identified, Base):
    """What staff wrote, as it stood; never changed."""

    __tablename__ = "mission_versions"
    __table_args__ = (
        UniqueConstraint("mission_id", "number"),
        CheckConstraint("number = 1 OR length(btrim(reason)) >= 5", name="has_a_reason"),
    )

    mission_id: Mapped[UUID] = mapped_column(ForeignKey("missions.id"))
    number: Mapped[int] = mapped_column(Integer)
    content: Mapped[dict[str, Any]]
    reason: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]


class MissionPlace(Base):
    """A place that somebody may hold; whoever holds one points to its row, so it can't be more than there are."""

    __tablename__ = "mission_places"

    mission_id: Mapped[UUID] = mapped_column(ForeignKey("missions.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)


class Traveller(Identified, Base):
    """A delegate of a firm: where they stand. Who they are is in the vault (`TravelDocument`).

    `place` is held while offered or confirmed; `turn` counts the firm's delegates; `queue` is the order of arrival.
    """

    __tablename__ = "travellers"
    __table_args__ = (
        ForeignKeyConstraint(
            ["mission_id", "place"], ["mission_places.mission_id", "mission_places.number"], name="fk_travellers_place"
        ),
        UniqueConstraint("mission_id", "queue"),
        Index("uq_travellers_place", "mission_id", "place", unique=True, postgresql_where=text("place IS NOT NULL")),
        Index(
            "uq_travellers_turn",
            "mission_id",
            "company_id",
            "turn",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'offered', 'confirmed')"),
        ),
        Index("ix_travellers_offered", "offer_until", postgresql_where=text("state = 'offered'")),
        CheckConstraint("(state IN ('offered', 'confirmed')) = (place IS NOT NULL)", name="holds_a_place_when_in"),
        CheckConstraint("(state = 'offered') = (offer_until IS NOT NULL)", name="offered_until_an_instant"),
        CheckConstraint("turn >= 1", name="counted"),
    )

    mission_id: Mapped[UUID] = mapped_column(ForeignKey("missions.id"))
    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), index=True)
    state: Mapped[TravellerState]
    place: Mapped[int | None] = mapped_column(Integer)
    turn: Mapped[int] = mapped_column(Integer)
    queue: Mapped[int] = mapped_column(Integer)
    offers: Mapped[int] = mapped_column(Integer, default=0)
    offer_until: Mapped[datetime | None]
    badge: Mapped[str] = mapped_column(unique=True)
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]


class TravelDocument(Identified, Base):
    """What is known of a traveller: `fields` name -> sealed text, under `key`, itself wrapped; no key, nobody reads."""

    __tablename__ = "travel_documents"
    __table_args__ = (
        UniqueConstraint("traveller_id"),
        CheckConstraint("(purged_at IS NULL) = (key IS NOT NULL)", name="has_a_key_until_purged"),
        CheckConstraint(
            "purged_at IS NULL OR (fields = '{}' AND scan IS NULL AND findings = '[]')",
            name="holds_nothing_once_purged",
        ),
        CheckConstraint("(scan IS NULL) = (scan_type IS NULL)", name="scan_of_a_type"),
    )

    traveller_id: Mapped[UUID] = mapped_column(ForeignKey("travellers.id"))
    key: Mapped[str | None]
    fields: Mapped[dict[str, Any]]
    findings: Mapped[list[Any]]
    scan: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    scan_type: Mapped[str | None]
    revision: Mapped[int] = mapped_column(Integer, default=1)
    purged_at: Mapped[datetime | None]


class Change(Identified, Base):
    """A change that a firm asks for once the list is closed; what it proposes is sealed under the traveller's key."""

    __tablename__ = "mission_changes"
    __table_args__ = (
        Index("uq_mission_changes_open", "traveller_id", unique=True, postgresql_where=text("state = 'open'")),
        Index(None, "mission_id", "asked_at"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="dated_once_decided"),
        CheckConstraint("(kind = 'replace') = (by_traveller_id IS NOT NULL)", name="replaced_by_somebody"),
        CheckConstraint("length(btrim(reason)) >= 5", name="has_a_reason"),
    )

    mission_id: Mapped[UUID] = mapped_column(ForeignKey("missions.id"))
    traveller_id: Mapped[UUID] = mapped_column(ForeignKey("travellers.id"))
    by_traveller_id: Mapped[UUID | None] = mapped_column(ForeignKey("travellers.id"))
    kind: Mapped[ChangeKind]
    state: Mapped[ChangeState] = mapped_column(default=ChangeState.OPEN)
    fields: Mapped[dict[str, Any]]
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    answer: Mapped[str | None]


class MissionList(Identified, Base):
    """A list for one recipient, as it was drawn up; each row sealed under its traveller's key. Never changed.

    `differs`: traveller -> the fields that changed since version `since` (the last one sent; None: none was).
    """

    __tablename__ = "mission_lists"
    __table_args__ = (UniqueConstraint("mission_id", "purpose", "number"),)

    mission_id: Mapped[UUID] = mapped_column(ForeignKey("missions.id"))
    purpose: Mapped[Purpose]
    number: Mapped[int] = mapped_column(Integer)
    rows: Mapped[list[Any]]
    since: Mapped[int | None] = mapped_column(Integer)
    differs: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    made_by: Mapped[str]


class ListTaking(Identified, Base):
    """Somebody took a list, or sent it to its recipient (`sent_to`); never changed."""

    __tablename__ = "mission_list_takings"
    __table_args__ = (Index(None, "list_id", "at"),)

    list_id: Mapped[UUID] = mapped_column(ForeignKey("mission_lists.id"))
    kind: Mapped[str]
    sent_to: Mapped[str | None]
    at: Mapped[datetime]
    by: Mapped[str]


class Presence(Base):
    """Somebody was there. `key` is made by the phone, once a scan: sent again, it is the same row."""

    __tablename__ = "mission_check_ins"
    __table_args__ = (UniqueConstraint("traveller_id", "moment"),)

    key: Mapped[UUID] = mapped_column(primary_key=True)
    mission_id: Mapped[UUID] = mapped_column(ForeignKey("missions.id"), index=True)
    traveller_id: Mapped[UUID] = mapped_column(ForeignKey("travellers.id"))
    moment: Mapped[str]
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    by: Mapped[str]


class Purge(Identified, Base):
    """The proof that what was known of the travellers is gone: what, when, how many, a hash of what it was sealed."""

    __tablename__ = "mission_purges"
    __table_args__ = (UniqueConstraint("mission_id"), CheckConstraint("travellers >= 0", name="counted"))

    mission_id: Mapped[UUID] = mapped_column(ForeignKey("missions.id"))
    at: Mapped[datetime]
    by: Mapped[str]
    travellers: Mapped[int] = mapped_column(Integer)
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sha256: Mapped[str]
