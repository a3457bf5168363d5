"""Words and small answers that several pages of the office use."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from flask import abort
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from portal import db
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.matching import permissions
from portal.matching.models import MatchingEvent, Participant
from portal.matching.queries import events, participants
from portal.matching.rules.judging import Standing
from portal.matching.rules.states import EventState, Level, ParticipantState
from portal.web.guards import found, requires
from portal.web.language import current as language

requires_reader = requires("events", "manager", "admin", "auditor")
requires_writer = requires("events", "manager", "admin")

EVENT_WORDS: Final = {
    EventState.DRAFT: (_l("Bozza"), "neutral"),
    EventState.WISHES: (_l("Preferenze aperte"), "success"),
    EventState.SCHEDULING: (_l("Agenda in preparazione"), "warning"),
    EventState.PUBLISHED: (_l("Agenda pubblicata"), "info"),
    EventState.CLOSED: (_l("Evento chiuso"), "neutral"),
}
PERSON_WORDS: Final = {
    ParticipantState.INVITED: (_l("Da confermare"), "warning"),
    ParticipantState.CONFIRMED: (_l("Confermato"), "success"),
    ParticipantState.LEFT: (_l("Non viene"), "neutral"),
}
PROFILE_WORDS: Final = {
    Standing.MISSING: (_l("Manca"), "neutral"),
    Standing.TO_READ: (_l("Da leggere"), "warning"),
    Standing.GOOD: (_l("Convalidato"), "success"),
    Standing.SENT_BACK: (_l("Rimandato"), "danger"),
}
WISH_WORDS: Final = {
    Level.WANT: (_l("Voglio"), "success"),
    Level.WOULD: (_l("Vorrei"), "info"),
    Level.NO: (_l("No"), "danger"),
}
REASON_WORDS: Final = {
    "competitors": _l("Concorrenti"),
    "same_group": _l("Stesso gruppo"),
    "met": _l("Si sono già incontrati"),
}


def the_event(slug: str, *, to_change: bool = False) -> MatchingEvent:
    """The event at that address, where it is within reach of whoever looks; else 404."""
    event = found(events.find(db.session(), slug))
    may = permissions.may_organise if to_change else permissions.may_see
    if not may(current_user, event.call_id):
        abort(404)
    return event


def the_participant(slug: str, participant_id: UUID, *, to_change: bool = False) -> tuple[MatchingEvent, Participant]:
    """Somebody of that event, or 404."""
    event = the_event(slug, to_change=to_change)
    one = found(participants.find(db.session(), participant_id))
    if one.event_id != event.id:
        abort(404)
    return event, one


def title_of(event: MatchingEvent) -> str:
    """In the language of the page."""
    return event.title_it if language() == "it" else event.title_en


def refused(verb: Callable[..., object]) -> tuple[DomainError, int] | None:
    """Do one thing in one transaction; a refusal with its status, None where it was done. What isn't there is 404."""
    try:
        with transaction() as session:
            verb(session, by=current_user.email, now=utcnow())
    except NotFound:
        abort(404)
    except DomainError as refusal:
        db.session.expire_all()
        return refusal, 409 if isinstance(refusal, Conflict) else 422
    return None


def words() -> dict[str, Any]:
    """What every page may say."""
    return {
        "event_words": EVENT_WORDS,
        "person_words": PERSON_WORDS,
        "profile_words": PROFILE_WORDS,
        "wish_words": WISH_WORDS,
        "reason_words": REASON_WORDS,
    }
