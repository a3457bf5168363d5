"""The CORs of a batch, pasted or taken from a file: every line or none."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from flask_login import current_user

from portal import db
from portal.awards import permissions, service
from portal.awards.forms import CorsForm
from portal.awards.models import RegisterBatch
from portal.awards.queries import register
from portal.awards.rules.cors import BadLines, read
from portal.awards.views.listing import requires_writer
from portal.calls import queries as calls
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.web.guards import found

MOST_SHOWN = 200
LARGEST = 400_000
"""Octets of a file of lines."""


@requires_writer
def cors(batch_id: UUID) -> ResponseReturnValue:
    """The batch with what it lacks, and the lines that the register answered."""
    batch, form = _batch(batch_id), CorsForm()
    if not form.is_submitted():
        return _page(batch, form)
    _take_file(form)
    if not form.validate():
        return _page(batch, form), 422
    try:
        answers, faults = read(form.lines.data or "", on=form.on.data)
        with transaction() as session:
            new = service.record_cors(session, batch_id, answers, faults, by=current_user.email, now=utcnow())
    except BadLines as refusal:
        form.blame(refusal)
        return _page(_batch(batch_id), form), 422
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(_batch(batch_id), form), 422
    there = len(answers) - new
    flash(ngettext("%(num)s COR riportato.", "%(num)s COR riportati.", new), "success")
    if there:
        flash(ngettext("%(num)s c'era già.", "%(num)s c'erano già.", there), "info")
    return redirect(url_for(".cors", batch_id=batch_id), 303)


def _take_file(form: CorsForm) -> None:
    """Put a file's text where it can be read and mended; what was typed counts only without a file."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return
    content = sent.stream.read(LARGEST + 1)
    try:
        form.lines.data = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        form.lines.data = content.decode("cp1252", errors="replace")
    form.lines.data = form.lines.data.replace("\x00", "")


def _batch(batch_id: UUID) -> RegisterBatch:
    batch = found(register.find_batch(db.session(), batch_id))
    return found(batch if permissions.may_grant(current_user, batch.call_id) else None)


def _page(batch: RegisterBatch, form: CorsForm) -> str:
    there = register.registered(db.session(), [row["protocollo"] for row in batch.rows])
    missing = [row for row in batch.rows if row["protocollo"] in there and there[row["protocollo"]].cor is None]
    return render_template(
        "awards/cors.html",
        batch=batch,
        call=calls.get(db.session(), batch.call_id),
        form=form,
        missing=missing[:MOST_SHOWN],
        lacking=len(missing),
        have=len(there) - len(missing),
        more=max(0, len(missing) - MOST_SHOWN),
    )


def route(bp: Blueprint) -> None:
    """Where this page is."""
    bp.route("/ufficio/concessioni/registro/<uuid:batch_id>/cor", methods=["GET", "POST"])(cors)
