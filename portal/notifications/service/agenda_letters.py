"""Each participant is told their own agenda, with the calendar attached. Importing it gives `RECIPES` its line."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import force_locale, lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.kernel.clock import ROME
from portal.matching.models import MatchingEvent, Participant
from portal.matching.queries import events, participants, personal
from portal.matching.queries.personal import Personal
from portal.matching.rules.daily import days
from portal.matching.rules.states import ParticipantState
from portal.matching.rules.versions import Change, Kind
from portal.matching.service import agendas
from portal.notifications.rules import PERSONAL_LINK
from portal.notifications.service.letters import RECIPES, Guest, Letter, Payload, about, address

__all__ = ["RECIPES"]
KINDS = {Kind.NEW: _l("nuovo"), Kind.MOVED: _l("spostato"), Kind.OFF: _l("annullato")}


@about("matching.agenda_told", once=True)
def _told(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    """As it was in that telling; who left hears only of what is off."""
    participant = participants.find(session, UUID(payload["participant_id"]))
    event = events.get(session, participant.event_id) if participant else None
    told = personal.read(session, event, number=int(payload["number"])) if event else None
    if participant is None or event is None or told is None:
        return
    mine, path = told.of(participant.id), f"/area/incontri/{event.slug}/agenda"
    for user, link in _readers(session, participant, event, now, path=path):
        is_guest = isinstance(user, Guest)
        yield Letter(
            user=user,
            subject_id=participant.id,
            call_id=event.call_id,
            facts=_facts(mine, user.language) | {"link": link},
            attachments=_attachments(mine, user.language, path="" if is_guest else path),
        )


@about("matching.follow_up_due", once=True)
def _follow_up(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    """Whoever met somebody is asked what came of it."""
    participant = participants.find(session, UUID(payload["participant_id"]))
    event = events.get(session, participant.event_id) if participant else None
    told = personal.read(session, event) if event else None
    if participant is None or event is None or told is None:
        return
    mine, months = told.of(participant.id), int(payload["months"])
    names = list(dict.fromkeys(mine.other(one).name for one in mine.entries))
    path = f"/area/incontri/{event.slug}/esiti?mesi={months}"
    for user, link in _readers(session, participant, event, now, path=path):
        facts = {"event": agendas.title_of(event, user.language), "names": names, "months": months, "link": link}
        yield Letter(user=user, subject_id=participant.id, call_id=event.call_id, facts=facts)


def _readers(
    session: Session, participant: Participant, event: MatchingEvent, now: datetime, *, path: str
) -> Iterator[tuple[User | Guest, str]]:
    """Everybody of a firm, with the page's address where the firm still comes; or the buyer, with their own link."""
    comes = participant.state is ParticipantState.CONFIRMED
    if participant.company_id is not None:
        today = now.astimezone(ROME).date()
        for user in accounts.recipients(session, participant.company_id, today=today, call_id=event.call_id):
            yield user, address(path) if comes else ""
        return
    buyer = participant.counterpart
    if buyer is not None and buyer.revoked_at is None:
        name, language = buyer.contact_name, buyer.language
        yield Guest(email=buyer.email, full_name=name, language=language, counterpart_id=buyer.id), PERSONAL_LINK


def _facts(mine: Personal, language: str) -> dict[str, Any]:
    told = mine.told
    with force_locale(language):
        news = [(str(KINDS[one.kind]), mine.other(one.after).name, _when(mine, one)) for one in _changes(mine)]
    return {
        "event": agendas.title_of(told.event, language),
        "place": told.event.place,
        "zone": told.event.timezone,
        "is_first": told.version.number == 1,
        "reason": told.version.reason,
        "news": news,
        "days": [(day, [(row, mine.other(row.entry)) for row in rows if row.entry]) for day, rows in mine.days],
    }


def _changes(mine: Personal) -> list[Change]:
    return list(mine.told.changed.get(mine.who, ()))


def _when(mine: Personal, change: Change) -> str:
    ((day, (row,)),) = days([change.after], (), mine.told.zone)
    return f"{day:%d/%m} {row.clock}"


def _attachments(mine: Personal, language: str, *, path: str) -> tuple[dict[str, str], ...]:
    """The agenda as a PDF and a calendar; what is off since the telling before, as a cancellation of its own."""
    number = mine.told.version.number
    files = [
        {"agenda_of": mine.who, "number": str(number), "name": f"agenda-{number}.pdf"},
        _calendar(agendas.calendar(mine, language=language, path=path), "PUBLISH", f"agenda-{number}.ics"),
    ]
    off = [one.after for one in _changes(mine) if one.kind is Kind.OFF]
    if off:
        files.append(
            _calendar(agendas.cancellations(mine, off, language=language), "CANCEL", f"annullati-{number}.ics")
        )
    return tuple(files)


def _calendar(body: bytes, method: str, name: str) -> dict[str, str]:
    return {
        "name": name,
        "media_type": f"text/calendar; method={method}; charset=utf-8",
        "method": method,
        "text": body.decode(),
    }
