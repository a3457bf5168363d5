"""What every verb does first and last: hold the mission, write the line in the audit."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.audit.service import record
from portal.kernel.errors import NotFound
from portal.missions import queries
from portal.missions.models import Mission, Traveller


def hold(session: Session, mission_id: UUID) -> Mission:
    """The mission, locked. Raises NotFound."""
    mission = queries.lock(session, mission_id)
    if mission is None:
        raise NotFound
    return mission


def trace(session: Session, verb: str, mission_id: UUID, *, by: str, now: datetime, **detail: Any) -> None:  # noqa: ANN401
    """Record `missions.<verb>` on the mission; last in the verb, since the chain stays locked."""
    record(session, f"missions.{verb}", subject_type="mission", subject_id=mission_id, by=by, at=now, detail=detail)


def tell_firm(session: Session, verb: str, traveller: Traveller, *, by: str, now: datetime, **detail: Any) -> None:  # noqa: ANN401
    """Record `missions.<verb>` on the firm's application, so that it stands in its story; names nobody."""
    record(
        session,
        f"missions.{verb}",
        subject_type="application",
        subject_id=traveller.application_id,
        by=by,
        at=now,
        detail={"mission": str(traveller.mission_id), "traveller": str(traveller.id), **detail},
    )
