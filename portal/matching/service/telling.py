"""Publish agendas: a version that never changes, told only to those for whom something changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.kernel import outbox
from portal.kernel.text import canonical_json, sha256_hex
from portal.matching.events import AgendaTold
from portal.matching.models import AgendaVersion, MatchingEvent, Participant
from portal.matching.queries import agenda
from portal.matching.rules.agenda import NoAgenda, NothingChanged, ReasonMissing
from portal.matching.rules.states import EventState
from portal.matching.rules.versions import Change, Kind, changes, follow
from portal.matching.service.trace import lock_event, trace


def untold(session: Session, event: MatchingEvent) -> Mapping[str, list[Change]]:
    """Participant -> what they would be told if the agenda were published now."""
    previous = agenda.entries_of(agenda.latest_version(session, event.id))
    return changes(previous, follow(previous, agenda.standing(session, event)))


def hit(session: Session, event: MatchingEvent) -> list[str]:
    """Participants who were told of a meeting that is off since: they will hear of a change in any case."""
    return sorted(who for who, lines in untold(session, event).items() if any(one.kind is Kind.OFF for one in lines))


def publish(session: Session, event_id: UUID, *, reason: str, by: str, now: datetime) -> AgendaVersion:
    """Fix the agenda as it stands and tell whoever it changes. The first needs no reason.

    Raises NoAgenda, NothingChanged, ReasonMissing, NotFound.
    """
    event = lock_event(session, event_id)
    last = agenda.latest_version(session, event_id)
    previous = agenda.entries_of(last)
    content = follow(previous, agenda.standing(session, event))
    told = changes(previous, content)
    if not content:
        raise NoAgenda
    if not told:
        raise NothingChanged
    if last is not None and not reason.strip():
        raise ReasonMissing(field="reason")
    rows = [one.model_dump(mode="json") for one in content]
    version = AgendaVersion(
        event_id=event_id,
        number=(last.number if last else 0) + 1,
        reason=reason.strip(),
        content=rows,
        sha256=sha256_hex(canonical_json(rows)),
        published_at=now,
        published_by=by,
    )
    session.add(version)
    event.state = EventState.PUBLISHED
    for participant_id in sorted(told):
        participant = session.get(Participant, UUID(participant_id))
        if participant is not None:
            participant.calendar_sequence += 1
            outbox.emit(session, AgendaTold(participant_id=participant.id, number=version.number))
    session.flush()
    facts: dict[str, Any] = {"number": version.number, "sha256": version.sha256, "told": len(told)}
    trace(session, "agenda_published", event_id, by=by, now=now, reason=version.reason, **facts)
    return version
