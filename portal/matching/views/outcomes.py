"""What came of each meeting: the firm's page; the buyers' pages use the same reading, part and verb."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError, NotFound
from portal.matching.models import MatchingEvent, Participant
from portal.matching.queries import outcomes as queries, personal
from portal.matching.rules.outcomes import LONGEST_NOTE, MONTHS, MOST_EUR, RATINGS, WORDS, Outcome, due
from portal.matching.service import outcomes
from portal.matching.views.firms import coming, title_of
from portal.web.guards import found, requires_company
from portal.web.italian import parse_decimal

bp = Blueprint("outcomes", __name__)


@dataclass
class Typed:
    """What a tap or a form says; `wrong`: what can't be read of it."""

    months: int
    said: dict[str, Any]
    wrong: str = ""


def page(event: MatchingEvent, me: Participant, endpoint: str, *, months: int | None = None) -> dict[str, Any]:
    """What the part `personal/_outcomes.html` needs. `months` None: what is due last."""
    session, now = db.session(), utcnow()
    told = personal.read(session, event)
    begun = [
        one
        for one in queries.own_meetings(session, me.id)
        if one.slot.starts_at <= now and one.meeting.state in queries.MET
    ]
    ended = max((one.slot.ends_at for one in begun), default=None)
    terms = (due(ended, now) if ended else ()) or ((0,) if begun else ())
    chosen = months if months in terms else (terms[-1] if terms else 0)
    said = queries.of_side(session, [one.meeting.id for one in begun], me.side)
    zone = told.zone if told else None
    meetings = [
        (
            one,
            told.known[str(one.meeting.buyer_id if one.meeting.firm_id == me.id else one.meeting.firm_id)],
            f"{one.slot.starts_at.astimezone(zone):%d/%m %H:%M}",
            said.get((one.meeting.id, chosen)),
            url_for(endpoint, slug=event.slug, meeting_id=one.meeting.id),
        )
        for one in begun
        if told
    ]
    return {"meetings": meetings, "months": chosen, "due": terms, "words": WORDS, "wrong": {}}


def asked(name: str) -> int | None:
    """Which follow-up an address or a form means."""
    text = request.values.get(name, "")
    return next((one for one in MONTHS if str(one) == text), None)


def faults(meeting_id: UUID, told: Typed) -> dict[UUID, Any]:
    """What is wrong with the form of one meeting, and what was typed there."""
    return {meeting_id: {"value": told.wrong, "typed": request.form}}


def typed() -> Typed:
    """What was tapped or written."""
    kind, rating = request.form.get("kind"), request.form.get("rating")
    made = Typed(months=asked("months") or 0, said={})
    if kind is not None:
        made.said["kind"] = found(next((one.value for one in Outcome if one.value == kind), None))
    if rating is not None:
        made.said["rating"] = found(next((one for one in RATINGS if str(one) == rating), None))
    if "note" in request.form:
        made.said["note"] = request.form["note"].replace("\x00", "").strip()[:LONGEST_NOTE]
    if "value" in request.form:
        try:
            made.said["value_eur"] = _euros(request.form["value"].strip())
        except ValueError:
            made.wrong = _("Scrivi un importo in euro, per esempio 12.500.")
    return made


def _euros(text: str) -> int | None:
    """Whole euros, None where nothing is written. ValueError for what is no amount."""
    if not text:
        return None
    amount = round(parse_decimal(text))
    if not 0 <= amount <= MOST_EUR:
        raise ValueError(text)
    return amount


def own_meeting(me: Participant, meeting_id: UUID) -> None:
    """404 for a meeting that isn't theirs, before anything else is said."""
    found(queries.own_meeting(db.session(), me.id, meeting_id))


@bp.get("/area/incontri/<slug>/esiti", endpoint="outcomes")
@requires_company
def outcomes_(slug: str) -> ResponseReturnValue:
    """The firm's meetings, to say what came of them."""
    mine = coming(slug)
    return _page(mine.event, found(mine.participant), months=asked("mesi"))


def _page(event: MatchingEvent, me: Participant, *, months: int | None, **more: Any) -> str:  # noqa: ANN401
    shown = page(event, me, ".say", months=months) | more
    return render_template("matching/firm_outcomes.html", event=event, title=title_of(event), **shown)


@bp.post("/area/incontri/<slug>/esiti/<uuid:meeting_id>")
@requires_company
def say(slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """One tap, or the form with amount and notes."""
    mine = coming(slug)
    me = found(mine.participant)
    own_meeting(me, meeting_id)
    told = typed()
    if told.wrong:
        return _page(mine.event, me, months=told.months, wrong=faults(meeting_id, told)), 422
    try:
        with transaction() as session:
            outcomes.say(
                session, me.id, meeting_id, months=told.months, said=told.said, by=current_user.email, now=utcnow()
            )
    except DomainError as refusal:
        if isinstance(refusal, NotFound):
            abort(404)
        db.session.expire_all()
        mine = coming(slug)
        return _page(mine.event, found(mine.participant), months=told.months, refused=str(refusal)), 422
    flash(_("Salvato."), "success")
    return redirect(url_for(".outcomes", slug=slug, mesi=told.months, _anchor=f"m-{meeting_id}"), 303)
