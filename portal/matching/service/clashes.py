"""Why the last run found no agenda, in words: for the event's page and for the agenda's."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from flask_babel import LazyString
from sqlalchemy.orm import Session

from portal.matching.models import MatchingEvent
from portal.matching.queries import agenda, participants
from portal.matching.rules import conflicts
from portal.matching.rules.conflicts import Named
from portal.matching.service.owed import INFEASIBLE


def words(session: Session, event: MatchingEvent) -> Sequence[LazyString | str]:
    """What can't hold together; empty where the last run found an agenda, or none was asked for."""
    run = agenda.latest_run(session, event.id)
    solution = (run.solution if run else None) or {}
    if run is None or solution.get("status") != INFEASIBLE:
        return []
    zone = ZoneInfo(event.timezone)
    named = Named(
        people={str(one.id): agenda.name_of(one) for one in participants.of_event(session, event.id)},
        slots={str(one.id): f"{one.starts_at.astimezone(zone):%d/%m %H:%M}" for one in event.slots},
        locked=frozenset(str(one.id) for one in agenda.meetings(session, event.id) if one.is_locked),
    )
    return conflicts.words(solution.get("conflict") or {}, run.instance, named)
