"""Carry an application along its story: what later phases decide."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications import queries, rules
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.applications.service.trace import trace
from portal.kernel.errors import NotFound


def move(session: Session, application_id: UUID, to: Status, *, by: str, now: datetime, why: str = "") -> Application:
    """Move to another state, with who, when and why; silent where it is there already.

    Raises IllegalMove where the table of states has no such step, NotFound.
    """
    application = queries.lock(session, application_id)
    if application is None:
        raise NotFound
    if application.status is to:
        return application
    rules.check_move(application.status, to)
    detail = {"from": application.status.value, "to": to.value} | ({"why": why} if why else {})
    application.status = to
    if to not in rules.REOPENED:
        application.reopened_at = None
    trace(session, "moved", application_id, by=by, now=now, detail=detail)
    return application


def register(session: Session, application_id: UUID, *, now: datetime) -> None:
    """Note that the application is in the register; silent where the story has gone on."""
    application = queries.lock(session, application_id)
    if application is not None and application.status is Status.SUBMITTED:
        move(session, application_id, Status.REGISTERED, by="system", now=now)
