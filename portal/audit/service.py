"""The verbs of the audit."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.audit.models import Entry
from portal.kernel.text import canonical_json


def record(
    session: Session,
    action: str,
    *,
    subject_type: str,
    subject_id: UUID | str,
    by: str,
    at: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write one line: `action` is `slice.verb`, `by` an address or "system".

    The chain stays locked until the transaction ends: record last.
    """
    session.flush()
    line = {"action": action, "subject_type": subject_type, "subject_id": str(subject_id), "by": by, "at": at}
    # seq, previous and hash are the trigger's: what is given here is overwritten
    chained = {"seq": 0, "previous": "", "hash": ""}
    session.execute(insert(Entry).inline().values(**line, **chained, detail=canonical_json(detail or {}).decode()))
