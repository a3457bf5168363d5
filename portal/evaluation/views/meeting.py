"""The panel's meeting about one application, and the redacted copies of its documents."""

from contextlib import closing
from typing import BinaryIO, cast
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.applications import queries as applications
from portal.applications.models import Application
from portal.calls import permissions, queries as calls
from portal.calls.rules.content import CallContent
from portal.db import transaction
from portal.documents import rules as files, service as store
from portal.evaluation import queries, rules, service
from portal.evaluation.forms import MeetingForm, meeting_form
from portal.evaluation.queries import Sheet
from portal.evaluation.rules import Stage
from portal.evaluation.views.board import own_application
from portal.evaluation.views.shared import bp, status_of
from portal.kernel.clock import ROME, utcnow
from portal.kernel.errors import DomainError
from portal.web.guards import found, requires


@bp.get("/ufficio/domande/<uuid:application_id>/valutazione/riunione")
@requires("manager", "admin", "auditor")
def meeting(application_id: UUID) -> ResponseReturnValue:
    """The marks side by side, and what was agreed on."""
    application = own_application(application_id, to_change=False)
    return _page(application, None)


@bp.post("/ufficio/domande/<uuid:application_id>/valutazione/riunione")
@requires("manager", "admin")
def agree(application_id: UUID) -> ResponseReturnValue:
    """Record what was agreed on."""
    application = own_application(application_id, to_change=True)
    form = _form(application)
    form.validate()
    try:
        with transaction() as session:
            service.agree(
                session,
                application_id,
                form.marks(),
                present={UUID(one) for one in form.present.data or []},
                held_on=form.held_on.data or utcnow().astimezone(ROME).date(),
                reason=form.reason.data or "",
                by=current_user.email,
                now=utcnow(),
            )
    except rules.SheetIncomplete as refusal:
        form.blame(refusal)
        return _page(application, form), 422
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(application, form), status_of(refusal)
    flash(_("Riunione registrata: questi punteggi valgono al posto della media."), "success")
    return redirect(url_for(".panel", application_id=application_id), 303)


def _sheets(application: Application) -> list[Sheet]:
    """The sheets, once all are in; before, the page is not there."""
    sheets = queries.sheets(db.session(), [application.id])[application.id]
    if not rules.is_unsealed([sheet.desk for sheet in sheets]):
        abort(404)
    return [sheet for sheet in sheets if sheet.desk.stage is Stage.SUBMITTED]


def _content(application: Application) -> CallContent:
    return calls.content_of(found(calls.get(db.session(), application.call_id).version))


def _form(application: Application) -> MeetingForm:
    people = [(str(one.reviewer_id), one.reviewer) for one in _sheets(application)]
    return meeting_form(rules.reviewed(_content(application)), people)


def _page(application: Application, form: MeetingForm | None) -> str:
    sheets, content = _sheets(application), _content(application)
    agreed = queries.agreed(db.session(), {application.id: sheets}).get(application.id)
    may_record = service.is_foreseen(content, sheets) and application.status in queries.IN_EVALUATION
    return render_template(
        "evaluation/meeting.html",
        application=application,
        criteria=rules.reviewed(content),
        sheets=sheets,
        gaps={gap.criterion: gap for gap in service.gaps_of(content, sheets)},
        agreed=agreed,
        form=form or _form(application),
        may_record=may_record and permissions.may_manage(current_user, application.call_id),
    )


@bp.get("/ufficio/domande/<uuid:application_id>/valutazione/copie")
@requires("manager", "admin", "auditor")
def copies(application_id: UUID) -> ResponseReturnValue:
    """What reviewers of a blind call read instead of each document."""
    return _copies(own_application(application_id, to_change=False))


@bp.post("/ufficio/domande/<uuid:application_id>/valutazione/copie/<uuid:attachment_id>")
@requires("manager", "admin")
def redact(application_id: UUID, attachment_id: UUID) -> ResponseReturnValue:
    """Put a redacted copy in the place of a document, or show nothing of it."""
    application = own_application(application_id, to_change=True)
    if attachment_id not in {one.id for one in _enclosed(application)}:
        abort(404)
    sent, who = request.files.get("file"), {"by": current_user.email, "now": utcnow()}
    try:
        with transaction() as session:
            file = None
            if sent is not None and sent.filename:
                with closing(sent.stream):
                    file = store.store(session, cast("BinaryIO", sent.stream), name=sent.filename, **who)
            elif "nulla" not in request.form:
                raise rules.NoCopy
            service.redact(session, application_id, attachment_id, file, **who)
    except DomainError as refusal:
        return _copies(application, wrong={attachment_id: str(refusal)}), (
            413 if isinstance(refusal, files.TooLarge) else 422
        )
    flash(_("Copia aggiornata."), "success")
    return redirect(url_for(".copies", application_id=application_id), 303)


def _enclosed(application: Application) -> tuple[applications.Enclosure, ...]:
    return found(applications.find(db.session(), application.id)).enclosed


def _copies(application: Application, wrong: dict[UUID, str] | None = None) -> str:
    return render_template(
        "evaluation/copies.html",
        application=application,
        content=_content(application),
        enclosed=_enclosed(application),
        copies=queries.redacted(db.session(), application.id),
        wrong=wrong or {},
        may_change=permissions.may_manage(current_user, application.call_id),
    )
