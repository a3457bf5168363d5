"""What the verbs share."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.access import queries
from portal.access.models import Request
from portal.access.rules import Facts
from portal.audit.service import record
from portal.kernel.errors import NotFound


def locked(session: Session, request_id: UUID) -> Request:
    """The request, locked. Raises NotFound."""
    request = queries.lock(session, request_id)
    if request is None:
        raise NotFound
    return request


def facts_of(session: Session, request: Request) -> Facts:
    """What the rules ask about a request."""
    return Facts(
        state=request.state,
        is_about_another=request.is_about_another,
        objections_until=request.objections_until,
        is_answered=request.objects is not None,
        files=len(queries.handouts(session, request.id)),
    )


def noted(session: Session, action: str, request: Request, *, by: str, now: datetime, **detail: Any) -> None:  # noqa: ANN401 - any JSON
    """One line of the audit about a request."""
    record(session, action, subject_type="access_request", subject_id=request.id, by=by, at=now, detail=detail)
