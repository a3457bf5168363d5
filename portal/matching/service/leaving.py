"""Somebody doesn't come, or no longer: said by themselves or by staff, it is one verb with one consequence."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.kernel import outbox
from portal.kernel.errors import DomainError, NotFound
from portal.matching.events import ParticipantWithdrew
from portal.matching.models import MatchingEvent, Meeting
from portal.matching.queries import agenda, participants as rows, standing
from portal.matching.rules.agenda import ReasonMissing
from portal.matching.rules.refusals import EventHasEnded, EventIsOver
from portal.matching.rules.states import EventState, MeetingState, ParticipantState
from portal.matching.service import participants
from portal.matching.service.moving import fall, has_begun
from portal.matching.service.solving import unseat
from portal.matching.service.trace import lock_event, lock_participant, trace


def check_open(session: Session, event: MatchingEvent, *, now: datetime) -> None:
    """Whether one may still come or not come. Raises EventIsOver, EventHasEnded."""
    if event.state is EventState.CLOSED:
        raise EventIsOver
    when = standing.days(session, [event.id]).get(event.id)
    if when is not None and now >= when[1]:
        raise EventHasEnded


def is_open(session: Session, event: MatchingEvent, *, now: datetime) -> bool:
    """The same as yes or no."""
    try:
        check_open(session, event, now=now)
    except DomainError:
        return False
    return True


def withdraw(
    session: Session, participant_id: UUID, *, reason: str, by: str, now: datetime, is_staff: bool = False
) -> Sequence[Meeting]:
    """They don't come; answers their meetings that had a place and had not begun.

    Once agendas were told those are called off, and whoever they concern hears it when the agenda is published anew;
    before, they lose their place and nobody need know. The office is told, unless it says so itself (`is_staff`).
    Left already with nothing placed, nothing happens. Raises ReasonMissing, EventIsOver, EventHasEnded, NotFound.
    """
    known = rows.find(session, participant_id)
    if known is None:
        raise NotFound
    event = lock_event(session, known.event_id)
    one = lock_participant(session, participant_id)
    is_new, why = one.state is not ParticipantState.LEFT, reason.strip()
    placed = [row for row in agenda.meetings_of(session, one.id) if row.state is MeetingState.SCHEDULED]
    off = [row for row in placed if not has_begun(session, row, now)]
    if not is_new and not off:
        return []
    if not why:
        raise ReasonMissing(field="reason")
    if is_new:
        check_open(session, event, now=now)
        participants.leave(session, one.id, reason=why, by=by, now=now)
    _free(session, event, off, why=why, by=by)
    if is_new and not is_staff:
        outbox.emit(session, ParticipantWithdrew(participant_id=one.id, meetings=len(off)))
    ids = [str(row.id) for row in off]
    trace(session, "absent", event.id, by=by, now=now, participant_id=str(one.id), meetings=ids)
    return off


def _free(session: Session, event: MatchingEvent, off: Sequence[Meeting], *, why: str, by: str) -> None:
    if agenda.latest_version(session, event.id) is not None:
        fall(session, off, why, by)
        return
    unseat(session, off)
    for row in off:
        row.is_locked = False
    session.flush()
