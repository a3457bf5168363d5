"""One's own account."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.accounts import queries, service
from portal.accounts.forms import ChangePasswordForm, PressForm, ProfileForm
from portal.accounts.views import limits
from portal.accounts.views.current import enter
from portal.accounts.views.page import page
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.web.guards import signed_in


@signed_in
def profile() -> ResponseReturnValue:
    """Name, language, and where one is signed in."""
    form = ProfileForm(full_name=current_user.full_name, language=current_user.language)
    if form.validate_on_submit():
        with transaction() as session:
            service.change_profile(
                session,
                current_user.id,
                full_name=form.full_name.data,
                language=form.language.data,
                now=utcnow(),
            )
        flash(_("Dati salvati."), "success")
        return redirect(url_for(".profile"), 303)
    sessions = queries.live_sessions(db.session(), current_user.id, now=utcnow())
    return page("accounts/profile.html", form, sessions=sessions, press=PressForm())


@signed_in
@limits.wrong_by_network
@limits.wrong_by_person
def change_password() -> ResponseReturnValue:
    """Choose another password: every other session ends."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                token = service.change_password(
                    session,
                    current_user.id,
                    current=form.current.data,
                    new=form.new.data,
                    company_id=current_user.company_id,
                    now=utcnow(),
                )
            enter(token)
            flash(_("Password cambiata. Gli altri dispositivi dovranno accedere di nuovo."), "success")
            return redirect(url_for(".profile"), 303)
        except DomainError as refusal:
            form.refuse(refusal)
    return page("accounts/change_password.html", form)


@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session, this one included, and start one anew here."""
    with transaction() as session:
        token = service.renew(session, current_user.id, company_id=current_user.company_id, now=utcnow())
    enter(token)
    flash(_("Gli altri dispositivi sono stati disconnessi."), "success")
    return redirect(url_for(".profile"), 303)


def route(bp: Blueprint) -> None:
    """The addresses of this room."""
    bp.add_url_rule("/profilo", view_func=profile, methods=["GET", "POST"])
    bp.add_url_rule("/profilo/password", view_func=change_password, methods=["GET", "POST"])
    bp.add_url_rule("/profilo/disconnetti", view_func=sign_out_everywhere, methods=["POST"])
