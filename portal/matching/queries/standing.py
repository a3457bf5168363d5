"""How events stand, in figures: who comes, whose profile is to be read, what was wished, what is placed."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from portal.matching.models import (
    AgendaVersion,
    Counterpart,
    ExportProfile,
    Meeting,
    MeetingOutcome,
    Participant,
    Run,
    Slot,
    Wish,
)
from portal.matching.rules.judging import Standing, standing
from portal.matching.rules.outcomes import UNSAID
from portal.matching.rules.states import Level, MeetingState, ParticipantState, RunState, Side


@dataclass(frozen=True)
class Figures:
    """Of one event: participants by side and state; profiles by how they stand, of who has not left."""

    people: Mapping[tuple[Side, ParticipantState], int]
    profiles: Mapping[Standing, int]

    def of(self, side: Side, state: ParticipantState) -> int:
        """How many of one side stand there."""
        return self.people.get((side, state), 0)

    @property
    def to_read(self) -> int:
        """Profiles that wait for the office."""
        return self.profiles.get(Standing.TO_READ, 0)

    @property
    def invited(self) -> int:
        """Who has not said whether they come."""
        return sum(count for (_side, state), count in self.people.items() if state is ParticipantState.INVITED)


def _stands() -> Sequence[ColumnElement[datetime | None]]:
    """When the profile of a participant was saved, validated, sent back."""
    return tuple(
        func.coalesce(mine, theirs)
        for mine, theirs in (
            (ExportProfile.saved_at, Counterpart.profile_saved_at),
            (ExportProfile.validated_at, Counterpart.validated_at),
            (ExportProfile.sent_back_at, Counterpart.sent_back_at),
        )
    )


def _with_profiles(found: Any) -> Any:  # noqa: ANN401 - a SELECT of any columns
    return found.outerjoin(Counterpart, Counterpart.id == Participant.counterpart_id).outerjoin(
        ExportProfile, ExportProfile.company_id == Participant.company_id
    )


def figures(session: Session, event_ids: Collection[UUID]) -> dict[UUID, Figures]:
    """The figures of each of these events, in one statement."""
    saved, validated, back = (one.is_not(None) for one in _stands())
    keys = (Participant.event_id, Participant.side, Participant.state, saved, validated, back)
    found = _with_profiles(select(*keys, func.count())).where(Participant.event_id.in_(event_ids)).group_by(*keys)
    people: dict[UUID, Counter[tuple[Side, ParticipantState]]] = {one: Counter() for one in event_ids}
    profiles: dict[UUID, Counter[Standing]] = {one: Counter() for one in event_ids}
    for event_id, side, state, is_saved, is_good, is_back, count in session.execute(found):
        people[event_id][side, state] += count
        if state is not ParticipantState.LEFT:
            profiles[event_id][standing(saved_at=is_saved, validated_at=is_good, sent_back_at=is_back)] += count
    return {one: Figures(people[one], profiles[one]) for one in event_ids}


def profiles(session: Session, event_id: UUID) -> dict[UUID, Standing]:
    """Participant -> how their profile stands."""
    saved, validated, back = _stands()
    found = _with_profiles(select(Participant.id, saved, validated, back)).where(Participant.event_id == event_id)
    return {
        row[0]: standing(saved_at=row[1], validated_at=row[2], sent_back_at=row[3]) for row in session.execute(found)
    }


def wished(session: Session, event_id: UUID) -> dict[UUID, Counter[Level]]:
    """Participant -> how many wishes of each strength they said."""
    found = select(Wish.from_id, Wish.level, func.count()).where(Wish.event_id == event_id)
    told: dict[UUID, Counter[Level]] = {}
    for who, level, count in session.execute(found.group_by(Wish.from_id, Wish.level)):
        told.setdefault(who, Counter())[level] = count
    return told


def placed(session: Session, event_id: UUID) -> Counter[UUID]:
    """Participant -> how many meetings have a place."""
    found = select(Meeting.firm_id, Meeting.buyer_id).where(Meeting.event_id == event_id, Meeting.slot_id.is_not(None))
    return Counter(who for pair in session.execute(found) for who in pair)


def days(session: Session, event_ids: Collection[UUID]) -> Mapping[UUID, tuple[datetime, datetime]]:
    """Event -> when it begins and ends."""
    found = select(Slot.event_id, func.min(Slot.starts_at), func.max(Slot.ends_at)).where(Slot.event_id.in_(event_ids))
    return {row[0]: (row[1], row[2]) for row in session.execute(found.group_by(Slot.event_id))}


def latest_runs(session: Session, event_ids: Collection[UUID]) -> dict[UUID, tuple[RunState, str | None]]:
    """Event -> how the run asked for last stands, and the status of its answer."""
    status = Run.solution["status"].astext
    found = select(Run.event_id, Run.state, status).where(Run.event_id.in_(event_ids)).ext(distinct_on(Run.event_id))
    ordered = found.order_by(Run.event_id, Run.created_at.desc(), Run.started_at.desc().nulls_last())
    return {row[0]: (row[1], row[2]) for row in session.execute(ordered)}


@dataclass(frozen=True)
class Course:
    """How far meetings and agendas of an event are; see `rules.desk.Facts`."""

    placed: int = 0
    unmarked: int = 0
    unsaid: int = 0
    silent: int = 0
    hit: int = 0


def courses(session: Session, event_ids: Collection[UUID], *, now: datetime) -> dict[UUID, Course]:
    """The course of each of these events; three statements, however many."""
    met = _met(session, event_ids, now=now)
    silent, hit = _silent(session, event_ids), _hit(session, event_ids)
    return {one: Course(*met.get(one, (0, 0, 0)), silent=silent.get(one, 0), hit=hit.get(one, 0)) for one in event_ids}


def _met(session: Session, event_ids: Collection[UUID], *, now: datetime) -> dict[UUID, tuple[int, int, int]]:
    """Event -> meetings with a place, those of them that are over and not marked, and not told of by both sides."""
    said = select(func.count()).where(
        MeetingOutcome.meeting_id == Meeting.id, MeetingOutcome.months == 0, MeetingOutcome.kind != UNSAID
    )
    is_over, took_place = Slot.ends_at <= now, Meeting.state.in_((MeetingState.SCHEDULED, MeetingState.HELD))
    found = (
        select(
            Meeting.event_id,
            func.count(),
            func.count().filter(is_over, Meeting.state == MeetingState.SCHEDULED),
            func.count().filter(is_over, took_place, said.scalar_subquery() < len(Side)),
        )
        .join(Slot, Slot.id == Meeting.slot_id)
        .where(Meeting.event_id.in_(event_ids))
        .group_by(Meeting.event_id)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in session.execute(found)}


def _silent(session: Session, event_ids: Collection[UUID]) -> dict[UUID, int]:
    """Event -> how many come and have said no wish."""
    wished = select(Wish.to_id).where(Wish.from_id == Participant.id).exists()
    found = select(Participant.event_id, func.count()).where(
        Participant.event_id.in_(event_ids), Participant.state == ParticipantState.CONFIRMED, ~wished
    )
    return {row[0]: row[1] for row in session.execute(found.group_by(Participant.event_id))}


def _hit(session: Session, event_ids: Collection[UUID]) -> dict[UUID, int]:
    """Event -> how many left after the agendas were told last and after the last run that came to an agenda."""
    told = select(func.max(AgendaVersion.published_at)).where(AgendaVersion.event_id == Participant.event_id)
    ran = select(func.max(Run.started_at)).where(
        Run.event_id == Participant.event_id, Run.state.in_((RunState.DONE, RunState.STOPPED))
    )
    lost = select(Meeting.id).where(
        or_(Meeting.firm_id == Participant.id, Meeting.buyer_id == Participant.id),
        Meeting.state == MeetingState.CANCELLED,
    )
    found = select(Participant.event_id, func.count()).where(
        Participant.event_id.in_(event_ids),
        Participant.state == ParticipantState.LEFT,
        Participant.left_at > func.greatest(told.scalar_subquery(), ran.scalar_subquery()),
        lost.exists(),
    )
    return {row[0]: row[1] for row in session.execute(found.group_by(Participant.event_id))}
