"""The firm's applications: list, start, overview, withdrawal."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.applications import permissions, queries, rules, service
from portal.applications.forms import FreezeForm, WithdrawForm
from portal.applications.rules import requests
from portal.applications.rules.words import OFFICES, STATES, TONES, told
from portal.applications.views.shared import bp, journey, lacks_of, own, status_of, to_do
from portal.audit import queries as audit
from portal.audit.models import Entry
from portal.calls import queries as calls
from portal.calls.models import Call
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.web.filters import tr
from portal.web.guards import found, requires_company, signed_in


@bp.get("/area/domande")
@requires_company
def index() -> ResponseReturnValue:
    """All applications of the firm acted for."""
    applications = queries.of_company(db.session(), **permissions.reach(current_user))
    return render_template("applications/index.html", applications=applications, states=STATES, now=utcnow())


@bp.route("/bandi/<slug>/domanda", methods=["GET", "POST"])
@signed_in
def begin(slug: str) -> ResponseReturnValue:
    """Start an application, or go on with the one that is there."""
    call = found(queries.find_call(db.session(), slug))
    if current_user.company_id is None:
        flash(_("Prima di preparare una domanda, inserisci i dati della tua impresa."), "info")
        return redirect("/area/impresa", 303)
    found(permissions.may_prepare(current_user, call.id) or None)
    form = FreezeForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                application = service.start(
                    session, call, company_id=current_user.company_id, by=current_user.email, now=utcnow()
                )
            return redirect(url_for(".overview", application_id=application.id), 303)
        except DomainError as refusal:
            form.refuse(refusal)
            return _begin(call, form), 422
    live = queries.find_live(db.session(), call_id=call.id, company_id=current_user.company_id)
    if live is not None:
        return redirect(url_for(".overview", application_id=live.id), 303)
    return _begin(call, form)


def _begin(call: Call, form: FreezeForm) -> str:
    title = tr(calls.content_by_id(db.session(), call.version_id).title) if call.version_id else call.code
    return render_template("applications/begin.html", call=call, title=title, form=form, now=utcnow())


@bp.get("/area/domande/<uuid:application_id>")
@requires_company
def overview(application_id: UUID) -> ResponseReturnValue:
    """Where the application is, what is missing, what comes next, and its story."""
    folder = own(application_id)
    lacks = lacks_of(folder)
    return render_template(
        "applications/overview.html",
        folder=folder,
        state=STATES[folder.application.status],
        legs=journey(folder, "", lacks),
        to_do=to_do(folder, lacks),
        story=_story(audit.story(db.session(), application_id)),
        asked=queries.requests_of(db.session(), [application_id])[application_id],
        kind_words=requests.KIND_WORDS,
        state_words=requests.STATE_WORDS,
        state_tones=requests.STATE_TONES,
        may_withdraw=rules.may_withdraw(folder.application.status),
        may_submit=permissions.may_submit(current_user, folder.application.call_id),
        now=utcnow(),
    )


def _story(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The lines that the firm reads, latest first; people of the office are not named."""
    lines = []
    for entry in reversed(entries):
        title, text = told(entry.action, json.loads(entry.detail))
        if title:
            who = "" if entry.action in OFFICES else entry.by
            lines.append({"at": entry.at, "title": title, "text": text, "who": who, "tone": TONES.get(entry.action)})
    return lines


@bp.route("/area/domande/<uuid:application_id>/ritiro", methods=["GET", "POST"])
@requires_company
def withdraw(application_id: UUID) -> ResponseReturnValue:
    """Take the application back, with a reason."""
    folder = own(application_id)
    form = WithdrawForm()
    if form.validate_on_submit():
        try:
            if not permissions.may_submit(current_user, folder.application.call_id):
                raise rules.NotYours
            with transaction() as session:
                service.withdraw(session, application_id, reason=form.reason.data, by=current_user.email, now=utcnow())
            flash(_("La domanda è stata ritirata. Resta consultabile qui, con il suo motivo."), "success")
            return redirect(url_for(".overview", application_id=application_id), 303)
        except DomainError as refusal:
            form.refuse(refusal)
            page = render_template("applications/withdraw.html", folder=own(application_id), form=form)
            return page, status_of(refusal)
    status = 422 if form.is_submitted() else 200
    return render_template("applications/withdraw.html", folder=folder, form=form), status
