"""All events, and one: how it stands, who comes, what the office owes, what can't be."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext
from flask_login import current_user

from portal import db
from portal.calls import queries as calls
from portal.kernel.clock import utcnow
from portal.matching import permissions
from portal.matching.models import MatchingEvent
from portal.matching.queries import agenda, board, events, participants, standing
from portal.matching.rules.states import EventState, Side
from portal.matching.service import clashes, events as verbs, owed, participants as people, wishes
from portal.matching.views.office.shared import refused, requires_reader, requires_writer, the_event, title_of, words
from portal.web.filters import tr

STEPS: dict[str, tuple[EventState, frozenset[EventState]]] = {
    "apri": (EventState.WISHES, frozenset({EventState.DRAFT, EventState.SCHEDULING})),
    "agenda": (EventState.SCHEDULING, frozenset({EventState.WISHES})),
    "chiudi": (EventState.CLOSED, frozenset({EventState.PUBLISHED})),
}
"""Verb -> where the event goes, and from where it may."""


def titles() -> dict[UUID, str]:
    """Calls of which this person may run events, by title."""
    known = [one.call for one in calls.all_calls(db.session(), only=permissions.organised(current_user))]
    return {call.id: tr(calls.content_of(call.version).title) for call in known if call.version}


@requires_reader
def index() -> ResponseReturnValue:
    """Every event within reach, with what it asks of the office."""
    session = db.session()
    rows = events.listing(session, permissions.scope(current_user))
    stands = owed.of_events(session, [row[0] for row in rows], now=utcnow())
    lines = [(event, code, counts, stands[event.id].when, stands[event.id].jobs) for event, code, *counts in rows]
    return render_template(
        "matching/office/index.html", lines=lines, title_of=title_of, may_write=_may_write(), **words()
    )


def _may_write() -> bool:
    reach = permissions.organised(current_user)
    return reach is None or bool(reach)


@requires_reader
def event(slug: str) -> ResponseReturnValue:
    """One event."""
    return _page(the_event(slug))


def _page(event: MatchingEvent, *, wrong: str = "", typed: dict[str, str] | None = None) -> str:
    session = db.session()
    stands = owed.of_events(session, [event], now=utcnow())[event.id]
    everybody = participants.of_event(session, event.id)
    may_change = permissions.may_organise(current_user, event.call_id)
    to_add = participants.firms_to_add(session, event.id, event.call_id) if may_change else []
    return render_template(
        "matching/office/event.html",
        event=event,
        title=title_of(event),
        settings=verbs.settings_of(event),
        figures=stands.figures,
        when=stands.when,
        zone=ZoneInfo(event.timezone),
        jobs=[(job, owed.address(event, job)) for job in stands.jobs],
        sides={side: [one for one in everybody if one.side is side] for side in Side},
        name_of=agenda.name_of,
        names={one.id: agenda.name_of(one) for one in everybody},
        profiles=standing.profiles(session, event.id),
        wished=standing.wished(session, event.id),
        placed=standing.placed(session, event.id),
        meetings=agenda.meetings(session, event.id),
        interpreters=events.interpreters(session, event.id),
        exclusions=board.exclusions(session, event.id),
        conflict=clashes.words(session, event),
        firms_to_add=len(to_add),
        known_buyers=participants.buyers_to_add(session, event.id, scope=permissions.scope(current_user))
        if may_change
        else [],
        steps={verb: to for verb, (to, since) in STEPS.items() if event.state in since},
        may_change=may_change,
        wrong=wrong,
        typed=typed or {},
        **words(),
    )


@requires_writer
def step(slug: str, verb: str) -> ResponseReturnValue:
    """Open the wishes, go over to the agenda, close."""
    one = the_event(slug, to_change=True)
    to, since = STEPS[verb]
    if one.state not in since:
        return _page(one, wrong=_("L'evento è già in un altro stato: guarda com'è ora.")), 409
    if no := refused(lambda session, **who: verbs.move(session, one.id, to, **who)):
        return _page(the_event(slug), wrong=str(no[0])), no[1]
    flash(_("Stato dell'evento aggiornato."), "success")
    return redirect(url_for(".event", slug=slug), 303)


@requires_writer
def add_firms(slug: str) -> ResponseReturnValue:
    """Invite every firm admitted to the call that the event lacks, and keep groups apart."""
    one = the_event(slug, to_change=True)
    added: list[Any] = []

    def verb(session: Any, **who: Any) -> None:  # noqa: ANN401
        added.extend(people.add_firms(session, one.id, **who))
        wishes.find_groups(session, one.id, now=who["now"])

    if no := refused(verb):
        return _page(the_event(slug), wrong=str(no[0])), no[1]
    flash(ngettext("%(num)s impresa aggiunta.", "%(num)s imprese aggiunte.", len(added)), "success")
    return redirect(url_for(".event", slug=slug), 303)


@requires_writer
def add_known(slug: str) -> ResponseReturnValue:
    """Invite buyers that the portal knows already."""
    one = the_event(slug, to_change=True)
    offered = participants.buyers_to_add(db.session(), one.id, scope=permissions.scope(current_user))
    chosen = {text for text in request.form.getlist("buyer") if len(text) == 36}  # noqa: PLR2004 - a UUID
    wanted = [buyer.id for buyer in offered if str(buyer.id) in chosen]
    if not wanted:
        return _page(one, wrong=_("Scegli almeno un buyer.")), 422

    def verb(session: Any, **who: Any) -> None:  # noqa: ANN401
        people.add_buyers(session, one.id, wanted, **who)
        wishes.find_groups(session, one.id, now=who["now"])

    if no := refused(verb):
        return _page(the_event(slug), wrong=str(no[0])), no[1]
    flash(ngettext("%(num)s buyer aggiunto.", "%(num)s buyer aggiunti.", len(wanted)), "success")
    return redirect(url_for(".event", slug=slug), 303)


@requires_writer
def exclude(slug: str) -> ResponseReturnValue:
    """A firm and a buyer must not meet."""
    one = the_event(slug, to_change=True)
    typed = {name: request.form.get(name, "")[:200] for name in ("firm", "buyer", "why", "other")}
    firm, buyer = _uuid(typed["firm"]), _uuid(typed["buyer"])
    there = {who.id: who.side for who in participants.of_event(db.session(), one.id)}
    if (there.get(firm), there.get(buyer)) != (Side.COMPANY, Side.BUYER):
        abort(404)
    reason = typed["other"].strip() or typed["why"]
    if not reason:
        return _page(one, wrong=_("Scegli o scrivi il motivo dell'esclusione."), typed=typed), 422
    if no := refused(lambda session, **who: wishes.exclude(session, one.id, firm, buyer, reason=reason, **who)):
        return _page(the_event(slug), wrong=str(no[0]), typed=typed), no[1]
    flash(_("Esclusione registrata: i due non saranno proposti."), "success")
    return redirect(f"{url_for('.event', slug=slug)}#exclusions", 303)


@requires_writer
def readmit(slug: str, exclusion_id: UUID) -> ResponseReturnValue:
    """They may meet after all."""
    one = the_event(slug, to_change=True)
    if no := refused(lambda session, **who: wishes.readmit(session, one.id, exclusion_id, **who)):
        return _page(the_event(slug), wrong=str(no[0])), no[1]
    flash(_("Esclusione tolta."), "success")
    return redirect(f"{url_for('.event', slug=slug)}#exclusions", 303)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        abort(400)


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    bp.get("/ufficio/incontri")(index)
    bp.get("/ufficio/incontri/<slug>")(event)
    bp.post("/ufficio/incontri/<slug>/stato/<any(apri, agenda, chiudi):verb>")(step)
    bp.post("/ufficio/incontri/<slug>/imprese")(add_firms)
    bp.post("/ufficio/incontri/<slug>/buyer-noti")(add_known)
    bp.post("/ufficio/incontri/<slug>/esclusioni")(exclude)
    bp.post("/ufficio/incontri/<slug>/esclusioni/<uuid:exclusion_id>/togli")(readmit)
