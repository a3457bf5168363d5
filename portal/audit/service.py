"""The verbs of the audit."""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, bindparam, insert
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
    session.connection().execute(_line(), {**line, "detail": canonical_json(detail or {}).decode()})


@cache
def _line() -> Insert:
    """Built once; seq, previous and hash are the trigger's: what is given here is overwritten."""
    table: Any = Entry.__table__
    given: dict[str, Any] = {
        name: bindparam(name) for name in ("action", "subject_type", "subject_id", "by", "at", "detail")
    }
    return insert(table).values({**given, "seq": 0, "previous": "", "hash": ""}).inline()
