"""Open a decided check again: an exclusion after the ranking, or a readmission, begins here."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications import queries as applications
from portal.applications.rules import Status
from portal.applications.service import move
from portal.audit.service import record
from portal.eligibility import queries
from portal.eligibility.events import CheckReopened
from portal.eligibility.models import Reopening
from portal.eligibility.rules.judged import NotChecked, check_reason
from portal.eligibility.rules.reopening import check_reopenable
from portal.kernel import outbox
from portal.kernel.errors import NotFound


def reopen(session: Session, application_id: UUID, *, reason: str, by: str, now: datetime) -> Reopening:
    """Take a decided application back into the check; what was published stays as it is.

    The firm is told, with the reason; the term runs from `now`. Until it is decided again no ranking is drawn up. The
    call is held first, so that a ranking that is being published moves all of its firms or none. Raises ReasonMissing,
    AlreadyReopened, GrantedAlready, NotReopenable, NotChecked, NotFound.
    """
    why = check_reason(reason)
    queries.hold_call_of(session, application_id)
    application = applications.lock(session, application_id)
    if application is None:
        raise NotFound
    was = check_reopenable(application.status)
    if not queries.last_number(session, application_id):
        raise NotChecked
    reopening = Reopening(application_id=application_id, was=was, reason=why, made_by=by, made_at=now)
    session.add(reopening)
    session.flush()
    outbox.emit(session, CheckReopened(reopening_id=reopening.id))
    detail = {"reopening": str(reopening.id), "was": was.value, "why": why}
    record(
        session,
        "eligibility.reopened",
        subject_type="application",
        subject_id=application_id,
        by=by,
        at=now,
        detail=detail,
    )
    move(session, application_id, Status.ELIGIBILITY_CHECK, by=by, now=now, why=why)
    application.reopened_at = now
    session.flush()
    return reopening
