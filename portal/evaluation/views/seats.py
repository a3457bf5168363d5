"""The panel of a call: who sits on it, what they know; and what people declare of themselves."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.accounts.models import User
from portal.calls import queries as calls
from portal.calls.models import Call
from portal.db import transaction
from portal.evaluation import queries, service
from portal.evaluation.forms import InterestForm, SeatForm
from portal.evaluation.views.board import own_call
from portal.evaluation.views.shared import bp
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.web.guards import found, requires


@bp.get("/ufficio/bandi/<slug>/commissione/<uuid:user_id>")
@requires("manager", "admin")
def seat(slug: str, user_id: UUID) -> ResponseReturnValue:
    """What one reviewer takes of the call, and knows best."""
    call, user = _reviewer(slug, user_id)
    return _seat(call, user, SeatForm.of(queries.seats(db.session(), call.id).get(user.id)))


@bp.post("/ufficio/bandi/<slug>/commissione/<uuid:user_id>")
@requires("manager", "admin")
def keep_seat(slug: str, user_id: UUID) -> ResponseReturnValue:
    """Keep it."""
    call, user = _reviewer(slug, user_id)
    form = SeatForm()
    form.offer(calls.content_of(found(call.version)).pathways)
    if not form.validate_on_submit():
        return _seat(call, user, form), 422
    with transaction() as session:
        service.seat(session, call.id, user.id, form.place(), by=current_user.email, now=utcnow())
    flash(_("Commissione aggiornata."), "success")
    return redirect(url_for(".board", slug=slug), 303)


def _reviewer(slug: str, user_id: UUID) -> tuple[Call, User]:
    call = own_call(slug, to_change=True)
    people = service.reviewers(db.session(), call.id)
    return call, found(next((user for user in people if user.id == user_id), None))


def _seat(call: Call, user: User, form: SeatForm) -> str:
    content = calls.content_of(found(call.version))
    form.offer(content.pathways)
    return render_template("evaluation/seat.html", call=call, content=content, user=user, form=form)


@bp.get("/interessi")
@requires("reviewer", "manager", "admin", "auditor")
def interests() -> ResponseReturnValue:
    """What I declared, and the way to declare more."""
    return _interests(InterestForm(formdata=None))


@bp.post("/interessi")
@requires("reviewer", "manager", "admin", "auditor")
def name_interest() -> ResponseReturnValue:
    """Declare a code."""
    form = InterestForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                is_own, reason = bool(form.is_own.data), form.reason.data or ""
                who = {"by": current_user.email, "now": utcnow()}
                service.name_interest(
                    session, current_user.id, tax_code=form.code(), is_own=is_own, reason=reason, **who
                )
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("Dichiarazione registrata: da ora il portale ne tiene conto ovunque."), "success")
            return redirect(url_for(".interests"), 303)
    return _interests(form), 422


def _interests(form: InterestForm) -> str:
    mine = queries.interests(db.session(), current_user.id)
    return render_template("evaluation/interests.html", mine=mine, form=form)
