"""Make an event, and change it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.kernel.errors import Conflict
from portal.matching import permissions
from portal.matching.forms.event import EventForm, shown_settings
from portal.matching.models import MatchingEvent
from portal.matching.queries import agenda, events, participants
from portal.matching.rules.settings import Settings
from portal.matching.rules.timetable import Stretch, sittings_of
from portal.matching.service import events as verbs
from portal.matching.views.office.events import titles
from portal.matching.views.office.shared import refused, requires_writer, the_event, title_of


@requires_writer
def new() -> ResponseReturnValue:
    """Write a new event of a call."""
    known = {id_: title for id_, title in titles().items() if permissions.may_organise(current_user, id_)}
    usual = {"timezone": "Europe/Rome", **shown_settings(Settings())}
    form = EventForm(calls=known) if request.method == "POST" else EventForm(formdata=None, calls=known, data=usual)
    if form.validate_on_submit():
        made: list[MatchingEvent] = []

        def verb(session: Any, **who: Any) -> None:  # noqa: ANN401
            made.append(verbs.create(session, UUID(form.call.data), form.plan({}), **who))

        no = refused(verb)
        if no is None:
            flash(_("L'evento è in bozza: aggiungi chi partecipa, poi apri le preferenze."), "success")
            return redirect(url_for(".event", slug=made[0].slug), 303)
        form.refuse(no[0])
    page = render_template("matching/office/edit.html", form=form, event=None, title="")
    return page, 422 if form.summary else 200


@requires_writer
def edit(slug: str) -> ResponseReturnValue:
    """Change an event; what meetings hold can't be taken from under them."""
    event = the_event(slug, to_change=True)
    people = participants.of_event(db.session(), event.id)
    names = {agenda.name_of(one): one.id for one in people}
    if request.method == "POST":
        form = EventForm(names=names)
    else:
        form = EventForm(formdata=None, names=names, data=_shown(event, {who: name for name, who in names.items()}))
    status = 200
    if form.validate_on_submit():
        known = {
            (one.language, one.full_name.casefold()): one.id for one in events.interpreters(db.session(), event.id)
        }
        plan, text = form.plan(known), form.revision.data or ""
        revision = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0  # noqa: PLR2004 - a counter
        no = refused(lambda session, **who: verbs.change(session, event.id, plan, revision=revision, **who))
        if no is None:
            flash(_("Evento aggiornato."), "success")
            return redirect(url_for(".event", slug=plan.slug), 303)
        form.refuse(no[0])
        event = the_event(slug)
        if isinstance(no[0], Conflict):
            form.revision.data = str(event.revision)
            form.revision.raw_data = None
        status = no[1]
    page = render_template("matching/office/edit.html", form=form, event=event, title=title_of(event))
    return page, 422 if form.summary and status == 200 else status  # noqa: PLR2004 - HTTP


def _shown(event: MatchingEvent, names: dict[UUID, str]) -> dict[str, Any]:
    """The event as it stands in the fields."""
    plain = ("title_it", "title_en", "slug", "place", "timezone", "wishes_from", "wishes_until")
    shown: dict[str, Any] = {name: getattr(event, name) for name in plain} | {"revision": str(event.revision)}
    slots = [Stretch(one.day, one.session, one.starts_at, one.ends_at) for one in event.slots]
    shown["sittings"] = "\n".join(
        f"{one.day:%d/%m/%Y} | {one.starts:%H:%M} | {one.ends:%H:%M} | {one.name}"
        for one in sittings_of(slots, timezone=event.timezone)
    )
    shown["tables"] = "\n".join(
        " | ".join(
            filter(None, (one.name, one.zone or "-", str(one.chairs), names.get(one.participant_id or UUID(int=0))))
        )
        if one.zone or one.participant_id or one.chairs != 4  # noqa: PLR2004 - what a table usually has
        else one.name
        for one in event.tables
    )
    shown["interpreters"] = "\n".join(_interpreter(event, one) for one in events.interpreters(db.session(), event.id))
    return shown | shown_settings(verbs.settings_of(event))


def _interpreter(event: MatchingEvent, one: Any) -> str:  # noqa: ANN401 - a row
    """The line of an interpreter; they are away from a session if they miss each of its slots."""
    sessions: dict[tuple[str, str], list[bool]] = {}
    for slot in event.slots:
        sessions.setdefault((f"{slot.day:%d/%m/%Y}", slot.session), []).append(str(slot.id) in one.away)
    away = "; ".join(f"{on} {name}" for (on, name), missed in sessions.items() if all(missed))
    parts = [one.language, one.full_name, one.email, one.phone, away]
    while not parts[-1]:
        parts.pop()
    return " | ".join(parts)


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    bp.route("/ufficio/incontri/nuovo", methods=["GET", "POST"])(new)
    bp.route("/ufficio/incontri/<slug>/modifica", methods=["GET", "POST"])(edit)
