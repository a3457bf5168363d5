"""Who was there: scanned at a door, with or without a network, told once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.missions.models import Presence, Traveller
from portal.missions.queries import cases
from portal.missions.rules.waiting import TravellerState
from portal.missions.service.trace import hold, tell_firm, trace


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One scan as the phone kept it; `key` is the phone's own, made once."""

    key: UUID
    badge: str
    moment: str
    at: datetime


def check_in(session: Session, mission_id: UUID, scans: Sequence[Scan], *, by: str, now: datetime) -> dict[UUID, str]:
    """Write down who was there; answers for each scan `kept`, `known` (again: nothing changes) or `unknown`.

    A phone that answers late says when it scanned; an instant still to come counts as now. Raises NotFound.
    """
    mission = hold(session, mission_id)
    moments = {moment.key for moment in cases.content_of(mission).moments}
    going = {one.badge: one for one in cases.travellers(session, mission_id) if one.state is TravellerState.CONFIRMED}
    answers: dict[UUID, str] = {}
    kept: list[tuple[Traveller, Scan]] = []
    for scan in scans:
        traveller = going.get(scan.badge.upper())
        if traveller is None or scan.moment not in moments:
            answers[scan.key] = "unknown"
            continue
        row = {
            "key": scan.key,
            "mission_id": mission_id,
            "traveller_id": traveller.id,
            "moment": scan.moment,
            "at": min(scan.at, now),
            "received_at": now,
            "by": by,
        }
        done = session.execute(insert(Presence).values(row).on_conflict_do_nothing().returning(Presence.key)).scalar()
        answers[scan.key] = "kept" if done else "known"
        if done:
            kept.append((traveller, scan))
    for traveller, scan in kept:
        tell_firm(session, "checked_in", traveller, by=by, now=now, moment=scan.moment)
    if kept:
        trace(session, "checked_in", mission_id, by=by, now=now, scans=len(kept))
    return answers
