"""The draft act: its text, edited with a preview on a real ranking, and the act itself as a file."""

from typing import Any
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.calls import permissions, queries as calls
from portal.db import transaction
from portal.documents import downloads
from portal.documents.rules.papers import ActBlock
from portal.kernel.clock import utcnow
from portal.kernel.errors import Conflict, DomainError
from portal.ranking import queries, service
from portal.ranking.forms import ActForm
from portal.ranking.models import Ranking
from portal.ranking.rules.act import LISTS, NAMES
from portal.ranking.service import act
from portal.ranking.views.office import requires_reader, requires_writer, seen_ranking
from portal.ranking.views.shared import bp
from portal.web.guards import found

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@bp.get("/ufficio/graduatorie/<uuid:ranking_id>/determina")
@requires_reader
def act_text(ranking_id: UUID) -> ResponseReturnValue:
    """The text in force, with this ranking in it."""
    ranking, call = seen_ranking(ranking_id)
    latest = queries.find_act_template(db.session())
    form = ActForm(formdata=None, text=act.text_in_force(db.session()), base=latest.number if latest else 0)
    return _page(ranking, call, form)


@bp.post("/ufficio/graduatorie/<uuid:ranking_id>/determina")
@requires_writer
def write_act(ranking_id: UUID) -> ResponseReturnValue:
    """Look at another text, or make it the one in force."""
    ranking, call = seen_ranking(ranking_id)
    found(permissions.may_create(current_user) or None)
    form = ActForm()
    wants_look = "preview" in request.form
    if form.validate_on_submit() and not wants_look:
        try:
            with transaction() as session:
                text, reason, base = form.text.data or "", form.reason.data or "", form.base.data or 0
                service.write_act(session, text, reason=reason, base=base, by=current_user.email, now=utcnow())
            flash(_("Il modello è salvato: vale per ogni graduatoria, da adesso."), "success")
            return redirect(url_for(".act_text", ranking_id=ranking_id), 303)
        except DomainError as refusal:
            form.refuse(refusal)
            return _page(ranking, call, form), 409 if isinstance(refusal, Conflict) else 422
    return _page(ranking, call, form), 422 if form.summary else 200


@bp.get("/ufficio/graduatorie/<uuid:ranking_id>/determina.<any(docx, pdf):kind>")
@requires_reader
def act_file(ranking_id: UUID, kind: str) -> ResponseReturnValue:
    """The draft act of a ranking, to sign or to edit further."""
    ranking, call = seen_ranking(ranking_id)
    content = calls.content_by_id(db.session(), ranking.version_id)
    parts = _blocks(ranking, call, act.text_in_force(db.session()))
    if kind == "docx":
        body, media_type = act.as_docx(ranking, parts, content), DOCX
    else:
        body, media_type = act.as_pdf(ranking, parts, content), "application/pdf"
    return downloads.send(body, name=f"determina-{call.slug}-{ranking.number}.{kind}", media_type=media_type)


def _blocks(ranking: Ranking, call: Any, text: str) -> list[ActBlock]:  # noqa: ANN401 - the call
    file = queries.content(db.session(), ranking.id)
    content = calls.content_by_id(db.session(), ranking.version_id)
    known = act.values(ranking, file, call, content, public_url=current_app.config["PUBLIC_URL"])
    return act.blocks(text, known, file)


def _page(ranking: Ranking, call: Any, form: ActForm) -> str:  # noqa: ANN401 - the call
    session = db.session()
    try:
        preview = _blocks(ranking, call, form.text.data or "")
    except DomainError as refusal:
        preview = []
        if not form.summary:
            form.refuse(refusal)
    file, content = queries.content(session, ranking.id), calls.content_by_id(session, ranking.version_id)
    return render_template(
        "ranking/act_text.html",
        ranking=ranking,
        call=call,
        content=content,
        form=form,
        preview=preview,
        names=NAMES,
        lists=LISTS,
        known=act.values(ranking, file, call, content, public_url=current_app.config["PUBLIC_URL"]),
        versions=queries.act_templates(session),
        may_write=permissions.may_create(current_user),
    )
