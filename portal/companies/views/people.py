"""Who acts for the firm: colleagues, and delegates under dated mandates."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.accounts import queries as accounts, service
from portal.accounts.rules import LastOwner, MembershipKind
from portal.companies import permissions
from portal.companies.forms import MEMBER_WORDS, ColleagueForm, DelegateForm
from portal.companies.views.page import page
from portal.db import transaction
from portal.kernel.clock import ROME, utcnow
from portal.kernel.errors import DomainError
from portal.web.guards import found, requires_company


def _calls() -> Sequence[tuple[UUID, str]]:
    tell = current_app.extensions.get("portale.calls")
    return tell(db.session()) if tell else ()


@requires_company
def people() -> ResponseReturnValue:
    """Who acts for the firm, and who did."""
    company_id, today = current_user.company_id, utcnow().astimezone(ROME).date()
    return render_template(
        "companies/people.html",
        members=accounts.members(db.session(), company_id, today=today),
        past=accounts.past_members(db.session(), company_id, today=today),
        calls=dict(_calls()),
        words=MEMBER_WORDS,
        today=today,
        may_manage=permissions.may_manage_people(current_user.mandate),
    )


@requires_company
def add_colleague() -> ResponseReturnValue:
    """Invite somebody of the firm."""
    return _add(MembershipKind.COLLEAGUE, ColleagueForm())


@requires_company
def add_owner() -> ResponseReturnValue:
    """Name another owner."""
    return _add(MembershipKind.OWNER, ColleagueForm())


@requires_company
def add_delegate() -> ResponseReturnValue:
    """Give somebody outside a mandate."""
    return _add(MembershipKind.DELEGATE, DelegateForm().offer(_calls()))


def _add(kind: MembershipKind, form: ColleagueForm | DelegateForm) -> ResponseReturnValue:
    mandate = found(current_user.mandate if permissions.may_manage_people(current_user.mandate) else None)
    if form.validate_on_submit():
        now = utcnow()
        try:
            with transaction() as session:
                service.add_member(
                    session,
                    mandate.company_id,
                    kind,
                    email=form.email.data,
                    full_name=form.full_name.data,
                    scope=form.scope(now.astimezone(ROME).date()),
                    by=current_user.email,
                    now=now,
                )
            flash(_("Invito inviato a %(email)s.", email=form.email.data), "success")
            return redirect(url_for(".people"), 303)
        except DomainError as refusal:
            form.refuse(refusal)
    return page("companies/add_member.html", form, kind=kind.value)


@requires_company
def revoke(membership_id: UUID) -> ResponseReturnValue:
    """End a mandate: it holds from the person's next request."""
    mandate = found(current_user.mandate if permissions.may_manage_people(current_user.mandate) else None)
    try:
        with transaction() as session:
            service.revoke_member(
                session, membership_id, company_id=mandate.company_id, by=current_user.email, now=utcnow()
            )
        flash(_("Revocata: da subito non può più operare per l'impresa."), "success")
    except LastOwner as refusal:
        flash(str(refusal), "danger")
    return redirect(url_for(".people"), 303)


def route(bp: Blueprint) -> None:
    """The addresses of this room."""
    both = ["GET", "POST"]
    bp.add_url_rule("/area/deleghe", view_func=people)
    bp.add_url_rule("/area/deleghe/collega", view_func=add_colleague, methods=both)
    bp.add_url_rule("/area/deleghe/titolare", view_func=add_owner, methods=both)
    bp.add_url_rule("/area/deleghe/delegato", view_func=add_delegate, methods=both)
    bp.add_url_rule("/area/deleghe/<uuid:membership_id>/revoca", view_func=revoke, methods=["POST"])
