"""The line that every verb leaves in the audit."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.audit.service import record


def trace(
    session: Session,
    verb: str,
    application_id: UUID,
    *,
    by: str,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    """Record `applications.<verb>` on the application; last in the verb, since the chain stays locked."""
    record(
        session,
        f"applications.{verb}",
        subject_type="application",
        subject_id=application_id,
        by=by,
        at=now,
        detail=detail,
    )
