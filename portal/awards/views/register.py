"""Drawing the reserve of a call, and the batches for the national register."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.awards import permissions, service
from portal.awards.forms import BatchForm, DrawForm
from portal.awards.models import RegisterBatch
from portal.awards.queries import cases, register
from portal.awards.rules.deadlines import CONFIRM_DAYS
from portal.awards.rules.register import COLUMNS
from portal.awards.service.register import render
from portal.awards.views.listing import offered_calls, requires_reader, requires_writer
from portal.awards.views.shared import MEDIA
from portal.calls import queries as calls
from portal.calls.models import Call
from portal.db import transaction
from portal.documents import downloads
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.ranking import queries as rankings, service as ranking
from portal.ranking.rules import Outcome
from portal.web import paging
from portal.web.guards import found

LATEST_FIRST = [paging.By(RegisterBatch.number, "number", descending=True)]


def _call(slug: str, *, to_change: bool) -> Call:
    call = found(calls.find_seen(db.session(), slug)).call
    may = permissions.may_grant if to_change else permissions.may_see
    return found(call if may(current_user, call.id) else None)


@requires_reader
def reserve(slug: str) -> ResponseReturnValue:
    """Which places were given up, until when the ranking may be drawn from, and the way to the next version."""
    return _reserve(_call(slug, to_change=False), DrawForm(formdata=None))


def _reserve(call: Call, form: DrawForm) -> str:
    session, now = db.session(), utcnow()
    in_force = rankings.latest_published(session, call.id)
    until = cases.reserve_until(session, in_force) if in_force else None
    counts = rankings.counts(session, in_force.id) if in_force else None
    may_draw = permissions.may_grant(current_user, call.id) and not request.path.startswith("/controllo")
    return render_template(
        "awards/reserve.html",
        call=call,
        content=calls.content_of(found(call.version)),
        in_force=in_force,
        until=until,
        is_over=until is not None and now >= until,
        freed=rankings.freed(session, in_force.id) if in_force else 0,
        waiting=counts.of(Outcome.RESERVE) if counts else 0,
        form=form,
        may_draw=may_draw,
    )


@requires_writer
def draw(slug: str) -> ResponseReturnValue:
    """Draw up the version that fills the places given up."""
    call, form = _call(slug, to_change=True), DrawForm()
    if not form.validate_on_submit():
        return _reserve(call, form), 422
    try:
        with transaction() as session:
            reason, by = form.reason.data, current_user.email
            drawn = ranking.draw_reserve(session, call.id, reason=reason, by=by, now=utcnow())
    except DomainError as refusal:
        form.refuse(refusal)
        return _reserve(_call(slug, to_change=True), form), 422
    words = _("La nuova versione è redatta: un'altra persona la approva; poi si pubblica e si concede.")
    flash(words, "success")
    return redirect(url_for("ranking.version", ranking_id=drawn.id), 303)


@requires_reader
def batches() -> ResponseReturnValue:
    """Batches made, the latest first, and the way to the next."""
    return _batches(BatchForm(formdata=None))


def _batches(form: BatchForm) -> str:
    reach, session = permissions.scope(current_user), db.session()
    page = paging.read(
        session,
        register.batches(reach),
        LATEST_FIRST,
        after=request.args.get("dopo"),
        before=request.args.get("prima"),
    )
    return render_template(
        "awards/batches.html",
        page=page,
        form=form,
        calls=[(call.id, title) for call, title in offered_calls(reach)],
        columns=COLUMNS,
        confirm_days=CONFIRM_DAYS,
        address=request.path,
        may_make=not request.path.startswith("/controllo"),
        may_write={one.call_id for one in page.rows if permissions.may_grant(current_user, one.call_id)},
    )


@requires_writer
def make_batch() -> ResponseReturnValue:
    """Make the next batch of a call."""
    form = BatchForm()
    if not form.validate_on_submit():
        return _batches(form), 422
    call_id = UUID(form.call.data)
    found(permissions.may_grant(current_user, call_id) or None)
    try:
        with transaction() as session:
            batch = service.make_batch(session, call_id, by=current_user.email, now=utcnow())
    except DomainError as refusal:
        form.refuse(refusal)
        return _batches(form), 422
    flash(_("Lotto %(number)s creato.", number=batch.number), "success")
    return redirect(url_for(".batches"), 303)


@requires_reader
def batch_file(batch_id: UUID, kind: str) -> ResponseReturnValue:
    """A batch as it was sent, byte for byte."""
    batch = found(register.find_batch(db.session(), batch_id))
    if not permissions.may_see(current_user, batch.call_id):
        abort(404)
    call = calls.get(db.session(), batch.call_id)
    body = render(batch, kind, call_code=call.code)
    return downloads.send(body, name=f"lotto-rna-{batch.number}.{kind}", media_type=MEDIA[kind])


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    for base, mark in (("/ufficio", ""), ("/controllo", "control_")):
        bp.get(f"{base}/bandi/<slug>/scorrimento", endpoint=f"{mark}reserve")(reserve)
        bp.get(f"{base}/concessioni/registro", endpoint=f"{mark}batches")(batches)
        kinds = "<any(csv, xlsx, xml):kind>"
        bp.get(f"{base}/concessioni/registro/<uuid:batch_id>.{kinds}", endpoint=f"{mark}batch_file")(batch_file)
    bp.post("/ufficio/bandi/<slug>/scorrimento")(draw)
    bp.post("/ufficio/concessioni/registro")(make_batch)
