"""Seat people on a panel: how much they take, what they know, when they are away."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.audit.service import record
from portal.evaluation import queries, rules
from portal.evaluation.models import PanelSeat
from portal.evaluation.service.assign import reviewers


@dataclass(frozen=True, kw_only=True)
class Place:
    """What is written of a seat."""

    is_on: bool = True
    cap: int | None = None
    divisions: tuple[str, ...] = ()
    pathways: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    away_from: date | None = None
    away_until: date | None = None


def seat(session: Session, call_id: UUID, reviewer_id: UUID, place: Place, *, by: str, now: datetime) -> PanelSeat:
    """Write a reviewer's seat on a call's panel. What was given to them stays. Raises NotAReviewer."""
    if reviewer_id not in {user.id for user in reviewers(session, call_id)}:
        raise rules.NotAReviewer
    found = queries.seats(session, call_id).get(reviewer_id) or PanelSeat(call_id=call_id, reviewer_id=reviewer_id)
    found.is_on, found.cap = place.is_on, place.cap
    found.divisions, found.pathways = list(place.divisions), list(place.pathways)
    found.keywords, found.languages = list(place.keywords), list(place.languages)
    found.away_from, found.away_until, found.seated_by = place.away_from, place.away_until, by
    session.add(found)
    session.flush()
    detail = {"reviewer": str(reviewer_id), "on": place.is_on, "cap": place.cap, "divisions": found.divisions}
    record(session, "evaluation.seated", subject_type="call", subject_id=call_id, by=by, at=now, detail=detail)
    return found
