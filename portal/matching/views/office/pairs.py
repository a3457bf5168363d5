"""Who could meet whom, best first, with the sentence that explains it; what to propose, and what must take place."""

from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.matching import permissions
from portal.matching.models import MatchingEvent
from portal.matching.queries import board
from portal.matching.rules.states import EventState, MeetingState
from portal.matching.service import proposals as verbs
from portal.matching.views.labels import language_names
from portal.matching.views.office.shared import refused, requires_reader, requires_writer, the_event, title_of, words

MOST: Final = 100


@requires_reader
def proposals(slug: str) -> ResponseReturnValue:
    """Suggestions by score, of everybody or of one."""
    return _page(the_event(slug))


def _page(event: MatchingEvent, *, wrong: str = "") -> str:
    whole, zone = board.read(db.session(), event), ZoneInfo(event.timezone)
    asked = request.args.get("chi", "")
    of = next((id_ for id_ in (*whole.firms, *whole.buyers) if str(id_) == asked), None)
    pairs = whole.pairs(of=of)
    if of:
        pairs = [pair for pair in pairs if of in (pair.firm, pair.buyer)]
    known = {(one.firm_id, one.buyer_id): one for one in board.meetings(db.session(), event.id)}
    return render_template(
        "matching/office/proposals.html",
        event=event,
        title=title_of(event),
        pairs=[(pair, known.get((pair.firm, pair.buyer))) for pair in pairs[:MOST]],
        more=max(0, len(pairs) - MOST),
        firms=whole.firms,
        buyers=whole.buyers,
        of=of,
        proposed=sum(one.state is not MeetingState.CANCELLED for one in known.values()),
        sessions=list(dict.fromkeys(one.session for one in event.slots)),
        slots={one.id: f"{one.starts_at.astimezone(zone):%d/%m %H:%M}" for one in event.slots},
        languages=language_names(),
        may_change=permissions.may_organise(current_user, event.call_id),
        is_settled=event.state in {EventState.PUBLISHED, EventState.CLOSED},
        wrong=wrong,
        **words(),
    )


@requires_writer
def propose(slug: str) -> ResponseReturnValue:
    """Work the proposals out anew."""
    event = the_event(slug, to_change=True)
    made: list[verbs.Proposed] = []
    no = refused(lambda session, **who: made.append(verbs.propose(session, event.id, **who)))
    if no:
        return _page(the_event(slug), wrong=str(no[0])), no[1]
    done = made[0]
    flash(
        _(
            "Incontri proposti: %(total)s. Nuovi %(added)s, cambiati %(changed)s, tolti %(dropped)s.",
            total=done.total,
            added=done.added,
            changed=done.changed,
            dropped=done.dropped,
        ),
        "success",
    )
    return redirect(url_for(".proposals", slug=slug), 303)


@requires_writer
def require(slug: str) -> ResponseReturnValue:
    """A meeting must take place, perhaps in one session; or need not."""
    event = the_event(slug, to_change=True)
    firm, buyer = _uuid("firm"), _uuid("buyer")
    facts: dict[str, Any] = {"is_required": request.form.get("required") == "si", **_when(event)}
    no = refused(lambda session, **who: verbs.require(session, event.id, firm, buyer, **facts, **who))
    if no:
        return _page(the_event(slug), wrong=str(no[0])), no[1]
    flash(_("Fatto: vale dal prossimo calcolo dell'agenda."), "success")
    return redirect(url_for(".proposals", slug=slug, chi=request.form.get("chi", "")[:36] or None), 303)


def _when(event: MatchingEvent) -> dict[str, Any]:
    """Where in time the meeting is bound: a slot, a session, or nowhere."""
    said = request.form.get("when", "")
    if not said:
        return {}
    slot = next((one.id for one in event.slots if str(one.id) == said), None)
    if slot is not None:
        return {"slot_id": slot}
    if said not in {one.session for one in event.slots}:
        abort(404)
    return {"session_name": said}


def _uuid(name: str) -> UUID:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        abort(400)


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    bp.get("/ufficio/incontri/<slug>/proposte")(proposals)
    bp.post("/ufficio/incontri/<slug>/proposte")(propose)
    bp.post("/ufficio/incontri/<slug>/proposte/obbligo")(require)
