"""The firm's pages: what was granted to it, its answer, its ledger of aid."""

from datetime import date
from decimal import Decimal
from typing import cast
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.applications import permissions as applications
from portal.awards import queries, service
from portal.awards.forms import AidForm, ButtonForm, CorrectionForm, WaiveForm
from portal.awards.queries import ledger
from portal.awards.queries.cases import Case
from portal.awards.rules.ledger import EntryState, Recipient
from portal.awards.service import letters
from portal.awards.views.shared import ENTRY_WORDS, USUAL
from portal.calls import queries as calls
from portal.companies import permissions as companies, queries as firms
from portal.companies.models import Company
from portal.db import transaction
from portal.documents import downloads
from portal.eligibility.rules.aid import window_start
from portal.kernel.clock import ROME, utcnow
from portal.kernel.errors import Conflict, DomainError
from portal.web.forms import PortalForm
from portal.web.guards import found, requires_company
from portal.web.italian import parse_day
from portal.web.language import current as language


def _case(application_id: UUID) -> Case:
    return found(queries.find_own(db.session(), application_id, **applications.reach(current_user)))


@requires_company
def own(application_id: UUID) -> ResponseReturnValue:
    """What was granted, until when to answer, and how it went on."""
    return _own(_case(application_id), WaiveForm(formdata=None))


def _own(case: Case, form: PortalForm) -> str:
    return render_template(
        "awards/own.html",
        case=case,
        content=calls.content_by_id(db.session(), case.application.version_id),
        form=form,
        state=case.application.status.value,
        may_answer=applications.may_submit(current_user, case.application.call_id),
        is_late=case.award is not None and utcnow() > case.award.accept_by,
    )


@requires_company
def accept(application_id: UUID) -> ResponseReturnValue:
    """Accept what was granted."""
    return _answered(application_id, ButtonForm())


@requires_company
def waive(application_id: UUID) -> ResponseReturnValue:
    """Give it up, with a reason."""
    return _answered(application_id, WaiveForm())


def _answered(application_id: UUID, form: ButtonForm | WaiveForm) -> ResponseReturnValue:
    case = _case(application_id)
    found(applications.may_submit(current_user, case.application.call_id) or None)
    if not form.validate_on_submit():
        return _own(case, form), 422
    try:
        with transaction() as session:
            if isinstance(form, WaiveForm):
                service.waive(session, application_id, reason=form.reason.data, by=current_user.email, now=utcnow())
            else:
                service.accept(session, application_id, by=current_user.email)
    except DomainError as refusal:
        form.refuse(refusal)
        return _own(_case(application_id), form), 409 if isinstance(refusal, Conflict) else 422
    is_waiver = isinstance(form, WaiveForm)
    flash(_("La rinuncia è registrata.") if is_waiver else _("Hai accettato la concessione."), "success")
    return redirect(url_for(".own", application_id=application_id), 303)


@requires_company
def letter(application_id: UUID) -> ResponseReturnValue:
    """The letter of the award, in the page's language."""
    case = _case(application_id)
    found(case.award)
    return send_letter(case)


def send_letter(case: Case) -> ResponseReturnValue:
    """The letter as a file."""
    body = letters.pdf(db.session(), case.application.id, lang="en" if language() == "en" else "it")
    return downloads.send(body, name=f"concessione-{case.application.protocol}.pdf", media_type="application/pdf")


@requires_company
def aid() -> ResponseReturnValue:
    """The ledger of the firm's undertaking, and what it may still have, today and on a day."""
    company, today = _company(), utcnow().astimezone(ROME).date()
    on, is_wrong = _day(today)
    seen = ledger.undertaking(db.session(), company.vat, USUAL, on=on, only_stated=True)
    return render_template(
        "awards/aid.html",
        company=company,
        on=on,
        is_wrong=is_wrong,
        is_today=on == today,
        since=window_start(on, USUAL.years),
        regime=USUAL,
        seen=seen,
        states=ENTRY_WORDS,
        claims=ledger.claims(db.session(), company.vat),
        is_through_person=ledger.has_person_in_control(db.session(), company.vat),
        may_edit=companies.may_edit(current_user.mandate),
    )


def _company() -> Company:
    mandate = current_user.mandate
    return found(firms.find(db.session(), mandate.company_id if mandate else None))


def _day(today: date) -> tuple[date, bool]:
    """The day asked for by `al`, today where none or none that exists."""
    text = request.args.get("al", "").strip()
    if not text:
        return today, False
    try:
        return parse_day(text), False
    except ValueError:
        return today, True


@requires_company
def declare() -> ResponseReturnValue:
    """Enter an aid had elsewhere."""
    company, form = _company(), AidForm()
    found(companies.may_edit(current_user.mandate) or None)
    if form.validate_on_submit():
        with transaction() as session:
            service.register_aid(
                session,
                company,
                recipient=Recipient(form.recipient.data),
                granted_on=cast("date", form.granted_on.data),
                eur=cast("Decimal", form.eur.data),
                body=form.body.data,
                act=form.act.data,
                cor=form.cor.data,
                by=current_user.email,
                now=utcnow(),
            )
        flash(_("L'aiuto è nel registro."), "success")
        return redirect(url_for(".aid"), 303)
    return render_template("awards/declare.html", form=form), 422 if form.summary else 200


@requires_company
def correct(entry_id: UUID) -> ResponseReturnValue:
    """Take a declared aid back, with the reason."""
    company, form = _company(), CorrectionForm()
    found(companies.may_edit(current_user.mandate) or None)
    entry = found(ledger.find_own_entry(db.session(), entry_id, company.vat))
    if form.validate_on_submit():
        try:
            with transaction() as session:
                service.correct_aid(
                    session, company, entry_id, reason=form.reason.data, by=current_user.email, now=utcnow()
                )
            flash(_("L'aiuto non conta più; resta in elenco con il motivo."), "success")
            return redirect(url_for(".aid"), 303)
        except DomainError as refusal:
            form.refuse(refusal)
    is_own = entry.state is EntryState.DECLARED
    page = render_template("awards/correct.html", form=form, entry=entry, is_own=is_own)
    return page, 422 if form.summary else 200


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    case = "/area/domande/<uuid:application_id>/concessione"
    bp.get(case)(own)
    bp.get(f"{case}.pdf")(letter)
    bp.post(f"{case}/accetta")(accept)
    bp.post(f"{case}/rinuncia")(waive)
    bp.get("/area/aiuti")(aid)
    bp.route("/area/aiuti/nuovo", methods=["GET", "POST"])(declare)
    bp.route("/area/aiuti/<uuid:entry_id>/correggi", methods=["GET", "POST"])(correct)
