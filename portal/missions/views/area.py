"""The firm's pages: its missions, its delegates, what it asks once the list is closed."""

import io
from collections.abc import Callable
from typing import Any, BinaryIO, NamedTuple, cast
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from portal import db
from portal.applications import permissions as applications
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import Conflict, DomainError
from portal.missions import queries, service
from portal.missions.forms import ButtonForm, DelegateForm, ReasonForm, ScanForm
from portal.missions.queries import cases
from portal.missions.queries.cases import Person, Seen
from portal.missions.rules.changing import ChangeKind
from portal.missions.rules.fields import FIELDS, masked
from portal.missions.rules.waiting import LIVE, MissionState
from portal.missions.service import sealing
from portal.missions.views.shared import findings, name_of, shown_value, words
from portal.web.forms import PortalForm
from portal.web.guards import found, requires_company

OWN_READING = "letti dall'impresa per modificarli"


class Own(NamedTuple):
    """A mission as its firm sees it."""

    seen: Seen
    application_id: UUID

    @property
    def is_closed(self) -> bool:
        """Whether changes are asked for."""
        return self.seen.mission.state is MissionState.CLOSED


def _own(mission_id: UUID) -> Own:
    return Own(*found(queries.find_own(db.session(), mission_id, **applications.reach(current_user))))


def _writer(mission_id: UUID) -> Own:
    own = _own(mission_id)
    found(applications.may_submit(current_user, own.seen.mission.call_id) or None)
    return own


def _person(mission_id: UUID, traveller_id: UUID) -> Person:
    company_id = applications.reach(current_user)["company_id"]
    return found(cases.find_person(db.session(), mission_id, traveller_id, company_id=company_id))


@requires_company
def own_index() -> ResponseReturnValue:
    """Missions that the firm may take part in."""
    rows = cases.offered(db.session(), **applications.reach(current_user))
    return render_template(
        "missions/own_index.html", rows=[(row.Mission, cases.content_of(row.Mission)) for row in rows], **words()
    )


@requires_company
def own(mission_id: UUID) -> ResponseReturnValue:
    """One mission: what it is, who goes, what to do now."""
    mine = _own(mission_id)
    session, mission = db.session(), mine.seen.mission
    company_id = applications.reach(current_user)["company_id"]
    people = cases.people(session, mission_id, company_id=company_id)
    content = mine.seen.content
    live = [person for person in people if person.traveller.state in LIVE]
    now = utcnow()
    return render_template(
        "missions/own.html",
        mission=mission,
        content=content,
        people=[(person, name_of(person), findings(person)) for person in people],
        changes=cases.changes(session, mission_id, company_id=company_id),
        may_enter=applications.may_submit(current_user, mission.call_id)
        and mission.state is MissionState.OPEN
        and content.opens_at <= now < content.closes_at
        and len(live) < content.delegates_per_firm,
        is_early=now < content.opens_at,
        **words(),
    )


@requires_company
def own_person(mission_id: UUID, traveller_id: UUID) -> ResponseReturnValue:
    """One delegate: where they stand, what is known of them masked, what to do."""
    return _show(_own(mission_id), _person(mission_id, traveller_id), ReasonForm(formdata=None))


def _show(mine: Own, person: Person, form: PortalForm) -> str:
    return render_template(
        "missions/own_person.html",
        mission=mine.seen.mission,
        content=mine.seen.content,
        person=person,
        name=name_of(person),
        findings=findings(person),
        rows=masked_rows(person),
        pending=cases.open_change(db.session(), person.traveller.id),
        is_live=person.traveller.state in LIVE,
        may_write=applications.may_submit(current_user, mine.seen.mission.call_id),
        is_closed=mine.is_closed,
        form=form,
        **words(),
    )


def masked_rows(person: Person) -> list[tuple[Any, str]]:
    """(label, masked value) of what is known."""
    if person.document.key is None:
        return []
    told = sealing.opened(person.document, person.traveller.id)
    return [(FIELDS[name], masked(name, shown_value(name, told[name]))) for name in FIELDS if told.get(name)]


@requires_company
def enter(mission_id: UUID) -> ResponseReturnValue:
    """Enter a delegate."""
    mine, form = _writer(mission_id), DelegateForm()

    def verb(session: Session) -> UUID:
        entered = service.admit(
            session, mission_id, mine.application_id, form.told, by=current_user.email, now=utcnow()
        )
        return entered.id

    return _written(mine, form, verb, told=_("Il partecipante è inserito."), title=_("Inserisci un partecipante"))


@requires_company
def edit(mission_id: UUID, traveller_id: UUID) -> ResponseReturnValue:
    """Change what is known of a delegate; of a closed list, ask for it."""
    mine, person = _writer(mission_id), _person(mission_id, traveller_id)
    form = DelegateForm(asks_why=mine.is_closed)

    def verb(session: Session) -> UUID:
        by, now = current_user.email, utcnow()
        if mine.is_closed:
            kind, why = ChangeKind.EDIT, form.reason.data
            service.ask(session, mission_id, traveller_id, kind, told=form.told, reason=why, by=by, now=now)
        else:
            revision = int(form.revision.data) if (form.revision.data or "").isdigit() else 0
            service.save(session, mission_id, traveller_id, form.told, revision=revision, by=by, now=now)
        return person.traveller.id

    return _written(mine, form, verb, told=_saved(mine), title=_("Modifica i dati"), back=traveller_id)


@requires_company
def reopen(mission_id: UUID, traveller_id: UUID) -> ResponseReturnValue:
    """Open the data to change them: a reading, told in the register."""
    mine, person = _writer(mission_id), _person(mission_id, traveller_id)
    if not ButtonForm().validate_on_submit():
        return _show(mine, person, ReasonForm(formdata=None)), 422
    try:
        with transaction() as session:
            told = service.reveal(
                session, mission_id, traveller_id, why=OWN_READING, by=current_user.email, now=utcnow()
            )
    except DomainError as refusal:
        form = ReasonForm(formdata=None)
        form.refuse(refusal)
        return _show(mine, person, form), 422
    form = DelegateForm(formdata=None, asks_why=mine.is_closed, told=told)
    form.revision.data = str(person.document.revision)
    return _form_page(mine, form, title=_("Modifica i dati"), back=traveller_id)


@requires_company
def replace(mission_id: UUID, traveller_id: UUID) -> ResponseReturnValue:
    """Send somebody else; of a closed list, ask for it."""
    mine, person = _writer(mission_id), _person(mission_id, traveller_id)
    form = DelegateForm(asks_why=mine.is_closed)

    def verb(session: Session) -> UUID:
        by, now = current_user.email, utcnow()
        if mine.is_closed:
            kind, why = ChangeKind.REPLACE, form.reason.data
            service.ask(session, mission_id, traveller_id, kind, told=form.told, reason=why, by=by, now=now)
            return person.traveller.id
        return service.replace(session, mission_id, traveller_id, form.told, by=by, now=now).id

    title = _("Sostituisci %(name)s", name=name_of(person))
    return _written(mine, form, verb, told=_saved(mine), title=title, back=traveller_id)


def _saved(mine: Own) -> str:
    return (
        _("La richiesta è all'ufficio: ti avvisiamo della risposta.") if mine.is_closed else _("I dati sono salvati.")
    )


def _written(
    mine: Own,
    form: DelegateForm,
    verb: Callable[[Session], UUID],
    *,
    told: str,
    title: str,
    back: UUID | None = None,
) -> ResponseReturnValue:
    """Run the verb of a good form and go to the delegate's page; else the form again, as it was typed."""
    mission_id = mine.seen.mission.id
    if form.validate_on_submit():
        try:
            with transaction() as session:
                traveller_id = verb(session)
            flash(told, "success")
            return redirect(url_for(".own_person", mission_id=mission_id, traveller_id=traveller_id), 303)
        except DomainError as refusal:
            form.refuse(refusal)
            return _form_page(mine, form, title=title, back=back), 409 if isinstance(refusal, Conflict) else 422
    return _form_page(mine, form, title=title, back=back), 422 if form.summary else 200


def _form_page(mine: Own, form: DelegateForm, *, title: str, back: UUID | None) -> str:
    mission = mine.seen.mission
    action = ""
    if request.endpoint == "missions.reopen":
        action = url_for(".edit", mission_id=mission.id, traveller_id=back)
    cancel = (
        url_for(".own_person", mission_id=mission.id, traveller_id=back)
        if back
        else url_for(".own", mission_id=mission.id)
    )
    return render_template(
        "missions/delegate.html",
        form=form,
        title=title,
        action=action,
        cancel=cancel,
        mission=mission,
        content=mine.seen.content,
        is_closed=mine.is_closed,
    )


@requires_company
def confirm(mission_id: UUID, traveller_id: UUID) -> ResponseReturnValue:
    """Confirm the place held."""
    return _done(mission_id, traveller_id, ButtonForm(), _confirm, told=_("La partecipazione è confermata."))


def _confirm(session: Session, mine: Own, traveller_id: UUID, _form: PortalForm) -> None:
    service.confirm(session, mine.seen.mission.id, traveller_id, by=current_user.email)


@requires_company
def waive(mission_id: UUID, traveller_id: UUID) -> ResponseReturnValue:
    """Give up; of a closed list, ask for it."""
    return _done(mission_id, traveller_id, ReasonForm(), _waive, told=_("La rinuncia è registrata."))


def _waive(session: Session, mine: Own, traveller_id: UUID, form: PortalForm) -> None:
    mission_id, by, now = mine.seen.mission.id, current_user.email, utcnow()
    if mine.is_closed:
        why = form.data["reason"]
        service.ask(session, mission_id, traveller_id, ChangeKind.WAIVE, told={}, reason=why, by=by, now=now)
    else:
        service.waive(session, mission_id, traveller_id, by=by, now=now)


@requires_company
def scan(mission_id: UUID, traveller_id: UUID) -> ResponseReturnValue:
    """Keep a scan of the passport, sealed."""
    return _done(mission_id, traveller_id, ScanForm(), _scan, told=_("La scansione è al sicuro."))


def _scan(session: Session, mine: Own, traveller_id: UUID, _form: PortalForm) -> None:
    file = request.files.get("scan")
    stream = cast("BinaryIO", file.stream) if file else io.BytesIO()
    service.keep_scan(session, mine.seen.mission.id, traveller_id, stream, by=current_user.email, now=utcnow())


def _done(
    mission_id: UUID,
    traveller_id: UUID,
    form: PortalForm,
    verb: Callable[[Session, Own, UUID, PortalForm], None],
    *,
    told: str,
) -> ResponseReturnValue:
    mine, person = _writer(mission_id), _person(mission_id, traveller_id)
    if not form.validate_on_submit():
        return _show(mine, person, form), 422
    try:
        with transaction() as session:
            verb(session, mine, traveller_id, form)
    except DomainError as refusal:
        form.refuse(refusal)
        again = _person(mission_id, traveller_id)
        return _show(mine, again, form), 409 if isinstance(refusal, Conflict) else 422
    flash(_saved(mine) if mine.is_closed and request.endpoint == "missions.waive" else told, "success")
    return redirect(url_for(".own_person", mission_id=mission_id, traveller_id=traveller_id), 303)


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    mission = "/area/missioni/<uuid:mission_id>"
    person = f"{mission}/partecipanti/<uuid:traveller_id>"
    both = ["GET", "POST"]
    bp.get("/area/missioni")(own_index)
    bp.get(mission)(own)
    bp.route(f"{mission}/partecipanti/nuovo", methods=both)(enter)
    bp.get(person)(own_person)
    bp.post(f"{person}/apri")(reopen)
    bp.post(f"{person}/modifica")(edit)
    bp.route(f"{person}/sostituisci", methods=both)(replace)
    bp.post(f"{person}/conferma")(confirm)
    bp.post(f"{person}/rinuncia")(waive)
    bp.post(f"{person}/scansione")(scan)
