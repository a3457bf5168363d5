"""The reviewer's desk: the list, the conflict step, the case, the sheet."""

from dataclasses import replace
from pathlib import PurePath
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.applications import queries as applications
from portal.applications.queries import Folder
from portal.applications.service import papers
from portal.calls import queries as calls
from portal.calls.rules.content import CallContent, Criterion
from portal.db import transaction
from portal.documents import downloads
from portal.documents.rules.papers import ApplicationSheet
from portal.evaluation import queries, rules, service
from portal.evaluation.forms import CONFLICT, DeclareForm, ReasonForm, SheetForm, sheet_form
from portal.evaluation.queries import Work
from portal.evaluation.rules import ConflictState, Stage
from portal.evaluation.rules.blind import blind
from portal.evaluation.views.shared import STAGES, TIES, bp, status_of
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.web.filters import clock
from portal.web.guards import found, requires_reviewer
from portal.web.language import current as language

ORDER = {stage: place for place, stage in enumerate([Stage.DRAFT, Stage.TO_SCORE, Stage.TO_DECLARE])}


@bp.get("/valutazione")
@requires_reviewer
def index() -> ResponseReturnValue:
    """What I owe, what is begun first."""
    session = db.session()
    works, tied = (
        queries.works(session, current_user.id),
        queries.tied_companies(session, current_user.id, email=current_user.email),
    )
    works = [_closed(work) if work.company_id in tied else work for work in works]
    works.sort(key=lambda work: (ORDER.get(work.stage, len(ORDER)), work.given_at))
    owed = sum(work.stage in ORDER for work in works)
    contents = {call_id: _content_of(call_id) for call_id in {work.call_id for work in works}}
    return render_template("evaluation/index.html", works=works, owed=owed, stages=STAGES, contents=contents)


@bp.get("/valutazione/<uuid:assignment_id>")
@requires_reviewer
def case(assignment_id: UUID) -> ResponseReturnValue:
    """The conflict step first; the application and the sheet after it."""
    work = _mine(assignment_id)
    return _page(work)


@bp.post("/valutazione/<uuid:assignment_id>/conflitto")
@requires_reviewer
def declare(assignment_id: UUID) -> ResponseReturnValue:
    """Answer for conflicts, once."""
    work, form = _mine(assignment_id), DeclareForm()
    if _ties(work):
        return _page(work), 422
    if not form.validate_on_submit():
        return _declare_page(work, form), 422
    try:
        with transaction() as session:
            has_conflict = form.answer.data == CONFLICT
            by, now, reason = current_user.email, utcnow(), form.reason.data or ""
            service.declare(session, work.id, has_conflict=has_conflict, reason=reason, by=by, now=now)
    except DomainError as refusal:
        form.refuse(refusal)
        return _declare_page(work, form), status_of(refusal)
    return redirect(url_for(".case", assignment_id=assignment_id), 303)


@bp.post("/valutazione/<uuid:assignment_id>/bozza")
@requires_reviewer
def draft(assignment_id: UUID) -> ResponseReturnValue:
    """Keep what is written so far; by itself as one types (JSON), or by the button."""
    work = _mine(assignment_id)
    form = sheet_form(_criteria(work), {})
    is_quiet = request.accept_mimetypes.best == "application/json"
    try:
        with transaction() as session:
            service.save_draft(session, work.id, form.marks(), comment=form.comment.data or "")
    except DomainError as refusal:
        if is_quiet:
            return {"error": str(refusal)}, status_of(refusal)
        return _refused(work, form, refusal)
    said = _("Salvato alle %(time)s", time=clock(utcnow()))
    if is_quiet:
        return {"saved": said}
    flash(said, "success")
    return redirect(url_for(".case", assignment_id=assignment_id), 303)


@bp.post("/valutazione/<uuid:assignment_id>/consegna")
@requires_reviewer
def submit(assignment_id: UUID) -> ResponseReturnValue:
    """Hand the sheet in. What is written is kept even where it is not whole."""
    work = _mine(assignment_id)
    form = sheet_form(_criteria(work), {})
    form.validate()
    try:
        with transaction() as session:
            marks, comment = form.marks(), form.comment.data or ""
            service.submit(session, work.id, marks, comment=comment, by=current_user.email, now=utcnow())
    except rules.SheetIncomplete as refusal:
        form.blame(refusal)
        with transaction() as session:
            service.save_draft(session, work.id, marks, comment=comment)
        return _refused(work, form, refusal)
    except DomainError as refusal:
        return _refused(work, form, refusal)
    flash(_("Scheda consegnata. Grazie."), "success")
    return redirect(url_for(".index"), 303)


@bp.get("/valutazione/<uuid:assignment_id>/allegati/<uuid:attachment_id>")
@requires_reviewer
def attachment(assignment_id: UUID, attachment_id: UUID) -> ResponseReturnValue:
    """A document of the application, to keep; in a blind call its redacted copy, or nothing."""
    work = _mine(assignment_id)
    if work.stage not in _OPEN or _ties(work):
        abort(404)
    if _content(work).evaluation.blind:
        copy = found(queries.find_redacted(db.session(), work.application_id, attachment_id))
        return downloads.send_file(copy, name=f"documento-{work.arrival}{PurePath(copy.name).suffix}")
    return downloads.send_file(found(applications.find_handed_in(db.session(), attachment_id, work.application_id)))


@bp.post("/valutazione/<uuid:assignment_id>/rinuncia")
@requires_reviewer
def step_down(assignment_id: UUID) -> ResponseReturnValue:
    """Leave the application to somebody else."""
    work, form = _mine(assignment_id), ReasonForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                reason, by = form.reason.data or "", current_user.email
                service.step_down(session, work.id, reason=reason, by=by, now=utcnow())
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("Hai rinunciato alla domanda %(protocol)s: passa a un'altra persona.", protocol=work.protocol))
            return redirect(url_for(".index"), 303)
    return render_template("evaluation/step_down.html", work=work, form=form, content=_content(work)), 422


@bp.get("/valutazione/<uuid:assignment_id>/rinuncia")
@requires_reviewer
def leave(assignment_id: UUID) -> ResponseReturnValue:
    """Ask why."""
    work, form = _mine(assignment_id), ReasonForm(formdata=None)
    return render_template("evaluation/step_down.html", work=work, form=form, content=_content(work))


_OPEN = frozenset({Stage.TO_SCORE, Stage.DRAFT, Stage.SUBMITTED})


def _mine(assignment_id: UUID) -> Work:
    return found(queries.find_work(db.session(), assignment_id, current_user.id))


def _ties(work: Work) -> tuple[rules.Detected, ...]:
    return service.ties_between(db.session(), current_user.id, work.application_id)


def _criteria(work: Work) -> list[Criterion]:
    return rules.reviewed(_content(work))


def _content(work: Work) -> CallContent:
    return _content_of(work.call_id)


def _content_of(call_id: UUID) -> CallContent:
    return calls.content_of(found(calls.get(db.session(), call_id).version))


def _closed(work: Work) -> Work:
    """The work as it stands since the portal knows of a tie."""
    desk = replace(work.sheet.desk, conflict=ConflictState.DETECTED)
    return replace(work, sheet=replace(work.sheet, desk=desk))


def _paper(folder: Folder, work: Work, content: CallContent) -> ApplicationSheet:
    """The application to read; masked where the call is blind, and then without what was sent later."""
    session, is_blind = db.session(), content.evaluation.blind
    asked = [] if is_blind else applications.requests_of(session, [work.application_id])[work.application_id]
    paper = papers.sheet(folder, at=utcnow(), lang="en" if language() == "en" else "it", asked=asked)
    if not is_blind:
        return paper
    return blind(paper, papers.asked_fields(folder), queries.secrets(session, work.application_id))


def _page(work: Work, form: SheetForm | None = None) -> str:
    """The page for where the assignment is. Ties are looked for at every reading, whatever was declared."""
    ties = _ties(work)
    if work.stage is Stage.TO_DECLARE and not ties:
        return _declare_page(work, DeclareForm(formdata=None))
    if work.stage not in _OPEN or ties:
        ties_said = [TIES[kind] for kind in dict.fromkeys(tie.kind for tie in ties)]
        return render_template("evaluation/in_conflict.html", work=work, ties=ties_said, content=_content(work))
    folder = found(applications.find(db.session(), work.application_id))
    sheets = queries.sheets(db.session(), [work.application_id])
    desks = [sheet.desk for sheet in sheets[work.application_id]]
    content = _content(work)
    is_opened = work.stage is Stage.SUBMITTED and rules.is_unsealed(desks)
    return render_template(
        "evaluation/case.html",
        work=work,
        content=content,
        form=form or sheet_form(rules.reviewed(content), work.sheet.marks, comment=work.sheet.comment),
        criteria=rules.reviewed(content),
        paper=_paper(folder, work, content),
        enclosed=folder.enclosed,
        copies=queries.redacted(db.session(), work.application_id) if content.evaluation.blind else None,
        agreed=queries.agreed(db.session(), sheets).get(work.application_id) if is_opened else None,
        documents={document.key: document.title for document in content.documents},
        automatic=queries.automatic_criteria(db.session(), work.application_id),
        titles={c.key: c.title for c in content.criteria} | {b.key: b.title for b in content.bonus},
        others=[
            s
            for s in sheets[work.application_id]
            if s.reviewer_id != current_user.id and rules.may_see(s.desk, current_user.id, desks)
        ],
        is_open=work.stage is not Stage.SUBMITTED and work.status in queries.IN_EVALUATION,
        stage=STAGES[work.stage],
    )


def _declare_page(work: Work, form: DeclareForm) -> str:
    party = queries.party(db.session(), work.application_id)
    return render_template("evaluation/declare.html", work=work, form=form, party=party, content=_content(work))


def _refused(work: Work, form: SheetForm, refusal: DomainError) -> ResponseReturnValue:
    form.refuse(refusal)
    fresh = _mine(work.id)
    return _page(fresh, form), status_of(refusal)
