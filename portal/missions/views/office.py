"""The office's pages of missions: all of them, one, its data and its state; the auditor reads the same, of nobody."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l
from flask_login import current_user

from portal import db
from portal.calls import queries as calls
from portal.db import transaction
from portal.kernel.clock import ROME, utcnow
from portal.kernel.errors import Conflict, DomainError
from portal.missions import permissions, service
from portal.missions.forms import ButtonForm, MissionForm, ReasonForm
from portal.missions.queries import cases
from portal.missions.queries.cases import Seen
from portal.missions.rules.content import UZBEKISTAN
from portal.missions.rules.waiting import HOLDING, MissionState, TravellerState
from portal.missions.views.shared import findings, name_of, run, seen, words
from portal.web.filters import tr
from portal.web.forms import PortalForm
from portal.web.guards import requires

requires_reader = requires("events", "manager", "admin", "auditor")
requires_events = requires("events")


def _base() -> str:
    return "/controllo/missioni" if request.path.startswith("/controllo") else "/ufficio/missioni"


def _titles() -> dict[UUID, str]:
    reach = permissions.scope(current_user)
    known = [one.call for one in calls.all_calls(db.session(), only=reach)]
    return {call.id: tr(calls.content_of(call.version).title) for call in known if call.version}


@requires_reader
def index() -> ResponseReturnValue:
    """Every mission within reach."""
    rows = cases.listing(db.session(), permissions.scope(current_user))
    return render_template(
        "missions/index.html",
        rows=[(row, cases.content_of(row.Mission)) for row in rows],
        titles=_titles(),
        base=_base(),
        may_write=current_user.has_role("events") and not request.path.startswith("/controllo"),
        **words(),
    )


@requires_reader
def board(mission_id: UUID) -> ResponseReturnValue:
    """One mission: figures, who goes, who waits, what the office owes."""
    return _board(seen(mission_id), ReasonForm(formdata=None))


def _board(one: Seen, form: PortalForm) -> str:
    session, mission, content = db.session(), one.mission, one.content
    may_run = permissions.may_run(current_user, mission.call_id) and not request.path.startswith("/controllo")
    people = cases.people(session, mission.id)
    holding = [person for person in people if person.traveller.state in HOLDING]
    confirmed = [person for person in people if person.traveller.state is TravellerState.CONFIRMED]
    firms = {person.traveller.company_id for person in confirmed}
    return render_template(
        "missions/board.html",
        mission=mission,
        content=content,
        base=_base(),
        people=[
            (person, name_of(person) if may_run else f"#{person.traveller.queue}", findings(person))
            for person in people
        ],
        held=len(holding),
        confirmed=len(confirmed),
        in_line=sum(person.traveller.state is TravellerState.WAITING for person in people),
        firms=len(firms),
        too_few=len(firms) < content.minimum_firms and mission.state is not MissionState.CANCELLED,
        changes=cases.changes(session, mission.id),
        versions=cases.versions(session, mission.id),
        present=_present(mission.id),
        purge=cases.purge_of(session, mission.id),
        today=utcnow().astimezone(ROME).date(),
        may_run=may_run,
        form=form,
        **words(),
    )


def _present(mission_id: UUID) -> dict[UUID, set[str]]:
    present: dict[UUID, set[str]] = {}
    for row in cases.attendance(db.session(), mission_id):
        present.setdefault(row.traveller_id, set()).add(row.moment)
    return present


@requires_events
def new() -> ResponseReturnValue:
    """Write a new mission of a call."""
    form, titles = MissionForm(is_new=True), _titles()
    if not form.is_submitted():
        form = MissionForm(formdata=None, is_new=True)
        _usual(form)
    chosen = request.form.get("call", "")
    call_id = next((one for one in titles if str(one) == chosen and permissions.may_run(current_user, one)), None)
    if form.validate_on_submit():
        if call_id is None:
            form.refuse(_NoCall())
        else:
            try:
                with transaction() as session:
                    made = service.draft(session, call_id, form.content, by=current_user.email, now=utcnow())
                flash(_("La missione è in bozza: aprila quando le imprese possono iscriversi."), "success")
                return redirect(url_for(".board", mission_id=made.id), 303)
            except DomainError as refusal:
                form.refuse(refusal)
    page = render_template("missions/edit.html", form=form, mission=None, titles=titles, chosen=chosen)
    return page, 422 if form.summary else 200


class _NoCall(DomainError):
    text = _l("Scegli il bando della missione.")


def _usual(form: MissionForm) -> None:
    """What staff usually write."""
    rules = UZBEKISTAN
    usual: dict[str, Any] = {
        "country": rules.country,
        "country_it": rules.name.it,
        "country_en": rules.name.en,
        "visa_free": "ITA 30",
        "block_months": rules.block_months,
        "warn_months": rules.warn_months,
        "source": rules.source,
        "delegates_per_firm": 2,
        "free_delegates": 1,
        "offer_hours": 48,
        "purge_days": 30,
        "contact": current_user.email,
    }
    for name, value in usual.items():
        form[name].data = value


@requires_events
def edit_mission(mission_id: UUID) -> ResponseReturnValue:
    """Change what the mission says, with the reason."""
    one = run(mission_id)
    form = MissionForm() if request.method == "POST" else MissionForm(formdata=None, content=one.content)
    if request.method == "GET":
        form.version.data = str(one.mission.version)
    if form.validate_on_submit():
        version = int(form.version.data) if (form.version.data or "").isdigit() else 0
        try:
            with transaction() as session:
                service.amend(
                    session,
                    mission_id,
                    form.content,
                    version=version,
                    reason=form.reason.data,
                    by=current_user.email,
                    now=utcnow(),
                )
            flash(_("La missione è aggiornata."), "success")
            return redirect(url_for(".board", mission_id=mission_id), 303)
        except DomainError as refusal:
            form.refuse(refusal)
            page = render_template("missions/edit.html", form=form, mission=one.mission, titles={}, chosen="")
            return page, 409 if isinstance(refusal, Conflict) else 422
    page = render_template("missions/edit.html", form=form, mission=one.mission, titles={}, chosen="")
    return page, 422 if form.summary else 200


@requires_events
def step(mission_id: UUID, verb: str) -> ResponseReturnValue:
    """Open, close the list, or cancel with a reason."""
    one = run(mission_id)
    form: PortalForm = ReasonForm() if verb == "annulla" else ButtonForm()
    known = {"apri": service.open_mission, "chiudi": service.close_list}
    if not form.validate_on_submit():
        return _board(one, form), 422
    try:
        with transaction() as session:
            by, now = current_user.email, utcnow()
            if verb == "annulla":
                service.cancel(session, mission_id, reason=form.data["reason"], by=by, now=now)
            else:
                known[verb](session, mission_id, by=by, now=now)
    except DomainError as refusal:
        form.refuse(refusal)
        return _board(seen(mission_id), form), 422
    flash(_("Fatto: le imprese interessate sono avvisate."), "success")
    return redirect(url_for(".board", mission_id=mission_id), 303)


@requires_reader
def purged(mission_id: UUID) -> ResponseReturnValue:
    """When the data go, or the proof that they went."""
    one = seen(mission_id)
    purge = cases.purge_of(db.session(), mission_id)
    return render_template("missions/purge.html", mission=one.mission, content=one.content, purge=purge, base=_base())


def route(bp: Blueprint) -> None:
    """Where these pages are; the auditor's are the same, under /controllo."""
    mission = "/missioni/<uuid:mission_id>"
    for root, prefix in (("/ufficio", ""), ("/controllo", "control_")):
        bp.add_url_rule(f"{root}/missioni", f"{prefix}index", index)
        bp.add_url_rule(f"{root}{mission}", f"{prefix}board", board)
        bp.add_url_rule(f"{root}{mission}/cancellazione", f"{prefix}purged", purged)
    bp.route("/ufficio/missioni/nuova", methods=["GET", "POST"])(new)
    bp.route(f"/ufficio{mission}/modifica", methods=["GET", "POST"])(edit_mission)
    bp.post(f"/ufficio{mission}/<any(apri, chiudi, annulla):verb>")(step)
