"""From the last answer to the sending: declarations, summary, freezing, handing in."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal.applications import permissions, rules, service
from portal.applications.forms import FreezeForm, SubmitForm, declarations_form
from portal.applications.queries import Cover, Folder
from portal.applications.rules import Status
from portal.applications.rules.answers import doubt, spell
from portal.applications.rules.completeness import DECLARATIONS, fields_of, is_asked
from portal.applications.service.papers import answers_of, enclosed_of
from portal.applications.views.shared import (
    bp,
    check_own,
    journey,
    lacks_of,
    next_address,
    own,
    own_cover,
    status_of,
    to_do,
)
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.web.filters import clock
from portal.web.guards import requires_company


@bp.route("/area/domande/<uuid:application_id>/dichiarazioni", methods=["GET", "POST"])
@requires_company
def declarations(application_id: UUID) -> ResponseReturnValue:
    """Statements under DPR 445/2000, one box each."""
    folder = own(application_id)
    if request.method == "GET" and not folder.is_editable:
        return redirect(url_for(".summary", application_id=application_id), 303)
    form = declarations_form(folder)
    status = 200
    if form.is_submitted():
        try:
            with transaction() as session:
                service.save(session, application_id, form.changes(), by=current_user.email, now=utcnow())
            if request.form.get("go") == "draft":
                flash(_("Bozza salvata alle %(time)s.", time=clock(utcnow())), "success")
                return redirect(url_for(".overview", application_id=application_id), 303)
            if form.check_all():
                return redirect(next_address(folder, DECLARATIONS), 303)
            folder, status = own(application_id), 422
        except DomainError as refusal:
            form.refuse(refusal)
            folder, status = own(application_id), 409
    elif "controlla" in request.args:
        form.check_all()
    legs = journey(folder, DECLARATIONS)
    return render_template("applications/declarations.html", folder=folder, form=form, legs=legs), status


@bp.get("/area/domande/<uuid:application_id>/riepilogo")
@requires_company
def summary(application_id: UUID) -> ResponseReturnValue:
    """Everything on one page, and everything missing."""
    return _summary(own(application_id), FreezeForm())


def _summary(folder: Folder, form: FreezeForm) -> str:
    lacks = lacks_of(folder)
    return render_template(
        "applications/summary.html",
        folder=folder,
        form=form,
        given=answers_of(folder),
        enclosed=enclosed_of(folder),
        fields=fields_of(folder.content),
        is_asked=is_asked,
        spell=spell,
        doubt=doubt,
        to_do=to_do(folder, lacks),
        lacking={one.key for one in lacks},
        legs=journey(folder, "riepilogo", lacks),
        now=utcnow(),
    )


@bp.post("/area/domande/<uuid:application_id>/congela")
@requires_company
def freeze(application_id: UUID) -> ResponseReturnValue:
    """Fix what will be handed in."""
    check_own(application_id)
    form = FreezeForm()
    try:
        with transaction() as session:
            service.freeze(session, application_id, by=current_user.email, now=utcnow())
    except rules.AlreadyFrozen:
        pass
    except DomainError as refusal:
        form.refuse(refusal)
        return _summary(own(application_id), form), status_of(refusal)
    return redirect(url_for(".submit", application_id=application_id), 303)


@bp.post("/area/domande/<uuid:application_id>/sblocca")
@requires_company
def unfreeze(application_id: UUID) -> ResponseReturnValue:
    """Make it writable again."""
    check_own(application_id)
    form = FreezeForm()
    try:
        with transaction() as session:
            service.unfreeze(session, application_id, by=current_user.email, now=utcnow())
    except DomainError as refusal:
        form.refuse(refusal)
        return _summary(own(application_id), form), status_of(refusal)
    flash(_("La domanda è di nuovo modificabile. Per inviarla, congelala ancora."), "info")
    return redirect(url_for(".summary", application_id=application_id), 303)


@bp.route("/area/domande/<uuid:application_id>/invio", methods=["GET", "POST"])
@requires_company
def submit(application_id: UUID) -> ResponseReturnValue:
    """Hand it in: one small request, which a second click repeats without harm."""
    form = SubmitForm()
    if form.validate_on_submit() and permissions.holds_power(current_user):
        return _hand_in(application_id, form)
    cover = own_cover(application_id)
    if rules.is_handed_in(cover.application.status):
        return redirect(url_for(".receipt", application_id=application_id), 303)
    if form.is_submitted() and not form.errors:
        return _refused(cover, form, rules.NotYours())
    if cover.application.status is not Status.DRAFT or cover.application.frozen_at is None:
        return redirect(url_for(".summary", application_id=application_id), 303)
    return _submit_page(cover, form), 422 if form.is_submitted() else 200


def _hand_in(application_id: UUID, form: SubmitForm) -> ResponseReturnValue:
    """By one who may; the statement that locks it asks whose it is."""
    reach = permissions.reach(current_user)
    try:
        with transaction() as session:
            service.submit(session, application_id, sha256=form.sha256.data, by=current_user.email, own=reach)
    except rules.AlreadySubmitted:
        pass
    except DomainError as refusal:
        return _refused(own(application_id), form, refusal)
    return redirect(url_for(".receipt", application_id=application_id), 303)


def _refused(cover: Cover, form: SubmitForm, refusal: DomainError) -> ResponseReturnValue:
    """The page around a refusal, which leaves a trace."""
    with transaction() as session:
        service.note_refusal(session, cover.application.id, refusal, by=current_user.email, now=utcnow())
    form.refuse(refusal)
    return _submit_page(cover, form), status_of(refusal)


def _submit_page(folder: Cover, form: SubmitForm) -> str:
    form.sha256.data = folder.application.sha256
    form.sha256.raw_data = None
    return render_template(
        "applications/submit.html",
        folder=folder,
        form=form,
        legs=journey(folder, "invio"),
        may_submit=permissions.may_submit(current_user, folder.application.call_id),
        now=utcnow(),
    )
