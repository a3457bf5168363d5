"""Take an application back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications import queries, rules
from portal.applications.events import ApplicationWithdrawn
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.applications.service.requests import close_with
from portal.applications.service.trace import trace
from portal.kernel import outbox
from portal.kernel.errors import NotFound


def withdraw(session: Session, application_id: UUID, *, reason: str, by: str, now: datetime) -> Application:
    """Withdraw, before the ranking; everything in it stays, and the firm may start another while the call is open.

    A second time does nothing. Raises TooLateToWithdraw.
    """
    application = queries.lock(session, application_id)
    if application is None:
        raise NotFound
    if application.status is Status.WITHDRAWN:
        return application
    if not rules.may_withdraw(application.status):
        raise rules.TooLateToWithdraw
    close_with(session, application, reason=reason, by=by, now=now)
    application.status, application.reopened_at = Status.WITHDRAWN, None
    application.withdrawn_at, application.withdrawn_by, application.withdrawal_reason = now, by, reason
    if application.submitted_at is not None:
        outbox.emit(session, ApplicationWithdrawn(application_id=application.id))
    trace(session, "withdrawn", application_id, by=by, now=now, detail={"reason": reason})
    return application
