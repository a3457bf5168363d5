"""The administrator's page of users."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.accounts import queries, service
from portal.accounts.forms import ROLE_WORDS, FlagsForm, InviteForm, PressForm, RoleForm
from portal.accounts.models import User
from portal.accounts.rules import StaffRoleName
from portal.accounts.views.page import page
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.web import paging
from portal.web.guards import found, requires_admin


def calls() -> Sequence[tuple[UUID, str]]:
    """(id, title) of every call, newest first: the application tells, since calls stand above accounts."""
    tell = current_app.extensions.get("portale.calls")
    return tell(db.session()) if tell else ()


@requires_admin
def users() -> ResponseReturnValue:
    """Staff, a page at a time."""
    search = request.args.get("q", "")[:80]
    order = [paging.By(User.full_name, "full_name"), paging.By(User.id, "id")]
    shown = paging.read(
        db.session(),
        queries.staff(search=search),
        order,
        after=request.args.get("dopo"),
        before=request.args.get("prima"),
    )
    roles = queries.staff_roles(db.session(), [user.id for user in shown.rows])
    return render_template(
        "accounts/users.html", page=shown, roles=roles, words=ROLE_WORDS, calls=dict(calls()), search=search
    )


@requires_admin
def invite_user() -> ResponseReturnValue:
    """Invite a colleague by e-mail; the next page gives the roles."""
    form = InviteForm()
    if form.validate_on_submit():
        with transaction() as session:
            user = service.invite(
                session, email=form.email.data, full_name=form.full_name.data, by=current_user.email, now=utcnow()
            )
        flash(_("Invito inviato. Ora scegli i ruoli."), "success")
        return redirect(url_for(".user", user_id=user.id), 303)
    return page("accounts/invite_user.html", form)


@requires_admin
def user(user_id: UUID) -> ResponseReturnValue:
    """One person: roles by call, flags, access."""
    return _person(user_id)


def _person(user_id: UUID, *, role: RoleForm | None = None, flags: FlagsForm | None = None) -> ResponseReturnValue:
    person = found(queries.find_user(db.session(), user_id))
    offered = calls()
    role = role or RoleForm(formdata=None).offer(offered)
    flags = flags or FlagsForm(formdata=None, obj=person)
    return page(
        "accounts/user.html",
        flags if flags.summary else role,
        person=person,
        role_form=role,
        flags_form=flags,
        press=PressForm(),
        roles=queries.staff_roles(db.session(), [user_id])[user_id],
        words=ROLE_WORDS,
        calls=dict(offered),
    )


@requires_admin
def give_role(user_id: UUID) -> ResponseReturnValue:
    """Give a role."""
    found(queries.find_user(db.session(), user_id))
    form = RoleForm().offer(calls())
    if form.validate_on_submit():
        with transaction() as session:
            role = StaffRoleName(form.role.data)
            service.give_role(session, user_id, role, call_id=form.call_id, by=current_user.email, now=utcnow())
        flash(_("Ruolo assegnato."), "success")
        return redirect(url_for(".user", user_id=user_id), 303)
    return _person(user_id, role=form)


@requires_admin
def take_role(user_id: UUID, role_id: UUID) -> ResponseReturnValue:
    """Take a role away."""
    with transaction() as session:
        service.take_role(session, role_id, user_id=user_id, by=current_user.email, now=utcnow())
    flash(_("Ruolo tolto."), "success")
    return redirect(url_for(".user", user_id=user_id), 303)


@requires_admin
def set_flags(user_id: UUID) -> ResponseReturnValue:
    """Administrator, auditor."""
    form = FlagsForm()
    try:
        with transaction() as session:
            flags = {"is_admin": form.is_admin.data, "is_auditor": form.is_auditor.data}
            service.set_flags(session, user_id, **flags, by=current_user.email, now=utcnow())
        flash(_("Ruoli generali salvati."), "success")
        return redirect(url_for(".user", user_id=user_id), 303)
    except DomainError as refusal:
        found(queries.find_user(db.session(), user_id))
        form.refuse(refusal)
    return _person(user_id, flags=form)


@requires_admin
def disable(user_id: UUID) -> ResponseReturnValue:
    """Shut out."""
    with transaction() as session:
        service.disable(session, user_id, by=current_user.email, now=utcnow())
    flash(_("Accesso sospeso: le sessioni aperte sono state chiuse."), "success")
    return redirect(url_for(".user", user_id=user_id), 303)


@requires_admin
def enable(user_id: UUID) -> ResponseReturnValue:
    """Let in again."""
    with transaction() as session:
        service.enable(session, user_id, by=current_user.email, now=utcnow())
    flash(_("Accesso riattivato."), "success")
    return redirect(url_for(".user", user_id=user_id), 303)


def route(bp: Blueprint) -> None:
    """The addresses of this room."""
    one = "/ufficio/utenti/<uuid:user_id>"
    bp.add_url_rule("/ufficio/utenti", view_func=users)
    bp.add_url_rule("/ufficio/utenti/invita", view_func=invite_user, methods=["GET", "POST"])
    bp.add_url_rule(one, view_func=user)
    bp.add_url_rule(f"{one}/ruoli", view_func=give_role, methods=["POST"])
    bp.add_url_rule(f"{one}/ruoli/<uuid:role_id>/togli", view_func=take_role, methods=["POST"])
    bp.add_url_rule(f"{one}/generali", view_func=set_flags, methods=["POST"])
    bp.add_url_rule(f"{one}/sospendi", view_func=disable, methods=["POST"])
    bp.add_url_rule(f"{one}/riattiva", view_func=enable, methods=["POST"])
