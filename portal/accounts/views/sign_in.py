"""Registering, confirming, signing in and out, recovering a password."""

from flask import Blueprint, flash, redirect, render_template, request, session as cookie, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, logout_user

from portal.accounts import service
from portal.accounts.forms import AskResetForm, ChoosePasswordForm, ConfirmForm, RegisterForm, SignInForm
from portal.accounts.rules import LinkSpent, NotConfirmed
from portal.accounts.service import links
from portal.accounts.service.links import Purpose
from portal.accounts.views import limits
from portal.accounts.views.current import enter
from portal.accounts.views.page import page
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.web import language
from portal.web.redirects import safe_next


def start_page() -> str:
    """Where a person's work begins."""
    if current_user.roles & {"manager", "events", "admin", "auditor"}:
        return "/ufficio"
    return "/valutazione" if current_user.is_reviewer and not current_user.company_id else "/area"


@limits.mails_by_network
@limits.mails_by_account
def register() -> ResponseReturnValue:
    """Open an account: the answer is the same for an address that has one."""
    form = RegisterForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                service.register(
                    session,
                    email=form.email.data,
                    full_name=form.full_name.data,
                    password=form.password.data,
                    language=language.current(),
                    now=utcnow(),
                )
            return redirect(url_for(".look_in_the_mail"), 303)
        except DomainError as refusal:
            form.refuse(refusal)
    return page("accounts/register.html", form)


def look_in_the_mail() -> ResponseReturnValue:
    """A message is on its way, if the address is good."""
    return render_template("accounts/look_in_the_mail.html")


@limits.links_by_network
def confirm(token: str) -> ResponseReturnValue:
    """Confirm an address and come in: by the button, since scanners of mail follow links."""
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            user_id, epoch = _read(Purpose.CONFIRM, token)
            with transaction() as session:
                signed = service.confirm(session, user_id, epoch=epoch, password=form.password.data, now=utcnow())
            enter(signed)
            flash(_("Indirizzo confermato: benvenuto."), "success")
            return redirect(start_page(), 303)
        except DomainError as refusal:
            form.refuse(refusal)
    return page("accounts/confirm.html", form)


@limits.tries_by_network
@limits.wrong_by_network
@limits.wrong_by_account
def sign_in() -> ResponseReturnValue:
    """Sign in, and go where one was going."""
    form = SignInForm()
    if current_user.is_authenticated and request.method == "GET":
        return redirect(start_page())
    if form.validate_on_submit():
        try:
            with transaction() as session:
                signed = service.sign_in(session, email=form.email.data, password=form.password.data, now=utcnow())
            enter(signed.token)
            return redirect(safe_next(request.args.get("next"), default=start_page()), 303)
        except DomainError as refusal:
            _note(form, refusal)
    return page("accounts/sign_in.html", form)


def _note(form: SignInForm, refusal: DomainError) -> None:
    form.refuse(refusal)
    unconfirmed = isinstance(refusal, NotConfirmed)
    with transaction() as session:
        service.note_wrong_password(
            session, email=form.email.data, network=limits.network(), unconfirmed=unconfirmed, now=utcnow()
        )


def sign_out() -> ResponseReturnValue:
    """End the session here and in the database."""
    if current_user.is_authenticated:
        with transaction() as session:
            service.sign_out(session, current_user.get_id(), now=utcnow())
        logout_user()
    cookie.clear()
    flash(_("Sei uscito dal portale."), "success")
    return redirect("/", 303)


@limits.mails_by_network
@limits.mails_by_account
def ask_reset() -> ResponseReturnValue:
    """Ask for a link: the answer is the same whether or not there is an account."""
    form = AskResetForm()
    if form.validate_on_submit():
        with transaction() as session:
            service.ask_reset(session, email=form.email.data, network=limits.network(), now=utcnow())
        return redirect(url_for(".look_in_the_mail"), 303)
    return page("accounts/ask_reset.html", form)


@limits.links_by_network
def reset(token: str) -> ResponseReturnValue:
    """Choose a new password by a link; then sign in with it."""
    form = ChoosePasswordForm()
    if form.validate_on_submit():
        try:
            user_id, epoch = _read(Purpose.RESET, token)
            with transaction() as session:
                service.reset_password(session, user_id, epoch=epoch, password=form.password.data, now=utcnow())
            flash(_("Password cambiata: accedi con quella nuova."), "success")
            return redirect(url_for(".sign_in"), 303)
        except DomainError as refusal:
            form.refuse(refusal)
    return page("accounts/reset.html", form)


@limits.links_by_network
def accept_invitation(token: str) -> ResponseReturnValue:
    """Choose the first password by the link of an invitation."""
    form = ChoosePasswordForm()
    if form.validate_on_submit():
        try:
            user_id, epoch = _read(Purpose.INVITE, token)
            with transaction() as session:
                service.accept_invitation(session, user_id, epoch=epoch, password=form.password.data, now=utcnow())
            flash(_("Password scelta: ora puoi accedere."), "success")
            return redirect(url_for(".sign_in"), 303)
        except DomainError as refusal:
            form.refuse(refusal)
    return page("accounts/accept_invitation.html", form)


def _read(purpose: Purpose, token: str) -> tuple:
    found = links.read(purpose, token)
    if found is None:
        raise LinkSpent
    return found


def route(bp: Blueprint) -> None:
    """The addresses of this room."""
    both = ["GET", "POST"]
    bp.add_url_rule("/registrati", view_func=register, methods=both)
    bp.add_url_rule("/controlla-la-posta", view_func=look_in_the_mail)
    bp.add_url_rule("/conferma/<token>", view_func=confirm, methods=both)
    bp.add_url_rule("/accedi", view_func=sign_in, methods=both)
    bp.add_url_rule("/esci", view_func=sign_out, methods=["POST"])
    bp.add_url_rule("/recupera-password", view_func=ask_reset, methods=both)
    bp.add_url_rule("/recupera-password/<token>", view_func=reset, methods=both)
    bp.add_url_rule("/invito/<token>", view_func=accept_invitation, methods=both)
