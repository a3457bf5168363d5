"""The office's rankings: draw up, look, publish."""

from collections.abc import Callable
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from portal import db
from portal.calls import permissions as call_permissions, queries as calls
from portal.calls.models import Call
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import Conflict, DomainError
from portal.ranking import permissions, queries, service
from portal.ranking.forms import DrawForm, PressForm
from portal.ranking.models import Ranking
from portal.ranking.rules import Cause
from portal.ranking.views.listed import send_list
from portal.ranking.views.public import send
from portal.ranking.views.shared import HELD, OUTCOMES, bp, shown, titles
from portal.web.forms import PortalForm
from portal.web.guards import found, requires

requires_reader = requires("manager", "admin", "auditor")
requires_writer = requires("manager", "admin")


@requires_reader
def versions(slug: str) -> ResponseReturnValue:
    """Every version of a call's ranking, and the way to the next."""
    return _versions(own_call(slug, to_change=False), DrawForm(formdata=None))


@bp.post("/ufficio/bandi/<slug>/graduatorie")
@requires_writer
def draw_up(slug: str) -> ResponseReturnValue:
    """Draw the next version up."""
    call, form = own_call(slug, to_change=True), DrawForm()
    if not form.validate_on_submit():
        return _versions(call, form), 422
    try:
        with transaction() as session:
            ranking = _draw(session, call, form)
    except DomainError as refusal:
        form.refuse(refusal)
        return _versions(own_call(slug, to_change=True), form), 422
    return redirect(url_for(".version", ranking_id=ranking.id), 303)


def _draw(session: Session, call: Call, form: DrawForm) -> Ranking:
    cause, reason, by = Cause(form.cause.data), form.reason.data or "", current_user.email
    if cause is Cause.RESERVE_DRAW:
        return service.draw_reserve(session, call.id, reason=reason, by=by, now=utcnow())
    return service.draw_up(session, call.id, reason=reason, cause=cause, seed=form.seed.data, by=by, now=utcnow())


@requires_reader
def version(ranking_id: UUID) -> ResponseReturnValue:
    """One version, with the points of every criterion."""
    return _version(*_ranking(ranking_id, to_change=False), PressForm(formdata=None))


@bp.post("/ufficio/graduatorie/<uuid:ranking_id>/approva")
@requires_writer
def approve(ranking_id: UUID) -> ResponseReturnValue:
    """The second pair of eyes; from now on the version is frozen."""
    return _press(ranking_id, service.approve, _("La versione è approvata e non cambia più."))


@bp.post("/ufficio/graduatorie/<uuid:ranking_id>/pubblica")
@requires_writer
def publish(ranking_id: UUID) -> ResponseReturnValue:
    """Make it the ranking of the call; every firm is told."""
    return _press(ranking_id, service.publish, _("La graduatoria è pubblicata. Le imprese ricevono un messaggio."))


def _press(ranking_id: UUID, verb: Callable[..., Ranking], done: str) -> ResponseReturnValue:
    _ranking(ranking_id, to_change=True)
    form = PressForm()
    try:
        with transaction() as session:
            verb(session, ranking_id, by=current_user.email, now=utcnow())
    except DomainError as refusal:
        form.refuse(refusal)
        status = 409 if isinstance(refusal, Conflict) else 422
        return _version(*_ranking(ranking_id, to_change=True), form), status
    flash(done, "success")
    return redirect(url_for(".version", ranking_id=ranking_id), 303)


@requires_reader
def version_file(ranking_id: UUID, kind: str) -> ResponseReturnValue:
    """A version as a file, published or not."""
    ranking, call = _ranking(ranking_id, to_change=False)
    return send(ranking, kind, name=f"graduatoria-{call.slug}-{ranking.number}")


@requires_reader
def version_list(ranking_id: UUID, kind: str) -> ResponseReturnValue:
    """The list as the page shows it, narrowed as it is, whole."""
    ranking, call = _ranking(ranking_id, to_change=False)
    return send_list(ranking, kind, name=f"{call.slug}-{ranking.number}", by_firm=True)


def own_call(slug: str, *, to_change: bool) -> Call:
    """The call, to whoever may see or change it."""
    call = found(calls.find_seen(db.session(), slug)).call
    _check(call.id, to_change=to_change)
    return call


def _ranking(ranking_id: UUID, *, to_change: bool) -> tuple[Ranking, Call]:
    ranking = found(queries.find(db.session(), ranking_id))
    _check(ranking.call_id, to_change=to_change)
    return ranking, calls.get(db.session(), ranking.call_id)


def seen_ranking(ranking_id: UUID) -> tuple[Ranking, Call]:
    """A version and its call, if whoever looks may see them."""
    return _ranking(ranking_id, to_change=False)


def _check(call_id: UUID, *, to_change: bool) -> None:
    may = call_permissions.may_manage if to_change else call_permissions.may_see
    if not may(current_user, call_id):
        abort(404)


def _versions(call: Call, form: PortalForm) -> str:
    return render_template(
        "ranking/versions.html",
        call=call,
        content=calls.content_of(found(call.version)),
        versions=queries.versions(db.session(), call.id),
        owed=queries.owed(db.session(), call.id),
        is_open=utcnow() < call.closes_at,
        form=form,
        may_change=_is_here_to_change() and call_permissions.may_manage(current_user, call.id),
        mark=_mark(),
    )


def _version(ranking: Ranking, call: Call, form: PortalForm) -> str:
    content = calls.content_by_id(db.session(), ranking.version_id)
    latest = queries.find_latest(db.session(), call.id)
    is_latest = latest is not None and latest.id == ranking.id
    may_change = _is_here_to_change() and call_permissions.may_manage(current_user, call.id)
    return render_template(
        "ranking/version.html",
        call=call,
        content=content,
        view=shown(db.session(), ranking, by_firm=True),
        titles=titles(content),
        outcomes=OUTCOMES,
        held=HELD,
        form=form,
        may_approve=is_latest and may_change and permissions.may_approve(current_user.email, ranking),
        may_publish=is_latest and may_change and permissions.may_publish(current_user.email, ranking),
        mark=_mark(),
    )


def _is_here_to_change() -> bool:
    return not request.path.startswith("/controllo")


def _mark() -> str:
    """What the endpoints of the pages beside this one begin with."""
    return "" if _is_here_to_change() else "control_"


for _base, _named in (("/ufficio", ""), ("/controllo", "control_")):
    _one = f"{_base}/graduatorie/<uuid:ranking_id>"
    bp.get(f"{_base}/bandi/<slug>/graduatorie", endpoint=f"{_named}versions")(versions)
    bp.get(_one, endpoint=f"{_named}version")(version)
    bp.get(f"{_one}.<any(json, csv, pdf, xlsx):kind>", endpoint=f"{_named}version_file")(version_file)
    bp.get(f"{_one}/elenco.<any(csv, xlsx):kind>", endpoint=f"{_named}version_list")(version_list)
