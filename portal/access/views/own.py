"""A firm asks, answers, and takes what it was granted."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.access import queries, rules, service
from portal.access.forms import AnswerForm, AskForm
from portal.access.models import Request
from portal.access.views.shared import WORDS, bp
from portal.applications import permissions, queries as applications
from portal.applications.queries import Folder
from portal.db import transaction
from portal.documents import downloads
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.web.guards import found, requires_company


@bp.route("/area/domande/<uuid:application_id>/accesso-atti", methods=["GET", "POST"])
@requires_company
def ask(application_id: UUID) -> ResponseReturnValue:
    """What was asked and what others ask, and a new request."""
    folder, form = _folder(application_id), AskForm()
    may_ask = permissions.may_submit(current_user, folder.application.call_id)
    if request.method == "POST":
        found(may_ask or None)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                made = service.ask(
                    session,
                    folder.application,
                    protocol=form.protocol.data or "",
                    wanted=form.wanted.data or "",
                    interest=form.interest.data or "",
                    by=current_user.email,
                )
            flash(_("La richiesta è arrivata all'ufficio, che ha trenta giorni per decidere."), "success")
            return redirect(url_for(".own", request_id=made.id), 303)
        except DomainError as refusal:
            form.refuse(refusal)
            folder = _folder(application_id)
    page = {
        "folder": folder,
        "form": form,
        "requests": queries.of_application(db.session(), application_id),
        "words": WORDS,
        "may_ask": may_ask,
    }
    return render_template("access/ask.html", **page), 422 if form.summary else 200


@bp.get("/area/accesso-atti/<uuid:request_id>")
@requires_company
def own(request_id: UUID) -> ResponseReturnValue:
    """One request, as the firm that asks, or the one concerned, sees it."""
    return _page(_party(request_id), AnswerForm(formdata=None))


@bp.post("/area/accesso-atti/<uuid:request_id>/risposta")
@requires_company
def answer(request_id: UUID) -> ResponseReturnValue:
    """The firm concerned objects, or not."""
    asked, form = _party(request_id), AnswerForm()
    found((_is_concerned(asked) and permissions.may_submit(current_user, asked.application.call_id)) or None)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                objects = form.objects.data == "yes"
                by = current_user.email
                service.answer(session, request_id, objects=objects, text=form.text.data or "", by=by)
            flash(_("La risposta è arrivata all'ufficio."), "success")
            return redirect(url_for(".own", request_id=request_id), 303)
        except DomainError as refusal:
            form.refuse(refusal)
    return _page(_party(request_id), form), 422


@bp.get("/area/accesso-atti/<uuid:request_id>/documenti/<uuid:handout_id>")
@requires_company
def take(request_id: UUID, handout_id: UUID) -> ResponseReturnValue:
    """A document that was granted; the download is noted before it begins."""
    asked = _party(request_id)
    if _is_concerned(asked) or asked.state not in rules.GIVING:
        return found(None)
    handout = found(queries.find_handout(db.session(), request_id, handout_id))
    response = downloads.send_file(handout.file)
    with transaction() as session:
        service.downloaded(session, handout, by=current_user.email, now=utcnow())
    return response


def _folder(application_id: UUID) -> Folder:
    folder = applications.find_own(db.session(), application_id, **permissions.reach(current_user))
    return found(folder if folder and folder.application.submitted_at else None)


def _party(request_id: UUID) -> Request:
    return found(queries.find_party(db.session(), request_id, **permissions.reach(current_user)))


def _is_concerned(asked: Request) -> bool:
    """Whether whoever looks acts for the firm whose acts are asked for, not for the one that asks."""
    return bool(asked.application.company_id != permissions.reach(current_user)["company_id"])


def _page(asked: Request, form: AnswerForm) -> str:
    is_concerned = _is_concerned(asked)
    is_given = asked.state in rules.GIVING and not is_concerned
    return render_template(
        "access/own.html",
        asked=asked,
        form=form,
        words=WORDS,
        is_concerned=is_concerned,
        may_answer=is_concerned
        and asked.objects is None
        and asked.state in rules.OPEN
        and permissions.may_submit(current_user, asked.application.call_id),
        is_silent=rules.is_silent(asked.state, due_at=asked.due_at, now=utcnow()),
        handouts=queries.handouts(db.session(), asked.id) if is_given else [],
        now=utcnow(),
    )
