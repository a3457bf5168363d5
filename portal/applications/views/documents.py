"""The documents of an application: uploaded when chosen, removed, downloaded."""

from contextlib import closing
from time import monotonic
from typing import Any, BinaryIO, cast
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from portal import db
from portal.applications import permissions, queries, rules, service
from portal.applications.queries import Folder
from portal.applications.rules.completeness import DOCUMENTS, fields_of, is_asked
from portal.applications.rules.freezing import check_editable
from portal.applications.views import requests
from portal.applications.views.shared import bp, journey, next_address, own, status_of
from portal.calls.rules.content import DocumentAsked
from portal.db import transaction
from portal.documents import downloads, rules as files, service as store
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.web.errors import WORDS
from portal.web.guards import found, requires_company

LARGEST = 102 * files.MEGABYTE
"""What a call may ask for at most, with room for the rest of the request."""
DRAINED, PATIENCE = 400 * files.MEGABYTE, 20.0


@bp.url_value_preprocessor
def _room_for_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if endpoint in {f"{bp.name}.upload", f"{bp.name}.respond"}:
        request.max_content_length = LARGEST


@bp.get("/area/domande/<uuid:application_id>/documenti")
@requires_company
def documents(application_id: UUID) -> ResponseReturnValue:
    """What is asked for, and what is there."""
    return _page(own(application_id))


@bp.post("/area/domande/<uuid:application_id>/documenti/<document>")
@requires_company
def upload(application_id: UUID, document: str) -> ResponseReturnValue:
    """Take one file; what is wrong with it is said beside it."""
    folder = own(application_id)
    asked = found(_document(folder, document))
    try:
        _take(folder, asked)
    except DomainError as refusal:
        status = 413 if isinstance(refusal, files.TooLarge) else status_of(refusal)
        return _page(own(application_id), wrong={document: str(refusal)}), status
    return redirect(f"{url_for('.documents', application_id=application_id)}#doc-{document}", 303)


def _take(folder: Folder, asked: DocumentAsked) -> None:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise rules.NoFile
    check_editable(folder.application.status, frozen_at=folder.application.frozen_at)
    who = {"by": current_user.email, "now": utcnow()}
    allowed, limit = files.kinds(asked.formats), asked.max_mb * files.MEGABYTE
    with closing(sent.stream), transaction() as session:
        file = store.store(
            session, cast("BinaryIO", sent.stream), name=sent.filename, allowed=allowed, limit=limit, **who
        )
        service.attach(session, folder.application.id, file, document=asked.key, **who)


@bp.errorhandler(413)
def _too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """A body beyond every limit: read to its end, so that the browser hears the answer; then said beside the field."""
    _drain()
    if request.endpoint == f"{bp.name}.respond" and current_user.is_authenticated:
        return requests.too_large(**(request.view_args or {}))
    if request.endpoint != f"{bp.name}.upload" or not current_user.is_authenticated:
        return render_template("errors/error.html", words=WORDS[413], status=413), error.code
    values = request.view_args or {}
    folder = own(values["application_id"])
    asked = found(_document(folder, values["document"]))
    return _page(folder, wrong={asked.key: str(files.TooLarge(limit=asked.max_mb))}), error.code


def _drain() -> None:
    body, left, until = request.environ["wsgi.input"], min(request.content_length or 0, DRAINED), monotonic() + PATIENCE
    while left > 0 and monotonic() < until and (chunk := body.read(min(left, 1 << 16))):
        left -= len(chunk)


@bp.post("/area/domande/<uuid:application_id>/documenti/<uuid:attachment_id>/rimuovi")
@requires_company
def remove(application_id: UUID, attachment_id: UUID) -> ResponseReturnValue:
    """Take a file out."""
    own(application_id)
    try:
        with transaction() as session:
            service.detach(session, application_id, attachment_id, by=current_user.email, now=utcnow())
        flash(_("Il file è stato rimosso."), "success")
    except DomainError as refusal:
        flash(str(refusal), "danger")
    return redirect(url_for(".documents", application_id=application_id), 303)


@bp.get("/area/domande/<uuid:application_id>/documenti/<uuid:attachment_id>")
@requires_company
def download(application_id: UUID, attachment_id: UUID) -> ResponseReturnValue:
    """The file, to keep."""
    reach = permissions.reach(current_user)
    attachment = found(queries.find_own_attachment(db.session(), attachment_id, application_id, **reach))
    return downloads.send_file(attachment.file)


def _document(folder: Folder, key: str) -> DocumentAsked | None:
    return next((one for one in _asked(folder) if one.key == key), None)


def _asked(folder: Folder) -> list[DocumentAsked]:
    fields = fields_of(folder.content)
    return [one for one in folder.content.documents if is_asked(one.condition, folder.answers, fields)]


def _page(folder: Folder, *, wrong: dict[str, str] | None = None) -> str:
    return render_template(
        "applications/documents.html",
        folder=folder,
        asked=_asked(folder),
        wrong=wrong or {},
        legs=journey(folder, DOCUMENTS),
        onward=next_address(folder, DOCUMENTS),
        is_checked="controlla" in request.args,
    )
