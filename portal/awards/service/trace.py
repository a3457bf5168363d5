"""What every verb does first and last: lock the case, write the line in the audit."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.audit.service import record
from portal.awards.queries import cases
from portal.kernel.errors import NotFound


def lock(session: Session, application_id: UUID) -> Application:
    """The application, its call held first. Raises NotFound."""
    application = cases.lock(session, application_id)
    if application is None:
        raise NotFound
    return application


def trace(session: Session, verb: str, application_id: UUID, *, by: str, now: datetime, **detail: Any) -> None:  # noqa: ANN401
    """Record `awards.<verb>` on the application; last in the verb, since the chain stays locked."""
    record(
        session,
        f"awards.{verb}",
        subject_type="application",
        subject_id=application_id,
        by=by,
        at=now,
        detail=detail,
    )
