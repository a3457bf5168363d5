"""One award, whole: what was granted, its codes, the undertaking's ledger, what may be done."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l
from flask_login import current_user
from sqlalchemy.orm import Session

from portal import db
from portal.applications.rules import Status, may_move
from portal.applications.rules.words import STATES
from portal.awards import permissions, queries, service
from portal.awards.forms import AwardForm, CodesForm, DenyForm, EndForm
from portal.awards.models import EndingKind
from portal.awards.queries import cases, ledger
from portal.awards.queries.cases import Case
from portal.awards.rules.deadlines import confirm_by
from portal.awards.rules.ledger import regime_of
from portal.awards.service.end import FROM
from portal.awards.views.area import send_letter
from portal.awards.views.listing import requires_reader, requires_writer
from portal.awards.views.shared import ENDING_WORDS, ENTRY_WORDS, USUAL
from portal.calls import queries as calls
from portal.db import transaction
from portal.eligibility.rules.aid import window_start
from portal.kernel.clock import ROME, utcnow
from portal.kernel.errors import DomainError
from portal.ranking import queries as rankings
from portal.web.forms import PortalForm
from portal.web.guards import found

AWARD, CODES, FORFEIT, REVOKE, DENY = "concedi", "codici", "decadenza", "revoca", "collegamento"
START, COMPLETE = "avvia", "concludi"
TITLES = {
    AWARD: _l("Concedi il beneficio"),
    CODES: _l("Codici del registro nazionale aiuti"),
    FORFEIT: _l("Dichiara la decadenza"),
    REVOKE: _l("Revoca la concessione"),
    DENY: _l("Escludi un collegamento"),
}
Verb = Callable[[Session, dict[str, Any]], Any]


def _case(application_id: UUID, *, to_change: bool) -> Case:
    case = found(queries.find(db.session(), application_id))
    may = permissions.may_grant if to_change else permissions.may_see
    if not may(current_user, case.application.call_id) or case.application.status not in cases.SHOWN:
        abort(404)
    return case


@requires_reader
def case(application_id: UUID) -> ResponseReturnValue:
    """The page of an award."""
    return _page(_case(application_id, to_change=False))


def _page(case: Case) -> str:
    session, today = db.session(), utcnow().astimezone(ROME).date()
    content = calls.content_by_id(session, case.application.version_id)
    regime = regime_of(content)
    seen = ledger.undertaking(session, case.company.vat, regime or USUAL, on=today)
    ranking = rankings.latest_published(session, case.application.call_id)
    is_control = request.path.startswith("/controllo")
    return render_template(
        "awards/case.html",
        case=case,
        content=content,
        standing=STATES[case.application.status],
        place=cases.funded_place(session, ranking.id, case.application.id) if ranking else None,
        regime=regime,
        seen=seen,
        since=window_start(today, (regime or USUAL).years),
        denials=ledger.denials(session, seen.codes),
        is_through_person=ledger.has_person_in_control(session, case.company.vat),
        states=ENTRY_WORDS,
        endings=ENDING_WORDS,
        can=set() if is_control else _can(case),
        confirm_by=confirm_by(case.award.cor_on) if case.award and case.award.cor_on else None,
        today=today,
        base="/controllo/concessioni" if is_control else "/ufficio/concessioni",
        start=START,
        complete=COMPLETE,
    )


def _can(case: Case) -> set[str]:
    """What the state of the case allows to whoever looks."""
    if not permissions.may_grant(current_user, case.application.call_id):
        return set()
    status = case.application.status
    allowed = {
        AWARD: status is Status.FUNDED,
        CODES: case.award is not None,
        START: status is Status.ACCEPTED,
        COMPLETE: may_move(status, Status.COMPLETED),
        FORFEIT: status in FROM[EndingKind.FORFEITED],
        REVOKE: status in FROM[EndingKind.REVOKED],
        DENY: True,
    }
    return {name for name, is_allowed in allowed.items() if is_allowed}


def _do(case: Case, step: str, form: PortalForm, verb: Verb, *, done: str) -> ResponseReturnValue:
    """Show the form; sent, do it and say so; a refusal is shown on the form."""
    if form.validate_on_submit():
        try:
            with transaction() as session:
                verb(session, {"by": current_user.email, "now": utcnow()})
            flash(done, "success")
            return redirect(url_for(".case", application_id=case.application.id), 303)
        except DomainError as refusal:
            form.refuse(refusal)
            return _step(_case(case.application.id, to_change=True), step, form), 422
    return _step(case, step, form), 422 if form.summary else 200


def _step(case: Case, step: str, form: PortalForm) -> str:
    content = calls.content_by_id(db.session(), case.application.version_id)
    return render_template("awards/step.html", case=case, step=step, form=form, content=content, titles=TITLES)


@requires_writer
def award(application_id: UUID) -> ResponseReturnValue:
    """Grant."""
    case, form = _case(application_id, to_change=True), AwardForm()
    return _do(
        case,
        AWARD,
        form,
        lambda session, who: service.award(session, application_id, form.act, form.check, **who),
        done=_("Concesso: l'impresa riceve la lettera e il termine per accettare."),
    )


@requires_writer
def codes(application_id: UUID) -> ResponseReturnValue:
    """Write down the register's codes."""
    case = _case(application_id, to_change=True)
    form = CodesForm(obj=found(case.award))
    return _do(
        case,
        CODES,
        form,
        lambda session, who: service.record_codes(session, application_id, form.codes, **who),
        done=_("Codici annotati."),
    )


@requires_writer
def end(application_id: UUID, kind: str) -> ResponseReturnValue:
    """Forfeit or revoke."""
    case, form = _case(application_id, to_change=True), EndForm()
    verb = service.forfeit if kind == FORFEIT else service.revoke
    return _do(
        case,
        kind,
        form,
        lambda session, who: verb(session, application_id, form.terms, **who),
        done=_("Registrato: l'impresa riceve la comunicazione con il motivo."),
    )


@requires_writer
def deny_link(application_id: UUID) -> ResponseReturnValue:
    """Say that two codes are no single undertaking; `legame` in the address names them, parted by a dash."""
    case = _case(application_id, to_change=True)
    form = DenyForm(data={"link": request.args.get("legame", "")[:50]})
    one, _dash, other = str(form.link.data or "").partition("-")
    return _do(
        case,
        DENY,
        form,
        lambda session, who: service.deny_link(
            session, one, other, of=case.company.vat, reason=form.reason.data, **who
        ),
        done=_("Il collegamento non conta più."),
    )


@requires_writer
def advance(application_id: UUID, step: str) -> ResponseReturnValue:
    """The pathway has begun, or is complete."""
    _case(application_id, to_change=True)
    verb = service.start if step == START else service.complete
    try:
        with transaction() as session:
            verb(session, application_id, by=current_user.email, now=utcnow())
        flash(_("Stato aggiornato: l'impresa riceve un messaggio."), "success")
    except DomainError as refusal:
        flash(str(refusal), "danger")
    return redirect(url_for(".case", application_id=application_id), 303)


@requires_reader
def letter(application_id: UUID) -> ResponseReturnValue:
    """The letter that the firm has."""
    case = _case(application_id, to_change=False)
    found(case.award)
    return send_letter(case)


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    for base, mark in (("/ufficio", ""), ("/controllo", "control_")):
        at = f"{base}/concessioni/<uuid:application_id>"
        bp.get(at, endpoint=f"{mark}case")(case)
        bp.get(f"{at}.pdf", endpoint=f"{mark}letter_of")(letter)
    at, both = "/ufficio/concessioni/<uuid:application_id>", ["GET", "POST"]
    bp.route(f"{at}/{AWARD}", methods=both)(award)
    bp.route(f"{at}/{CODES}", methods=both)(codes)
    bp.route(f"{at}/{DENY}", methods=both)(deny_link)
    bp.route(f"{at}/<any({FORFEIT}, {REVOKE}):kind>", methods=both)(end)
    bp.post(f"{at}/<any({START}, {COMPLETE}):step>")(advance)
