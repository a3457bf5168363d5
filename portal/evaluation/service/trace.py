"""The line that every verb leaves in the audit, on the application's own story."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.audit.service import record


def trace(session: Session, verb: str, application_id: UUID, *, by: str, now: datetime, **detail: Any) -> None:  # noqa: ANN401
    """Record `evaluation.<verb>` on the application; last in the verb, since the chain stays locked."""
    action = f"evaluation.{verb}"
    record(session, action, subject_type="application", subject_id=application_id, by=by, at=now, detail=detail)
