"""One event for a buyer: do they come, when can they meet, and their agenda once it is told."""

from itertools import groupby
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l

from portal import db
from portal.kernel.clock import utcnow
from portal.matching.models import Counterpart, MatchingEvent, Participant
from portal.matching.queries import standing
from portal.matching.queries.personal import Personal
from portal.matching.rules.states import EventState, ParticipantState
from portal.matching.service import participants, wishes
from portal.matching.views import personal
from portal.matching.views.buyer.shared import ANSWER_WORDS, EVENT_WORDS, own, refused, requires_buyer
from portal.web.guards import found

SESSION_WORDS: Final = {
    "mattina": _l("Mattina"),
    "pomeriggio": _l("Pomeriggio"),
    "sera": _l("Sera"),
}
"""What staff usually call a session; other names stay as they wrote them."""


@requires_buyer
def event(buyer: Counterpart, slug: str) -> ResponseReturnValue:
    """The event, and what the buyer says of it."""
    return _page(buyer, *own(buyer, slug))


def _page(buyer: Counterpart, one: Participant, event: MatchingEvent, *, wrong: str = "") -> str:
    return render_template(
        "matching/buyer/event.html",
        buyer=buyer,
        one=one,
        event=event,
        zone=ZoneInfo(event.timezone),
        sessions=[(key, list(slots)) for key, slots in groupby(event.slots, key=lambda slot: (slot.day, slot.session))],
        said=standing.wished(db.session(), event.id).get(one.id, {}),
        may_wish=wishes.may_wish(event, now=utcnow()) and one.state is ParticipantState.CONFIRMED,
        is_open=event.state is not EventState.CLOSED,
        wrong=wrong,
        session_words=SESSION_WORDS,
        event_words=EVENT_WORDS,
        answer_words=ANSWER_WORDS,
    )


@requires_buyer
def answer(buyer: Counterpart, slug: str, verb: str) -> ResponseReturnValue:
    """Come, not come, or say when not."""
    one, event = own(buyer, slug)
    who, by = one.id, buyer.email
    if event.state is EventState.CLOSED:
        return _page(buyer, one, event, wrong=_("L'evento è chiuso.")), 422
    known: dict[str, Any] = {
        "accept": lambda session, now: _come(session, one, by=by, now=now),
        "decline": lambda session, now: participants.leave(session, who, reason=_reason(), by=by, now=now),
        "times": lambda session, now: participants.set_times(session, who, _slots(), by=by, now=now),
    }
    if no := refused(known[verb]):
        buyer_ = buyer
        return _page(buyer_, *own(buyer_, slug), wrong=str(no)), 422
    flash(_("La tua risposta è salvata."), "success")
    return redirect(url_for(".event", slug=slug), 303)


def _come(session: Any, one: Participant, **who: Any) -> None:  # noqa: ANN401
    verb = participants.come_back if one.state is ParticipantState.LEFT else participants.confirm
    verb(session, one.id, **who)


def _reason() -> str:
    """What the office reads; a buyer need not say why."""
    return request.form.get("reason", "").replace("\x00", "").strip()[:500] or _("Non indicato")


def _slots() -> list[UUID]:
    """The slots ticked as missed; what is no slot of anything counts as one of another event."""
    found = []
    for text in request.form.getlist("slot")[:500]:
        try:
            found.append(UUID(text))
        except ValueError:
            found.append(UUID(int=0))
    return found


def _agenda(buyer: Counterpart, slug: str) -> tuple[MatchingEvent, Personal | None]:
    one, event = own(buyer, slug)
    return event, personal.of(event, one)


@requires_buyer
def agenda(buyer: Counterpart, slug: str) -> ResponseReturnValue:
    """The buyer's agenda, once it is told."""
    event, mine = _agenda(buyer, slug)
    return render_template("matching/buyer/agenda.html", buyer=buyer, event=event, personal=mine)


@requires_buyer
def agenda_pdf(buyer: Counterpart, slug: str) -> ResponseReturnValue:
    """The same to print."""
    return personal.as_pdf(found(_agenda(buyer, slug)[1]))


@requires_buyer
def agenda_calendar(buyer: Counterpart, slug: str) -> ResponseReturnValue:
    """The same for a calendar."""
    return personal.as_calendar(found(_agenda(buyer, slug)[1]))


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    bp.get("/buyer/events/<slug>")(event)
    bp.get("/buyer/events/<slug>/agenda")(agenda)
    bp.get("/buyer/events/<slug>/agenda.pdf")(agenda_pdf)
    bp.get("/buyer/events/<slug>/agenda.ics")(agenda_calendar)
    bp.post("/buyer/events/<slug>/<any(accept, decline, times):verb>")(answer)
