"""Who comes to an event: added by staff, confirmed by themselves or by staff, with times and quotas."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.matching.models import MatchingEvent, Participant
from portal.matching.queries import events, participants
from portal.matching.rules.refusals import EventIsOver, HasLeft, LeastAboveMost, NoSuchSlot
from portal.matching.rules.settings import Settings
from portal.matching.rules.states import EventState, ParticipantState, Side
from portal.matching.service.trace import lock_event, lock_participant, trace


def add_firms(
    session: Session, event_id: UUID, company_ids: Iterable[UUID] | None = None, *, by: str, now: datetime
) -> list[Participant]:
    """Invite the firms that were admitted to the event's call or went further: all, or those of `company_ids`.

    Who is there already stays as they are.
    """
    event = _open(session, event_id)
    ids: Sequence[UUID] = participants.firms_to_add(session, event.id, event.call_id)
    if company_ids is not None:
        chosen = set(company_ids)
        ids = [one for one in ids if one in chosen]
    added = [_participant(event, Side.COMPANY, one) for one in ids]
    session.add_all(added)
    session.flush()
    if added:
        trace(session, "firms_added", event.id, by=by, now=now, firms=[str(one) for one in ids])
    return added


def add_buyers(
    session: Session, event_id: UUID, counterpart_ids: Iterable[UUID], *, by: str, now: datetime
) -> list[Participant]:
    """Invite buyers that the portal knows; who is there already stays as they are."""
    event = _open(session, event_id)
    wanted = list(dict.fromkeys(counterpart_ids))
    there = participants.known_counterparts(session, event.id, wanted)
    ids = [one for one in wanted if one not in there]
    added = [_participant(event, Side.BUYER, one) for one in ids]
    session.add_all(added)
    session.flush()
    if added:
        trace(session, "buyers_added", event.id, by=by, now=now, buyers=[str(one) for one in ids])
    return added


def _open(session: Session, event_id: UUID) -> MatchingEvent:
    event = lock_event(session, event_id)
    if event.state is EventState.CLOSED:
        raise EventIsOver
    return event


def _participant(event: MatchingEvent, side: Side, who: UUID) -> Participant:
    quota = Settings.model_validate(event.settings).quota(side)
    return Participant(
        event_id=event.id,
        side=side,
        company_id=who if side is Side.COMPANY else None,
        counterpart_id=who if side is Side.BUYER else None,
        state=ParticipantState.INVITED,
        least_meetings=quota.least,
        most_meetings=quota.most,
        unavailable=[],
    )


def confirm(session: Session, participant_id: UUID, *, by: str, now: datetime) -> Participant:
    """They come. Confirmed already, nothing happens. Raises HasLeft, NotFound."""
    participant = lock_participant(session, participant_id)
    if participant.state is ParticipantState.LEFT:
        raise HasLeft
    if participant.state is ParticipantState.INVITED:
        participant.state, participant.accepted_at = ParticipantState.CONFIRMED, now
        _trace(session, "participant_confirmed", participant, by=by, now=now)
    return participant


def leave(session: Session, participant_id: UUID, *, reason: str, by: str, now: datetime) -> Participant:
    """They don't come. What that means for meetings already placed, the agenda's own verbs say."""
    participant = lock_participant(session, participant_id)
    if participant.state is not ParticipantState.LEFT:
        participant.state, participant.left_at, participant.left_reason = ParticipantState.LEFT, now, reason
        _trace(session, "participant_left", participant, by=by, now=now, reason=reason)
    return participant


def come_back(session: Session, participant_id: UUID, *, by: str, now: datetime) -> Participant:
    """They come after all."""
    participant = lock_participant(session, participant_id)
    if participant.state is ParticipantState.LEFT:
        participant.state, participant.accepted_at = ParticipantState.CONFIRMED, now
        participant.left_at, participant.left_reason = None, ""
        _trace(session, "participant_back", participant, by=by, now=now)
    return participant


def set_times(
    session: Session, participant_id: UUID, unavailable: Iterable[UUID], *, by: str, now: datetime
) -> Participant:
    """The slots in which they can't meet. Raises NoSuchSlot, HasLeft, NotFound."""
    participant = lock_participant(session, participant_id)
    if participant.state is ParticipantState.LEFT:
        raise HasLeft
    chosen = set(unavailable)
    slots = [slot.id for slot in events.slots(session, participant.event_id)]
    if chosen - set(slots):
        raise NoSuchSlot(field="unavailable")
    times = [str(one) for one in slots if one in chosen]
    if times != participant.unavailable:
        participant.unavailable = times
        _trace(session, "times_set", participant, by=by, now=now, unavailable=len(times))
    return participant


def limit(
    session: Session, participant_id: UUID, *, least: int, most: int | None, by: str, now: datetime
) -> Participant:
    """At least so many meetings, and at most. Raises LeastAboveMost, NotFound."""
    if most is not None and most < least:
        raise LeastAboveMost(field="most")
    participant = lock_participant(session, participant_id)
    if (participant.least_meetings, participant.most_meetings) != (least, most):
        participant.least_meetings, participant.most_meetings = least, most
        _trace(session, "quota_set", participant, by=by, now=now, least=least, most=most)
    return participant


def _trace(
    session: Session,
    verb: str,
    participant: Participant,
    *,
    by: str,
    now: datetime,
    **detail: Any,  # noqa: ANN401
) -> None:
    trace(session, verb, participant.event_id, by=by, now=now, participant_id=str(participant.id), **detail)
