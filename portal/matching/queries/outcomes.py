"""What was said of meetings, what is to be asked, and the figures of an event."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.matching.models import FollowUp, Meeting, MeetingOutcome, Participant, Slot, Wish
from portal.matching.queries.participants import INVITED_FROM
from portal.matching.rules.states import Level, MeetingState, ParticipantState, Side

MET = (MeetingState.SCHEDULED, MeetingState.HELD)
"""Meetings of which something may come; staff need not mark each as held."""


def of_side(session: Session, meetings: Iterable[UUID], side: Side) -> Mapping[tuple[UUID, int], MeetingOutcome]:
    """What one side said of these meetings, by meeting and months."""
    found = select(MeetingOutcome).where(MeetingOutcome.meeting_id.in_(list(meetings)), MeetingOutcome.side == side)
    return {(one.meeting_id, one.months): one for one in session.scalars(found)}


def find(session: Session, meeting_id: UUID, side: Side, months: int) -> MeetingOutcome | None:
    """One of them."""
    return session.get(MeetingOutcome, (meeting_id, side, months))


@dataclass(frozen=True)
class Own:
    """A meeting of somebody's, with its time."""

    meeting: Meeting
    slot: Slot


def own_meeting(session: Session, participant_id: UUID, meeting_id: UUID) -> Own | None:
    """A meeting that has a place and is theirs; else None, whoever's it is."""
    row = session.execute(
        select(Meeting, Slot)
        .join(Slot, Slot.id == Meeting.slot_id)
        .where(Meeting.id == meeting_id, or_(Meeting.firm_id == participant_id, Meeting.buyer_id == participant_id))
    ).one_or_none()
    return Own(*row) if row else None


def own_meetings(session: Session, participant_id: UUID) -> list[Own]:
    """All that have a place, in time."""
    found = (
        select(Meeting, Slot)
        .join(Slot, Slot.id == Meeting.slot_id)
        .where(or_(Meeting.firm_id == participant_id, Meeting.buyer_id == participant_id))
        .order_by(Slot.starts_at)
    )
    return [Own(*row) for row in session.execute(found)]


def application_of(session: Session, participant: Participant, call_id: UUID) -> UUID | None:
    """The application by which a firm came: its story goes on there."""
    found = select(Application.id).where(
        Application.company_id == participant.company_id,
        Application.call_id == call_id,
        Application.status.in_(INVITED_FROM),
    )
    return session.scalars(found.limit(1)).one_or_none()


def to_ask(session: Session, *, since: datetime, now: datetime) -> Sequence[tuple[UUID, datetime]]:
    """(participant, end of their last meeting) of events that ended after `since`."""
    last = func.max(Slot.ends_at)
    found = (
        select(Participant.id, last)
        .join(Meeting, or_(Meeting.firm_id == Participant.id, Meeting.buyer_id == Participant.id))
        .join(Slot, Slot.id == Meeting.slot_id)
        .where(Meeting.state.in_(MET), Participant.state == ParticipantState.CONFIRMED)
        .group_by(Participant.id)
        .having(last <= now, last > since)
        .order_by(Participant.id)
    )
    return [(who, ended_at) for who, ended_at in session.execute(found)]


def asked(session: Session, participant_ids: Iterable[UUID]) -> set[tuple[UUID, int]]:
    """Which follow-ups were asked for already."""
    found = select(FollowUp.participant_id, FollowUp.months).where(FollowUp.participant_id.in_(list(participant_ids)))
    return {(who, months) for who, months in session.execute(found)}


def wished(session: Session, event_id: UUID) -> Sequence[tuple[UUID, UUID, Level]]:
    """(who says it, of whom, what) of everybody who has not left."""
    staying = select(Participant.id).where(Participant.event_id == event_id, Participant.state != ParticipantState.LEFT)
    found = select(Wish.from_id, Wish.to_id, Wish.level).where(
        Wish.event_id == event_id, Wish.from_id.in_(staying), Wish.to_id.in_(staying)
    )
    return [(one, other, level) for one, other, level in session.execute(found)]


def all_meetings(session: Session, event_id: UUID) -> Sequence[Meeting]:
    """Every meeting, those called off too."""
    return session.scalars(select(Meeting).where(Meeting.event_id == event_id).order_by(Meeting.id)).all()


@dataclass(frozen=True)
class Count:
    """How often one side said so after so many months, and what it was worth."""

    side: Side
    months: int
    kind: str
    count: int
    value_eur: int


def told(session: Session, event_id: UUID) -> Sequence[Count]:
    """What was said, counted."""
    found = (
        select(
            MeetingOutcome.side,
            MeetingOutcome.months,
            MeetingOutcome.kind,
            func.count(),
            func.sum(MeetingOutcome.value_eur),
        )
        .join(Meeting, Meeting.id == MeetingOutcome.meeting_id)
        .where(Meeting.event_id == event_id)
        .group_by(MeetingOutcome.side, MeetingOutcome.months, MeetingOutcome.kind)
        .order_by(MeetingOutcome.side, MeetingOutcome.months, MeetingOutcome.kind)
    )
    return [
        Count(side, months, kind, count, int(value or 0)) for side, months, kind, count, value in session.execute(found)
    ]


def rated(session: Session, event_id: UUID) -> Mapping[tuple[Side, int], int]:
    """(side, rating) -> how many meetings, right after."""
    found = (
        select(MeetingOutcome.side, MeetingOutcome.rating, func.count())
        .join(Meeting, Meeting.id == MeetingOutcome.meeting_id)
        .where(Meeting.event_id == event_id, MeetingOutcome.months == 0, MeetingOutcome.rating.is_not(None))
        .group_by(MeetingOutcome.side, MeetingOutcome.rating)
    )
    return {(side, rating): count for side, rating, count in session.execute(found) if rating is not None}
