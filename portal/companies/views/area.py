"""The company's desk: the firm acted for, what is missing, what it asked for."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.accounts import service as accounts
from portal.companies import permissions, queries, service
from portal.companies.forms import NewCompanyForm
from portal.companies.views.page import page
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.web.guards import found, signed_in
from portal.web.redirects import safe_next

Part = Callable[[Any], Mapping[str, Any]]
"""What a higher slice shows on the desk: from the person signed in to values for its own included template."""


def _parts() -> dict[str, Any]:
    """Slices that stand above this one put their part of the desk into `extensions["portale.area"]`."""
    parts: list[Part] = current_app.extensions.get("portale.area", [])
    return {name: value for part in parts for name, value in part(current_user).items()}


@signed_in
def area() -> ResponseReturnValue:
    """The desk; for whoever has no firm yet, how to add one."""
    company = queries.find(db.session(), current_user.company_id)
    if company is None:
        return render_template("companies/newcomer.html")
    return render_template(
        "companies/area.html",
        company=company,
        gaps=queries.gaps(company),
        sized=service.size(company),
        may_edit=permissions.may_edit(current_user.mandate),
        **_parts(),
    )


@signed_in
def choose() -> ResponseReturnValue:
    """The firms that one may act for."""
    firms = queries.names(db.session(), [mandate.company_id for mandate in current_user.memberships])
    kinds = {mandate.company_id: mandate for mandate in current_user.memberships}
    return render_template("companies/choose.html", firms=firms, mandates=kinds, here=current_user.company_id)


@signed_in
def act_for(company_id: UUID) -> ResponseReturnValue:
    """From now on act for this firm."""
    found(next((one for one in current_user.memberships if one.company_id == company_id), None))
    with transaction() as session:
        accounts.act_for(session, current_user.session_id, company_id)
    return redirect(safe_next(request.form.get("next"), default=url_for(".area")), 303)


@signed_in
def new() -> ResponseReturnValue:
    """Add a firm and become its owner."""
    form = NewCompanyForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                company = service.register(
                    session,
                    vat=form.vat.data,
                    tax_code=form.tax_code.data or form.vat.data,
                    legal_name=form.legal_name.data,
                    legal_form=form.legal_form.data,
                    by=current_user.email,
                    full_name=current_user.full_name,
                    now=utcnow(),
                )
                accounts.act_for(session, current_user.session_id, company.id)
            flash(_("Impresa aggiunta. Completa il profilo: servirà per ogni domanda."), "success")
            return redirect(url_for(".overview"), 303)
        except DomainError as refusal:
            form.refuse(refusal)
    return page("companies/new.html", form)


def route(bp: Blueprint) -> None:
    """The addresses of this room."""
    bp.add_url_rule("/area", view_func=area)
    bp.add_url_rule("/area/imprese", view_func=choose)
    bp.add_url_rule("/area/imprese/<uuid:company_id>/scegli", view_func=act_for, methods=["POST"])
    bp.add_url_rule("/area/impresa/nuova", view_func=new, methods=["GET", "POST"])
