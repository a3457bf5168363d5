"""The office's pages about requests to a firm: ask, give notice, prolong, take back; letters and acts to keep."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.applications import queries as applications, service as asking
from portal.applications.models import Application, Request
from portal.applications.permissions import reach
from portal.applications.queries import Folder
from portal.applications.rules.requests import KIND_WORDS, Asks
from portal.applications.service.papers import request_letter
from portal.config import get_settings
from portal.db import transaction
from portal.documents import downloads, rendering
from portal.eligibility import permissions, queries, service
from portal.eligibility.forms import ExtendForm, ReasonForm, notice_form, supplement_form
from portal.eligibility.service.papers import final_act
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.kernel.text import Language
from portal.web.forms import PortalForm
from portal.web.guards import found, requires, requires_company
from portal.web.language import current

requires_manager_or_admin = requires("manager", "admin")
requires_reader = requires("manager", "admin", "auditor")
PDF = "application/pdf"


class _Case(NamedTuple):
    folder: Folder
    application: Application


def _case(application_id: UUID, may: Callable[..., bool] = permissions.may_decide) -> _Case:
    folder = applications.find(db.session(), application_id)
    allowed = folder and folder.application.arrival and may(current_user, folder.application.call_id)
    folder = found(folder if allowed else None)
    return _Case(folder, folder.application)


def _numbered(application_id: UUID, number: int) -> Request:
    return found(applications.find_numbered(db.session(), application_id, number))


def _back(application_id: UUID) -> ResponseReturnValue:
    return redirect(f"/ufficio/domande/{application_id}#richieste", 303)


def _page(template: str, application_id: UUID, form: PortalForm, **more: object) -> ResponseReturnValue:
    """The form again, around the case as it is now: a refusal undid what was read."""
    page = render_template(template, application=_case(application_id).application, form=form, **more)
    return page, 422 if form.summary else 200


def _do(form: PortalForm, verb: Callable[[], object]) -> bool:
    """Whether the verb was done; its refusal is the form's."""
    try:
        verb()
    except DomainError as refusal:
        form.refuse(refusal)
        return False
    return True


@requires_manager_or_admin
def ask(application_id: UUID) -> ResponseReturnValue:
    """Ask for what is missing."""
    case = _case(application_id)
    form = supplement_form(case.folder.content)

    def verb() -> None:
        asks = Asks(tuple(form.documents.data or ()), tuple(form.fields_.data or ()))
        words, days = form.words.data or "", form.days.data or 0
        with transaction() as session:
            who = {"by": current_user.email, "now": utcnow()}
            asking.supplement(session, application_id, asks=asks, words=words, days=days, **who)

    if form.validate_on_submit() and _do(form, verb):
        flash(_("La richiesta è partita: l'impresa la riceve per e-mail, con la lettera e il termine."), "success")
        return _back(application_id)
    return _page("eligibility/ask.html", application_id, form)


@requires_manager_or_admin
def notify(application_id: UUID) -> ResponseReturnValue:
    """Give notice of a rejection, with its reasons."""
    case = _case(application_id)
    standing = found(queries.find_standing(db.session(), application_id))
    form = notice_form(standing.rules)

    def verb() -> None:
        with transaction() as session:
            who = {"by": current_user.email, "now": utcnow()}
            words = form.words.data or ""
            service.give_notice(session, application_id, reasons=form.reasons(), words=words, **who)

    if form.validate_on_submit() and _do(form, verb):
        flash(_("Il preavviso è partito: l'impresa lo riceve per e-mail, con la lettera e il termine."), "success")
        return _back(application_id)
    days = case.folder.content.days.rejection_notice
    return _page("eligibility/notify.html", application_id, form, days=days)


@requires_manager_or_admin
def extend(application_id: UUID, number: int) -> ResponseReturnValue:
    """Prolong the term of a supplement."""
    _case(application_id)
    asked = _numbered(application_id, number)
    due_at, form = asked.due_at, ExtendForm()

    def verb() -> None:
        with transaction() as session:
            who = {"by": current_user.email, "now": utcnow()}
            asking.extend(session, asked.id, days=form.days.data or 0, reason=form.reason.data or "", **who)

    if form.validate_on_submit() and _do(form, verb):
        flash(_("Il termine è prorogato: l'impresa lo riceve per e-mail."), "success")
        return _back(application_id)
    return _page("eligibility/extend.html", application_id, form, due_at=due_at)


@requires_manager_or_admin
def call_off(application_id: UUID, number: int) -> ResponseReturnValue:
    """Take a request back."""
    _case(application_id)
    asked = _numbered(application_id, number)
    kind_word, form = KIND_WORDS[asked.kind], ReasonForm()

    def verb() -> None:
        with transaction() as session:
            who = {"by": current_user.email, "now": utcnow()}
            asking.call_off(session, asked.id, reason=form.reason.data or "", **who)

    if form.validate_on_submit() and _do(form, verb):
        flash(_("La richiesta è revocata: l'istruttoria riprende e l'impresa lo riceve per e-mail."), "success")
        return _back(application_id)
    return _page("eligibility/call_off.html", application_id, form, kind_word=kind_word)


@requires_reader
def request_pdf(application_id: UUID, number: int) -> ResponseReturnValue:
    """The letter of a request."""
    case, asked = _case(application_id, permissions.may_see), _numbered(application_id, number)
    content, lang = case.folder.content, _lang()
    paper = request_letter(asked, case.application, content, public_url=get_settings().public_url, lang=lang)
    pdf = rendering.render(paper, lang=lang, at=asked.asked_at)
    return downloads.send(pdf, name=f"{case.application.protocol}-richiesta-{number}.pdf", media_type=PDF)


@requires_reader
def act_pdf(application_id: UUID) -> ResponseReturnValue:
    """The latest act that does not admit."""
    return _act(_case(application_id, permissions.may_see).folder)


@requires_company
def own_act_pdf(application_id: UUID) -> ResponseReturnValue:
    """The same, for the firm."""
    return _act(found(applications.find_own(db.session(), application_id, **reach(current_user))))


def _act(folder: Folder) -> ResponseReturnValue:
    application, lang = folder.application, _lang()
    act = found(next(iter(queries.refusals_of(db.session(), application.id)), None))
    asked = applications.find_request(db.session(), act.request_id) if act.request_id else None
    paper = final_act(act, application, folder.content, asked, lang=lang)
    pdf = rendering.render(paper, lang=lang, at=act.made_at)
    return downloads.send(pdf, name=f"{application.protocol}-non-ammissione.pdf", media_type=PDF)


def _lang() -> Language:
    return "en" if current() == "en" else "it"


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    case = "/ufficio/domande/<uuid:application_id>"
    both = ["GET", "POST"]
    bp.route(f"{case}/integrazione", methods=both)(ask)
    bp.route(f"{case}/preavviso", methods=both)(notify)
    bp.route(f"{case}/richieste/<int:number>/proroga", methods=both)(extend)
    bp.route(f"{case}/richieste/<int:number>/revoca", methods=both)(call_off)
    for base, mark in (("/ufficio", ""), ("/controllo", "control_")):
        at = f"{base}/domande/<uuid:application_id>"
        bp.get(f"{at}/richieste/<int:number>.pdf", endpoint=f"{mark}request_pdf")(request_pdf)
        bp.get(f"{at}/non-ammissione.pdf", endpoint=f"{mark}act_pdf")(act_pdf)
    bp.get("/area/domande/<uuid:application_id>/non-ammissione.pdf")(own_act_pdf)
