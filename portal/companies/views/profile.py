"""The profile of the firm, part by part."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.companies import permissions, queries, service
from portal.companies.forms import ActivityForm, FiguresForm, IdentityForm, RepresentativesForm, SeatsForm, SectionForm
from portal.companies.rules import ateco
from portal.companies.rules.profile import YEARS, Part, fingerprint
from portal.companies.views.page import own, own_id, page
from portal.db import transaction
from portal.kernel.clock import ROME, utcnow
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.values import is_pec_suspicious
from portal.web.guards import requires_company, signed_in


@signed_in
def overview() -> ResponseReturnValue:
    """Everything that the firm says of itself, and how large that makes it; first of all, the firm."""
    company = queries.find(db.session(), current_user.company_id)
    if company is None:
        return redirect(url_for(".new"), 303)
    edition = company.ateco_edition
    codes = [company.ateco_primary, *company.ateco_secondary]
    return render_template(
        "companies/overview.html",
        company=company,
        gaps=queries.gaps(company),
        sized=service.size(company),
        activities=[found for code in codes if code and (found := _title(code, edition))],
        is_pec_odd=bool(company.pec) and is_pec_suspicious(company.pec or ""),
        may_edit=permissions.may_edit(current_user.mandate),
    )


def _edit(
    template: str,
    form: SectionForm,
    kind: type[Part],
    part: Callable[[], Part],
    **values: Any,  # noqa: ANN401 - a template's
) -> ResponseReturnValue:
    """Save one part of the profile, or show what is wrong with it and nothing lost."""
    company_id = own_id()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                service.save(session, company_id, part(), seen=form.seen.data, by=current_user.email, now=utcnow())
            flash(_("Dati salvati."), "success")
            return redirect(url_for(".overview"), 303)
        except DomainError as refusal:
            form.refuse(refusal)
            if isinstance(refusal, Conflict):
                values["current"] = _look(form, company_id, kind)
    return page(template, form, **values)


def _look(form: SectionForm, company_id: UUID, kind: type[Part]) -> Part | None:
    """The part as it is now; from here on the writer has seen it."""
    company = queries.find(db.session(), company_id)
    current = queries.part(company, kind) if company else None
    form.seen.raw_data = None
    form.seen.data = fingerprint(current)
    return current


@requires_company
def identity() -> ResponseReturnValue:
    """Who the firm is."""
    part = queries.identity(own())
    form = IdentityForm(data={**IdentityForm.values(part), "seen": fingerprint(part)})
    return _edit("companies/identity.html", form, type(part), form.part, vat=own().vat)


@requires_company
def seats() -> ResponseReturnValue:
    """Where it is."""
    part = queries.seats(own())
    form = SeatsForm(data={**SeatsForm.values(part), "seen": fingerprint(part)})
    return _edit("companies/seats.html", form, type(part), form.part)


@requires_company
def activity() -> ResponseReturnValue:
    """What it does, in the edition of ATECO that `edizione` names."""
    part = queries.activity(own())
    edition = request.args.get("edizione", part.ateco_edition)
    values = ActivityForm.values(part) if edition == part.ateco_edition else {}
    form = ActivityForm(data={**values, "ateco_edition": edition, "seen": fingerprint(part)})
    known = {code: found.title for code in _codes(form) if (found := _title(code, edition))}
    return _edit(
        "companies/activity.html",
        form,
        type(part),
        form.part,
        edition=edition,
        editions=ateco.EDITIONS[::-1],
        known=known,
    )


def _codes(form: ActivityForm) -> list[str]:
    return [code for code in (form.ateco_primary.data, *form.ateco_secondary.data) if code]


def _title(code: str, edition: str) -> ateco.Activity | None:
    known = next((one for one in ateco.EDITIONS if one == edition), None)
    return ateco.find(code, known) if known else None


@requires_company
def figures() -> ResponseReturnValue:
    """Three closed years, the latest first."""
    part = queries.figures(own())
    years = _closed_years()
    form = FiguresForm(data={**FiguresForm.values(part, years), "seen": fingerprint(part)})
    return _edit("companies/figures.html", form, type(part), lambda: form.part(years), years=years)


def _closed_years() -> list[int]:
    last = utcnow().astimezone(ROME).year - 1
    return [last - back for back in range(YEARS)]


@requires_company
def representatives() -> ResponseReturnValue:
    """Who signs for it."""
    part = queries.representatives(own())
    form = RepresentativesForm(data={**RepresentativesForm.values(part), "seen": fingerprint(part)})
    return _edit("companies/representatives.html", form, type(part), form.part)


def route(bp: Blueprint) -> None:
    """The addresses of this room."""
    bp.add_url_rule("/area/impresa", view_func=overview)
    for path, view in {
        "identita": identity,
        "sedi": seats,
        "attivita": activity,
        "bilanci": figures,
        "rappresentanti": representatives,
    }.items():
        bp.add_url_rule(f"/area/impresa/{path}", view_func=view, methods=["GET", "POST"])
