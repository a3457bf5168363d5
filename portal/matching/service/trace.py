"""What every verb does first and last: lock what it changes, write the line in the audit."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.audit.service import record
from portal.kernel.errors import NotFound
from portal.matching.models import MatchingEvent, Participant
from portal.matching.queries import events, participants


def lock_event(session: Session, event_id: UUID) -> MatchingEvent:
    """The event, held. Raises NotFound."""
    event = events.lock(session, event_id)
    if event is None:
        raise NotFound
    return event


def lock_participant(session: Session, participant_id: UUID) -> Participant:
    """The participant, held. Raises NotFound."""
    participant = participants.lock(session, participant_id)
    if participant is None:
        raise NotFound
    return participant


def trace(
    session: Session,
    verb: str,
    subject_id: UUID,
    *,
    of: str = "matching_event",
    by: str,
    now: datetime,
    **detail: Any,  # noqa: ANN401
) -> None:
    """Record `matching.<verb>`; last in the verb, since the chain stays locked."""
    record(session, f"matching.{verb}", subject_type=of, subject_id=subject_id, by=by, at=now, detail=detail)
