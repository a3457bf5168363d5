"""What follows an acceptance, and the reminder before it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications.rules import Status
from portal.applications.service import move
from portal.awards.events import Advanced, AnswerDue
from portal.awards.queries import cases
from portal.awards.service.trace import lock, trace
from portal.kernel import outbox


def start(session: Session, application_id: UUID, *, by: str, now: datetime) -> None:
    """What was granted has begun. Raises IllegalMove, NotFound."""
    _advance(session, application_id, Status.IN_PROGRESS, by=by, now=now)


def complete(session: Session, application_id: UUID, *, by: str, now: datetime) -> None:
    """All that was granted was given. Raises IllegalMove, NotFound."""
    _advance(session, application_id, Status.COMPLETED, by=by, now=now)


def _advance(session: Session, application_id: UUID, to: Status, *, by: str, now: datetime) -> None:
    application = lock(session, application_id)
    if application.status is to:
        return
    move(session, application_id, to, by=by, now=now)
    outbox.emit(session, Advanced(application_id=application_id, to=to.value))
    session.flush()


def remind(session: Session, application_id: UUID, *, now: datetime) -> None:
    """Tell the firm once that its term is about to end; silent where it has answered."""
    application = lock(session, application_id)
    award = cases.award_of(session, application_id)
    if award is None or application.status is not Status.AWARDED or award.reminded_at is not None:
        return
    award.reminded_at = now
    outbox.emit(session, AnswerDue(application_id=application_id))
    trace(session, "reminded", application_id, by="system", now=now)
