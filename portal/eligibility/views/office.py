"""The office's pages: a whole call checked, admitted in bulk; one rule corrected, one application decided."""

from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext
from flask_login import current_user

from portal import db
from portal.applications import queries as applications
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.applications.rules.procedure import RequestKind
from portal.applications.rules.requests import observations
from portal.applications.rules.words import STATES
from portal.calls import queries as calls
from portal.calls.models import Call
from portal.db import transaction
from portal.eligibility import permissions, queries, service
from portal.eligibility.forms import BulkForm, CorrectionForm, ReasonForm, ReopenForm, refusal_form
from portal.eligibility.rules.judged import Judged
from portal.eligibility.rules.reopening import check_reopenable
from portal.eligibility.rules.verdicts import Verdict
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.web import paging
from portal.web.guards import found, requires, requires_office

requires_manager_or_admin = requires("manager", "admin")
IN_ORDER = [paging.By(Application.arrival, "arrival")]
TABS = {"da-decidere": queries.UNDECIDED, "ammesse": queries.ADMITTED, "non-ammesse": (Status.NOT_ADMITTED,)}


def _call(slug: str, *, to_decide: bool) -> Call:
    seen = calls.find_seen(db.session(), slug)
    may = permissions.may_decide if to_decide else permissions.may_see
    return found(seen.call if seen and may(current_user, seen.call.id) else None)


@requires_office
def whole_call(slug: str) -> ResponseReturnValue:
    """Applications of a call with their verdicts, the recheck under way, and the form for admitting many."""
    call = _call(slug, to_decide=False)
    return _whole_call(call, BulkForm())


def _whole_call(call: Call, form: BulkForm) -> ResponseReturnValue:
    tab = request.args.get("vista", "da-decidere")
    statuses = TABS.get(tab, TABS["da-decidere"])
    page = paging.read(
        db.session(),
        queries.listing(call.id, statuses),
        IN_ORDER,
        after=request.args.get("dopo"),
        before=request.args.get("prima"),
    )
    return render_template(
        "eligibility/whole_call.html",
        call=call,
        content=calls.content_of(found(call.version)),
        form=form,
        page=page,
        standings=queries.standings(db.session(), [one.id for one in page.rows]),
        recheck=queries.latest_recheck(db.session(), call.id),
        counts=queries.counts(db.session(), call.id),
        tab=tab if tab in TABS else "da-decidere",
        may_decide=permissions.may_decide(current_user, call.id),
    ), 422 if form.summary else 200


@requires_manager_or_admin
def recheck_call(slug: str) -> ResponseReturnValue:
    """Ask for a new check of every application."""
    call = _call(slug, to_decide=True)
    try:
        with transaction() as session:
            service.ask_recheck(session, call.id, by=current_user.email, now=utcnow())
        flash(_("La verifica è partita: puoi lasciare la pagina, l'avanzamento resta qui."), "success")
    except DomainError as refusal:
        flash(str(refusal), "danger")
    return redirect(url_for(".whole_call", slug=slug), 303)


@requires_manager_or_admin
def admit_many(slug: str) -> ResponseReturnValue:
    """Admit the applications ticked; those that can't be are told with the reason."""
    call = _call(slug, to_decide=True)
    form = BulkForm()
    if not form.validate_on_submit():
        return _whole_call(call, form)
    ids = queries.own_ids(db.session(), call.id, form.applications.data)
    refused = [refusal for one in ids if (refusal := _admit_one(one, form.reason.data or ""))]
    admitted = len(ids) - len(refused)
    flash(ngettext("%(num)s domanda ammessa.", "%(num)s domande ammesse.", admitted), "success" if admitted else "info")
    for refusal in dict.fromkeys(refused):
        number = refused.count(refusal)
        flash(ngettext("%(num)s non ammessa: %(why)s", "%(num)s non ammesse: %(why)s", number, why=refusal), "warning")
    return redirect(url_for(".whole_call", slug=slug), 303)


def _admit_one(application_id: UUID, reason: str) -> str | None:
    """Each in a transaction of its own; answers why not."""
    try:
        with transaction() as session:
            service.admit(session, application_id, reason=reason, by=current_user.email, now=utcnow())
    except DomainError as refusal:
        return str(refusal)
    return None


class _Dossier(NamedTuple):
    application: Application
    standing: queries.Standing


def _dossier(application_id: UUID) -> _Dossier:
    application = queries.find_case(db.session(), application_id)
    allowed = application and permissions.may_decide(current_user, application.call_id)
    standing = found(queries.find_standing(db.session(), application_id) if allowed else None)
    return _Dossier(found(application), standing)


def _case_page(application_id: UUID) -> ResponseReturnValue:
    return redirect(f"/ufficio/domande/{application_id}#requisiti", 303)


def _rule(standing: queries.Standing, rule: str) -> Judged:
    return found(next((one for one in standing.rules if one.outcome.id == rule), None))


@requires_manager_or_admin
def correct(application_id: UUID, rule: str) -> ResponseReturnValue:
    """Answer one rule in the machine's stead."""
    application, standing = _dossier(application_id)
    judged = _rule(standing, rule)
    form = CorrectionForm(data={"report": standing.report.id})
    if form.validate_on_submit():
        try:
            with transaction() as session:
                service.override(
                    session,
                    UUID(str(form.report.data)),
                    rule,
                    Verdict(form.verdict.data),
                    reason=form.reason.data,
                    by=current_user.email,
                    now=utcnow(),
                )
            return _case_page(application_id)
        except DomainError as refusal:
            form.refuse(refusal)
            application, standing = _dossier(application_id)
            judged = _rule(standing, rule)
    page = {"application": application, "judged": judged, "form": form}
    return render_template("eligibility/correct.html", **page), 422 if form.summary else 200


@requires_manager_or_admin
def admit(application_id: UUID) -> ResponseReturnValue:
    """Admit, with the reason."""
    application, standing = _dossier(application_id)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                service.admit(session, application_id, reason=form.reason.data, by=current_user.email, now=utcnow())
            return _case_page(application_id)
        except DomainError as refusal:
            form.refuse(refusal)
            application, standing = _dossier(application_id)
    page = {"application": application, "standing": standing, "form": form, "admits": True}
    return render_template("eligibility/decide.html", **page), 422 if form.summary else 200


@requires_manager_or_admin
def not_admit(application_id: UUID) -> ResponseReturnValue:
    """Do not admit: the final act, which answers what the firm observed."""
    application, standing = _dossier(application_id)
    notice = applications.latest_request(db.session(), application_id, RequestKind.NOTICE)
    is_pending = notice is not None and application.status is Status.REJECTION_NOTICE
    form = refusal_form(observations(notice.reasons, notice.content) if notice and is_pending else [])
    if form.validate_on_submit():
        try:
            with transaction() as session:
                who = {"by": current_user.email, "now": utcnow()}
                service.not_admit(session, application_id, reason=form.reason.data, replies=form.replies(), **who)
            return _case_page(application_id)
        except DomainError as refusal:
            form.refuse(refusal)
            application, standing = _dossier(application_id)
    page = {"application": application, "standing": standing, "form": form, "admits": False}
    return render_template("eligibility/decide.html", **page), 422 if form.summary else 200


@requires_manager_or_admin
def reopen(application_id: UUID) -> ResponseReturnValue:
    """Open a decided check again, after a ranking or a refusal."""
    application, standing = _dossier(application_id)
    form = ReopenForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                service.reopen(session, application_id, reason=form.reason.data, by=current_user.email, now=utcnow())
            flash(_("L'istruttoria è riaperta: l'impresa riceve la comunicazione di avvio."), "success")
            return _case_page(application_id)
        except DomainError as refusal:
            form.refuse(refusal)
            application, standing = _dossier(application_id)
    elif request.method == "GET" and (why_not := _why_not(application.status)):
        flash(str(why_not), "warning")
        return _case_page(application_id)
    content = calls.content_by_id(db.session(), application.version_id)
    said = STATES[application.status]
    page = {"application": application, "standing": standing, "form": form, "days": content.days.procedure}
    page |= {"standing_word": (said.label, said.tone), "wants_notice": content.proceeding.notice_before_exclusion}
    return render_template("eligibility/reopen.html", **page), 422 if form.summary else 200


def _why_not(status: Status) -> DomainError | None:
    """Why the check of an application that stands so is not opened again."""
    try:
        check_reopenable(status)
    except DomainError as refusal:
        return refusal
    return None


@requires_manager_or_admin
def check_again(application_id: UUID) -> ResponseReturnValue:
    """Add a report for one application."""
    application, _standing = _dossier(application_id)
    try:
        with transaction() as session:
            service.check_again(session, application.id, by=current_user.email, now=utcnow())
        flash(_("C'è un nuovo rapporto di verifica."), "success")
    except DomainError as refusal:
        flash(str(refusal), "danger")
    return _case_page(application_id)


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    bp.get("/ufficio/bandi/<slug>/verifica-requisiti")(whole_call)
    bp.post("/ufficio/bandi/<slug>/verifica-requisiti/ricontrolla")(recheck_call)
    bp.post("/ufficio/bandi/<slug>/verifica-requisiti/ammetti")(admit_many)
    case = "/ufficio/domande/<uuid:application_id>"
    bp.route(f"{case}/requisiti/<rule>", methods=["GET", "POST"])(correct)
    bp.route(f"{case}/ammetti", methods=["GET", "POST"])(admit)
    bp.route(f"{case}/non-ammettere", methods=["GET", "POST"])(not_admit)
    bp.route(f"{case}/riapri", methods=["GET", "POST"])(reopen)
    bp.post(f"{case}/ricontrolla")(check_again)
