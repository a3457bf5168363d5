"""The office's register of requests, and one request: tell, prepare, decide. The auditor reads the same pages."""

import json
from contextlib import closing
from datetime import datetime, time
from typing import Any, BinaryIO, cast
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.access import permissions, queries, rules, service
from portal.access.forms import DecisionForm, PressForm
from portal.access.models import Request
from portal.access.rules import State
from portal.access.views.shared import DEEDS, WORDS, bp
from portal.audit import queries as audit
from portal.db import transaction
from portal.documents import downloads, rules as files, service as store
from portal.kernel.clock import ROME, utcnow
from portal.kernel.errors import Conflict, DomainError
from portal.web import paging
from portal.web.forms import PortalForm
from portal.web.guards import found, requires

requires_reader = requires("manager", "admin", "auditor")
requires_writer = requires("manager", "admin")
DUE_FIRST = [paging.By(Request.due_at, "due_at"), paging.By(Request.id, "id")]
TABS = ("aperte", "tutte")


@requires_reader
def register() -> ResponseReturnValue:
    """The requests, those due first on top."""
    tab = request.args.get("elenco", "")
    tab = tab if tab in TABS else TABS[0]
    reach = permissions.reach(current_user)
    statement = queries.listed(reach, only_open=tab == TABS[0])
    after, before = request.args.get("dopo"), request.args.get("prima")
    return render_template(
        "access/register.html",
        page=paging.read(db.session(), statement, DUE_FIRST, after=after, before=before),
        tab=tab,
        waiting=queries.how_many_open(db.session(), reach),
        words=WORDS,
        is_silent=rules.is_silent,
        now=utcnow(),
        base=request.path,
    )


@requires_reader
def case(request_id: UUID) -> ResponseReturnValue:
    """One request with its story."""
    return _page(_seen(request_id), DecisionForm(formdata=None), PressForm(formdata=None))


@bp.post("/ufficio/accesso-atti/<uuid:request_id>/avviso")
@requires_writer
def notify(request_id: UUID) -> ResponseReturnValue:
    """Tell the firm concerned."""
    _own(request_id)
    form = PressForm()
    try:
        with transaction() as session:
            service.notify(session, request_id, by=current_user.email)
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(_own(request_id), DecisionForm(formdata=None), form), _status(refusal)
    flash(_("L'impresa interessata è avvisata e ha dieci giorni per rispondere."), "success")
    return _back(request_id)


@bp.post("/ufficio/accesso-atti/<uuid:request_id>/documenti")
@requires_writer
def add_handout(request_id: UUID) -> ResponseReturnValue:
    """Take a document to hand over."""
    _own(request_id)
    form, sent = PressForm(), request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise files.FileRefused
        who: dict[str, Any] = {"by": current_user.email, "now": utcnow()}
        with closing(sent.stream), transaction() as session:
            file = store.store(session, cast("BinaryIO", sent.stream), name=sent.filename, **who)
            service.add_handout(session, request_id, file, **who)
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(_own(request_id), DecisionForm(formdata=None), form), _status(refusal)
    return _back(request_id, "documenti")


@bp.post("/ufficio/accesso-atti/<uuid:request_id>/documenti/<uuid:handout_id>/togli")
@requires_writer
def remove_handout(request_id: UUID, handout_id: UUID) -> ResponseReturnValue:
    """Take a document back."""
    _own(request_id)
    form = PressForm()
    try:
        with transaction() as session:
            service.remove_handout(session, request_id, handout_id, by=current_user.email, now=utcnow())
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(_own(request_id), DecisionForm(formdata=None), form), _status(refusal)
    return _back(request_id, "documenti")


@bp.post("/ufficio/accesso-atti/<uuid:request_id>/decisione")
@requires_writer
def decide(request_id: UUID) -> ResponseReturnValue:
    """Grant, in whole or in part, refuse or defer."""
    asked, form = _own(request_id), DecisionForm()
    if not form.validate_on_submit():
        return _page(asked, form, PressForm(formdata=None)), 422
    day = form.until.data
    until = datetime.combine(day, time(23, 59, 59), ROME) if day else None
    try:
        with transaction() as session:
            decision, reason, by = State(form.decision.data), form.reason.data or "", current_user.email
            service.decide(session, request_id, decision, reason=reason, until=until, by=by)
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(_own(request_id), form, PressForm(formdata=None)), _status(refusal)
    flash(_("La decisione è registrata e comunicata all'impresa."), "success")
    return _back(request_id)


@requires_reader
def handout(request_id: UUID, handout_id: UUID) -> ResponseReturnValue:
    """A document, as the firm would receive it; noted as well."""
    _seen(request_id)
    kept = found(queries.find_handout(db.session(), request_id, handout_id))
    response = downloads.send_file(kept.file)
    with transaction() as session:
        service.downloaded(session, kept, by=current_user.email, now=utcnow())
    return response


def _seen(request_id: UUID) -> Request:
    asked = queries.find(db.session(), request_id)
    return found(asked if asked and permissions.may_see(current_user, asked.application.call_id) else None)


def _own(request_id: UUID) -> Request:
    asked = queries.find(db.session(), request_id)
    return found(asked if asked and permissions.may_decide(current_user, asked.application.call_id) else None)


def _status(refusal: DomainError) -> int:
    if isinstance(refusal, files.TooLarge):
        return 413
    return 409 if isinstance(refusal, Conflict) else 422


def _back(request_id: UUID, part: str = "") -> ResponseReturnValue:
    return redirect(url_for(".case", request_id=request_id, _anchor=part or None), 303)


def _page(asked: Request, form: DecisionForm, button: PortalForm) -> str:
    may_decide = permissions.may_decide(current_user, asked.application.call_id)
    return render_template(
        "access/case.html",
        asked=asked,
        form=form,
        button=button,
        words=WORDS,
        handouts=queries.handouts(db.session(), asked.id),
        story=[(entry, DEEDS.get(entry.action, entry.action), json.loads(entry.detail)) for entry in _story(asked)],
        is_open=asked.state in rules.OPEN,
        is_silent=rules.is_silent(asked.state, due_at=asked.due_at, now=utcnow()),
        may_decide=may_decide,
        may_notify=may_decide and asked.is_about_another and asked.notified_at is None and asked.state in rules.OPEN,
        base="/ufficio/accesso-atti" if may_decide else "/controllo/accesso-atti",
    )


def _story(asked: Request) -> list[Any]:
    return list(reversed(audit.story(db.session(), asked.id)))


for base, mark in (("/ufficio", ""), ("/controllo", "control_")):
    bp.get(f"{base}/accesso-atti", endpoint=f"{mark}register")(register)
    bp.get(f"{base}/accesso-atti/<uuid:request_id>", endpoint=f"{mark}case")(case)
    bp.get(f"{base}/accesso-atti/<uuid:request_id>/documenti/<uuid:handout_id>", endpoint=f"{mark}handout")(handout)
