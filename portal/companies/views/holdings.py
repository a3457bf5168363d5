"""Neighbours: who holds the firm, and whom it holds."""

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal.companies import queries, service
from portal.companies.forms import HoldingForm
from portal.companies.models import Holding
from portal.companies.rules.profile import fingerprint
from portal.companies.views.page import own, own_id, page
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.web.guards import found, requires_company


@requires_company
def new_holding() -> ResponseReturnValue:
    """Add a neighbour."""
    return _edit(None)


@requires_company
def holding(holding_id: UUID) -> ResponseReturnValue:
    """Change a neighbour."""
    return _edit(found(next((row for row in own().holdings if row.id == holding_id), None)))


def _edit(row: Holding | None) -> ResponseReturnValue:
    company_id, facts = own_id(), queries.holding(row) if row else None
    others = [(one.id, one.name) for one in own().holdings if row is None or one.id != row.id]
    form = HoldingForm(data={**(HoldingForm.values(facts) if facts else {}), "seen": fingerprint(facts)}).offer(others)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                made = service.save_holding(
                    session,
                    company_id,
                    row.id if row else None,
                    form.facts(),
                    seen=form.seen.data,
                    by=current_user.email,
                    now=utcnow(),
                )
            flash(_("Partecipazione salvata: %(name)s.", name=made.name), "success")
            return redirect(url_for(".overview", _anchor="partecipazioni"), 303)
        except DomainError as refusal:
            form.refuse(refusal)
    return page("companies/holding.html", form, row=row)


@requires_company
def remove_holding(holding_id: UUID) -> ResponseReturnValue:
    """Take a neighbour away."""
    with transaction() as session:
        service.remove_holding(session, own_id(), holding_id, by=current_user.email, now=utcnow())
    flash(_("Partecipazione tolta."), "success")
    return redirect(url_for(".overview", _anchor="partecipazioni"), 303)


def route(bp: Blueprint) -> None:
    """The addresses of this room."""
    both = ["GET", "POST"]
    bp.add_url_rule("/area/impresa/partecipazioni/nuova", view_func=new_holding, methods=both)
    bp.add_url_rule("/area/impresa/partecipazioni/<uuid:holding_id>", view_func=holding, methods=both)
    bp.add_url_rule("/area/impresa/partecipazioni/<uuid:holding_id>/togli", view_func=remove_holding, methods=["POST"])
