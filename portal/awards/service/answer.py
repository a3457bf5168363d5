"""The firm's answer: accept within the term, or waive with a reason."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications.rules import Status
from portal.applications.rules.words import STATES
from portal.applications.service import move
from portal.awards.events import Accepted
from portal.awards.models import Award, Ending, EndingKind
from portal.awards.queries import cases
from portal.awards.rules.refusals import AnswerTooLate, NotToAnswer
from portal.awards.service.end import Terms, end
from portal.awards.service.trace import lock, trace
from portal.kernel import outbox
from portal.kernel.clock import db_now


def accept(session: Session, application_id: UUID, *, by: str) -> Award:
    """Accept, by the database's clock once the case is held; a second click answers what there is.

    Raises AnswerTooLate, NotToAnswer, NotFound.
    """
    application = lock(session, application_id)
    award, now = cases.award_of(session, application_id), db_now(session)
    if award is not None and application.status is Status.ACCEPTED:
        return award
    if award is None or application.status is not Status.AWARDED:
        raise NotToAnswer(state=STATES[application.status].label)
    if now > award.accept_by:
        raise AnswerTooLate(accept_by=award.accept_by, now=now)
    award.answered_at, award.answered_by = now, by
    session.flush()
    outbox.emit(session, Accepted(application_id=application_id))
    move(session, application_id, Status.ACCEPTED, by=by, now=now)
    trace(session, "accepted", application_id, by=by, now=now)
    return award


def waive(session: Session, application_id: UUID, *, reason: str, by: str, now: datetime) -> Ending:
    """Give up a place in the ranking, or what was granted; a second click answers what there is.

    Raises NotToEnd, NotFound.
    """
    application = lock(session, application_id)
    award = cases.award_of(session, application_id)
    if award is not None and award.answered_at is None and application.status is Status.AWARDED:
        award.answered_at, award.answered_by = now, by
    return end(session, application, EndingKind.WAIVED, Terms(reason=reason), by=by, now=now)
