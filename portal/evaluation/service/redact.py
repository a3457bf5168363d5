"""Redacted copies: what reviewers of a blind call read instead of an attachment."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications import queries as applications
from portal.documents.models import File
from portal.evaluation import queries
from portal.evaluation.models import RedactedCopy
from portal.evaluation.service.trace import trace


def redact(
    session: Session, application_id: UUID, attachment_id: UUID, file: File | None, *, by: str, now: datetime
) -> RedactedCopy:
    """Put a copy in the place of an attachment, or nothing (None): then reviewers of a blind call get nothing.

    The application is locked, so that copies made at once are numbered one after the other.
    """
    applications.lock(session, application_id)
    copy = RedactedCopy(
        attachment_id=attachment_id,
        number=queries.last_copy(session, attachment_id) + 1,
        file_id=file and file.id,
        made_by=by,
        made_at=now,
    )
    session.add(copy)
    session.flush()
    detail = {"attachment": str(attachment_id), "sha256": file.sha256 if file else None}
    trace(session, "redacted" if file else "withheld", application_id, by=by, now=now, **detail)
    return copy
