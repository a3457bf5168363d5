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
from portal.matching.forms.leaving import DeclineForm
from portal.matching.models import Counterpart, MatchingEvent, Participant
from portal.matching.queries import standing
from portal.matching.queries.personal import Personal
from portal.matching.rules.states import ParticipantState
from portal.matching.service import leaving, participants, wishes
from portal.matching.views import personal
from portal.matching.views.buyer.shared import ANSWER_WORDS, EVENT_WORDS, own, refused, requires_buyer
from portal.matching.views.leaving import to_fall
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
        is_open=leaving.is_open(db.session(), event, now=utcnow()),
        wrong=wrong,
        session_words=SESSION_WORDS,
        event_words=EVENT_WORDS,
        answer_words=ANSWER_WORDS,
    )


@requires_buyer
def answer(buyer: Counterpart, slug: str, verb: str) -> ResponseReturnValue:
    """Come, or say when not."""
    one, event = own(buyer, slug)
    who, by = one.id, buyer.email
    known: dict[str, Any] = {
        "accept": lambda session, now: _come(session, one, by=by, now=now),
        "times": lambda session, now: participants.set_times(session, who, _slots(), by=by, now=now),
    }

    def said(session: Any, now: Any) -> None:  # noqa: ANN401
        leaving.check_open(session, event, now=now)
        known[verb](session, now)

    if no := refused(said):
        buyer_ = buyer
        return _page(buyer_, *own(buyer_, slug), wrong=str(no)), 422
    flash(_("La tua risposta è salvata."), "success")
    return redirect(url_for(".event", slug=slug), 303)


def _come(session: Any, one: Participant, **who: Any) -> None:  # noqa: ANN401
    verb = participants.come_back if one.state is ParticipantState.LEFT else participants.confirm
    verb(session, one.id, **who)


@requires_buyer
def decline(buyer: Counterpart, slug: str) -> ResponseReturnValue:
    """Not come, or no longer: what follows is said first; a buyer need not say why."""
    one, event = own(buyer, slug)
    if one.state is ParticipantState.LEFT:
        return redirect(url_for(".event", slug=slug), 303)
    form = DeclineForm()
    if form.validate_on_submit():
        facts = {"participant_id": one.id, "reason": form.reason.data or _("Non indicato"), "by": buyer.email}
        no = refused(leaving.withdraw, **facts)
        if no is None:
            flash(_("La tua risposta è salvata."), "success")
            return redirect(url_for(".event", slug=slug), 303)
        form.refuse(no)
        one, event = own(buyer, slug)
    falling, is_told = to_fall(one, event)
    shown = {"event": event, "form": form, "falling": falling, "is_told": is_told}
    return render_template("matching/buyer/decline.html", buyer=buyer, **shown), 422 if form.is_submitted() else 200


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
    bp.post("/buyer/events/<slug>/<any(accept, times):verb>")(answer)
    bp.route("/buyer/events/<slug>/decline", methods=["GET", "POST"])(decline)
