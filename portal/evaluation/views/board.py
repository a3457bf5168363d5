"""The office's board: who owes what, and one application's panel."""

from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext
from flask_login import current_user
from sqlalchemy.orm import Session

from portal import db
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.calls import permissions, queries as calls
from portal.calls.models import Call
from portal.calls.rules.content import CallContent
from portal.db import transaction
from portal.documents import downloads, sheets as books
from portal.evaluation import queries, rules, service
from portal.evaluation.forms import AssignForm, ReasonForm, ShareForm
from portal.evaluation.queries import Sheet
from portal.evaluation.rules import Gap, Stage
from portal.evaluation.views.shared import STAGES, WHYS, bp, status_of
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.web import paging
from portal.web.forms import PortalForm
from portal.web.guards import found, requires

MOST: Final = 100_000
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

requires_reader = requires("manager", "admin", "auditor")


@requires_reader
def board(slug: str) -> ResponseReturnValue:
    """Who owes what."""
    call = own_call(slug, to_change=False)
    each = calls.content_of(found(call.version)).evaluation.reviewers_each
    return _board(call, ShareForm(formdata=None, data={"each": each, "cap": MOST}))


@requires_reader
def board_file(slug: str, kind: str) -> ResponseReturnValue:
    """What the board shows of the applications, whole, as a sheet."""
    call = own_call(slug, to_change=False)
    rows = db.session().execute(_listing(call).order_by(Application.arrival).limit(MOST)).all()
    sheets = queries.sheets(db.session(), [row.id for row in rows])
    header = [_("Domanda"), _("Impresa"), _("Stato"), _("Valutatore"), _("Scheda")]
    table = [
        [row.protocol, row.legal_name, str(row.status.value), sheet.reviewer, str(STAGES[sheet.desk.stage][0])]
        for row in rows
        for sheet in sheets[row.id]
        if not sheet.desk.is_withdrawn
    ]
    if kind == "csv":
        body = books.to_csv(header, table)
        return downloads.send(body, name=f"valutazione-{slug}.csv", media_type="text/csv; charset=utf-8")
    return downloads.send(
        books.to_xlsx({_("Valutazione"): (header, table)}), name=f"valutazione-{slug}.xlsx", media_type=XLSX
    )


for _base, _mark in (("/ufficio", ""), ("/controllo", "control_")):
    bp.get(f"{_base}/bandi/<slug>/valutazione", endpoint=f"{_mark}board")(board)
    bp.get(f"{_base}/bandi/<slug>/valutazione.<any(csv, xlsx):kind>", endpoint=f"{_mark}board_file")(board_file)


@bp.post("/ufficio/bandi/<slug>/valutazione")
@requires("manager", "admin")
def share_out(slug: str) -> ResponseReturnValue:
    """Share the applications out among the reviewers of the call."""
    call, form = own_call(slug, to_change=True), ShareForm()
    if not form.validate_on_submit():
        return _board(call, form), 422
    try:
        with transaction() as session:
            each, cap = int(form.each.data or 0), int(form.cap.data or 0)
            sharing = service.share_out(session, call.id, each=each, cap=cap, by=current_user.email, now=utcnow())
    except DomainError as refusal:
        form.refuse(refusal)
        return _board(call, form), status_of(refusal)
    given = len(sharing.given)
    flash(ngettext("%(num)s incarico assegnato.", "%(num)s incarichi assegnati.", given), "success")
    if sharing.taken:
        moved = ngettext("%(num)s incarico spostato.", "%(num)s incarichi spostati.", len(sharing.taken))
        flash(moved, "info")
    if not sharing.lacking:
        return redirect(url_for(".board", slug=slug), 303)
    return _board(call, ShareForm(formdata=None, data={"each": each, "cap": cap}), lacking=sharing.lacking)


def _said(lacking: Sequence[rules.Lack]) -> list[tuple[str, UUID, int, str]]:
    """(protocol, application, how many lack, why) of what could not be filled."""
    protocols = queries.protocols(db.session(), [one.application for one in lacking])
    return [
        (
            protocols[one.application],
            one.application,
            one.missing,
            ", ".join(f"{WHYS[why]}: {count}" for why, count in sorted(one.reasons.items()))
            or str(_("la commissione ha troppe poche persone")),
        )
        for one in lacking
    ]


def _listing(call: Call) -> Any:  # noqa: ANN401 - a Select of the board's rows
    is_lacking = request.args.get("mostra") == "scoperte"
    return queries.call_page(call.id, only_lacking=is_lacking, words=request.args.get("cerca", "")[:80])


@bp.get("/ufficio/domande/<uuid:application_id>/valutazione")
@requires_reader
def panel(application_id: UUID) -> ResponseReturnValue:
    """The reviewers of one application."""
    return _panel(own_application(application_id, to_change=False), AssignForm(formdata=None))


@bp.post("/ufficio/domande/<uuid:application_id>/valutazione")
@requires("manager", "admin")
def assign(application_id: UUID) -> ResponseReturnValue:
    """Give the application to one reviewer."""
    application = own_application(application_id, to_change=True)
    form = AssignForm().offer(_offered(application))
    if form.validate_on_submit():
        try:
            with transaction() as session:
                reviewer_id = UUID(form.reviewer.data)
                service.assign(session, application_id, reviewer_id, by=current_user.email, now=utcnow())
            flash(_("Incarico assegnato."), "success")
            return redirect(url_for(".panel", application_id=application_id), 303)
        except DomainError as refusal:
            form.refuse(refusal)
    return _panel(own_application(application_id, to_change=True), form), 422


@bp.post("/ufficio/domande/<uuid:application_id>/valutazione/chiudi")
@requires("manager", "admin")
def close(application_id: UUID) -> ResponseReturnValue:
    """Call the application evaluated with the sheets that are in."""
    own_application(application_id, to_change=True)
    return _with_reason(
        application_id,
        lambda session, why: service.close(session, application_id, **why),
        _("Valutazione chiusa con le schede consegnate."),
    )


@bp.post("/ufficio/domande/<uuid:application_id>/valutazione/<uuid:assignment_id>/togli")
@requires("manager", "admin")
def withdraw(application_id: UUID, assignment_id: UUID) -> ResponseReturnValue:
    """Take the application off a reviewer."""
    _assignment(application_id, assignment_id)
    return _with_reason(
        application_id, lambda session, why: service.withdraw(session, assignment_id, **why), _("Incarico tolto.")
    )


@bp.post("/ufficio/domande/<uuid:application_id>/valutazione/<uuid:assignment_id>/riapri")
@requires("manager", "admin")
def reopen(application_id: UUID, assignment_id: UUID) -> ResponseReturnValue:
    """Give a sheet back to its reviewer."""
    _assignment(application_id, assignment_id)
    return _with_reason(
        application_id, lambda session, why: service.reopen(session, assignment_id, **why), _("Scheda riaperta.")
    )


def _with_reason(application_id: UUID, verb: Callable[[Session, dict[str, Any]], None], done: str) -> Any:  # noqa: ANN401
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                verb(session, {"reason": form.reason.data or "", "by": current_user.email, "now": utcnow()})
            flash(done, "success")
            return redirect(url_for(".panel", application_id=application_id), 303)
        except DomainError as refusal:
            form.refuse(refusal)
    return _panel(own_application(application_id, to_change=True), form), 422


def own_call(slug: str, *, to_change: bool) -> Call:
    """The call, to whoever may see or change it."""
    call = found(calls.find_seen(db.session(), slug)).call
    may = permissions.may_manage if to_change else permissions.may_see
    if not may(current_user, call.id):
        abort(404)
    return call


def own_application(application_id: UUID, *, to_change: bool) -> Application:
    """The application, to whoever may see or change it."""
    application = found(queries.find_application(db.session(), application_id))
    may = permissions.may_manage if to_change else permissions.may_see
    if not may(current_user, application.call_id):
        abort(404)
    return application


def _assignment(application_id: UUID, assignment_id: UUID) -> None:
    own_application(application_id, to_change=True)
    sheets = queries.sheets(db.session(), [application_id])[application_id]
    if assignment_id not in {sheet.assignment_id for sheet in sheets}:
        abort(404)


def _offered(application: Application) -> list[tuple[str, str]]:
    people = service.reviewers(db.session(), application.call_id)
    return [(str(user.id), f"{user.full_name} ({user.email})") for user in people]


def _board(call: Call, form: ShareForm, *, lacking: Sequence[rules.Lack] = ()) -> str:
    asked = {key: request.args.get(key, "")[:80] for key in ("mostra", "cerca") if request.args.get(key)}
    content = calls.content_of(found(call.version))
    people, seats = service.reviewers(db.session(), call.id), queries.seats(db.session(), call.id)
    page = paging.read(
        db.session(),
        _listing(call),
        [paging.By(Application.arrival, "arrival")],
        after=request.args.get("dopo"),
        before=request.args.get("prima"),
    )
    counts = queries.call_counts(db.session(), call.id)
    return render_template(
        "evaluation/board.html",
        call=call,
        content=content,
        form=form,
        page=page,
        sheets=(sheets := queries.sheets(db.session(), [row.id for row in page.rows])),
        gaps={id_: _gaps(content, found_) for id_, found_ in sheets.items()},
        people=people,
        seats=seats,
        lacking=_said(lacking),
        asked=asked,
        query=urlencode(asked),
        base="/controllo" if request.path.startswith("/controllo") else "/ufficio",
        burdens=queries.burdens(db.session(), call.id),
        counts=counts,
        waiting=counts.get(Status.ADMITTED, 0),
        total=sum(counts.values()),
        is_lacking=asked.get("mostra") == "scoperte",
        stages=STAGES,
        may_change=permissions.may_manage(current_user, call.id),
    )


def _content_of(application: Application) -> CallContent:
    return calls.content_of(found(calls.get(db.session(), application.call_id).version))


def _gaps(content: CallContent, sheets: list[Sheet]) -> list[Gap]:
    """What disagrees on an application, once its sheets are unsealed."""
    if not rules.is_unsealed([sheet.desk for sheet in sheets]):
        return []
    return [gap for gap in service.gaps_of(content, sheets) if gap.disagrees]


def _panel(application: Application, form: PortalForm) -> str:
    sheets = queries.sheets(db.session(), [application.id])[application.id]
    if any(one.reviewer_id == current_user.id and one.desk.stage is Stage.IN_CONFLICT for one in sheets):
        abort(404)
    is_assigning = isinstance(form, AssignForm)
    return render_template(
        "evaluation/panel.html",
        application=application,
        sheets=sheets,
        stages=STAGES,
        form=form,
        assign_form=(form if is_assigning else AssignForm(formdata=None)).offer(_offered(application)),
        reason_form=ReasonForm(formdata=None) if is_assigning else form,
        is_admitted=application.status is Status.ADMITTED,
        may_reopen=application.status in queries.IN_EVALUATION,
        is_unsealed=rules.is_unsealed([sheet.desk for sheet in sheets]),
        is_blind=_content_of(application).evaluation.blind,
        has_sheets=any(sheet.desk.stage is Stage.SUBMITTED for sheet in sheets),
        is_owed=any(sheet.desk.counts and sheet.desk.stage is not Stage.SUBMITTED for sheet in sheets),
        may_change=permissions.may_manage(current_user, application.call_id),
    )
