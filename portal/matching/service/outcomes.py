"""Each side says what came of a meeting; the scheduler asks, right after and at three, six and twelve months."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.audit.service import record
from portal.kernel import outbox
from portal.kernel.errors import NotFound
from portal.matching.events import FollowUpDue
from portal.matching.models import FollowUp, MatchingEvent, MeetingOutcome, Participant
from portal.matching.queries import outcomes
from portal.matching.queries.outcomes import MET, Own
from portal.matching.rules.outcomes import UNSAID, DidNotMeet, NotDue, TooEarly, due
from portal.matching.rules.states import Side
from portal.matching.service.trace import lock_participant, trace

LONGEST_BACK = timedelta(days=400)


def say(
    session: Session,
    participant_id: UUID,
    meeting_id: UUID,
    *,
    months: int,
    said: Mapping[str, Any],
    by: str,
    now: datetime,
) -> MeetingOutcome:
    """Write what is given and leave the rest: a tap for what came of it, another for the rating.

    `said`: some of kind, rating, value_eur, note. Raises TooEarly, NotDue, DidNotMeet, NotFound (it isn't theirs).
    """
    one = lock_participant(session, participant_id)
    own = outcomes.own_meeting(session, one.id, meeting_id)
    if own is None:
        raise NotFound
    check(own, months=months, now=now)
    known = outcomes.find(session, meeting_id, one.side, months)
    if known is None:
        known = MeetingOutcome(meeting_id=meeting_id, side=one.side, months=months, kind=UNSAID, note="")
        session.add(known)
    for name, value in said.items():
        setattr(known, name, value)
    known.said_at, known.said_by = now, by
    session.flush()
    _trace(session, one, known, by=by, now=now)
    return known


def check(own: Own, *, months: int, now: datetime) -> None:
    """Whether there is something to say."""
    if own.slot.starts_at > now:
        raise TooEarly
    if own.meeting.state not in MET:
        raise DidNotMeet
    if months and months not in due(own.slot.ends_at, now):
        raise NotDue


def _trace(session: Session, one: Participant, known: MeetingOutcome, *, by: str, now: datetime) -> None:
    """In the event's register and, for a firm, in the story of the application by which it came."""
    event = session.get_one(MatchingEvent, one.event_id)
    said: dict[str, Any] = {
        "meeting_id": str(known.meeting_id),
        "months": known.months,
        "kind": known.kind,
        "rating": known.rating,
    }
    application_id = outcomes.application_of(session, one, event.call_id) if one.side is Side.COMPANY else None
    if application_id is None:
        trace(session, "outcome_said", event.id, by=by, now=now, side=one.side.value, **said)
        return
    record(
        session,
        "matching.outcome_said",
        subject_type="application",
        subject_id=application_id,
        by=by,
        at=now,
        detail=said | {"event": event.slug},
    )


def ask_due(session: Session, *, now: datetime) -> int:
    """Ask whoever is due; of several at once the latest alone, and each only once however often this runs."""
    waiting = outcomes.to_ask(session, since=now - LONGEST_BACK, now=now)
    known, asked = outcomes.asked(session, [who for who, _ended in waiting]), 0
    for who, ended_at in waiting:
        new = [months for months in due(ended_at, now) if (who, months) not in known]
        for months in new:
            row = insert(FollowUp).values(participant_id=who, months=months, asked_at=now)
            is_ours = session.scalar(row.on_conflict_do_nothing().returning(FollowUp.months))
            if is_ours is not None and months == max(new):
                outbox.emit(session, FollowUpDue(participant_id=who, months=months))
                asked += 1
    session.flush()
    return asked
