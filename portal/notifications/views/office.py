"""The office's page of messages: what left, what did not, and once more."""

from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext
from flask_login import current_user

from portal import db
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.notifications import permissions, queries, service
from portal.notifications.rules import EVENT_WORDS, STATE_TONES, STATE_WORDS, MessageState
from portal.notifications.views.own import LATEST_FIRST
from portal.web import paging
from portal.web.guards import found, requires_office, requires_staff

WORDS = {"events": EVENT_WORDS, "states": STATE_WORDS, "tones": STATE_TONES}


@requires_office
def office() -> ResponseReturnValue:
    """Messages by state, kind and words, newest first."""
    scope = permissions.scope(current_user)
    wanted = {key: request.args.get(key, "")[:80] for key in ("stato", "tipo", "cerca")}
    state = MessageState(wanted["stato"]) if wanted["stato"] in set(MessageState) else None
    page = paging.read(
        db.session(),
        queries.visible(scope=scope, state=state, event=wanted["tipo"], words=wanted["cerca"].strip()),
        LATEST_FIRST,
        after=request.args.get("dopo"),
        before=request.args.get("prima"),
    )
    address = f"{url_for('.office')}?{urlencode({key: value for key, value in wanted.items() if value})}"
    counts = queries.counts(db.session(), scope=scope)
    return render_template(
        "notifications/office.html", page=page, wanted=wanted, address=address, counts=counts, **WORDS
    )


@requires_office
def office_message(message_id: UUID) -> ResponseReturnValue:
    """One message, and every try to send it."""
    seen = found(queries.find(db.session(), message_id, scope=permissions.scope(current_user)))
    return render_template("notifications/office_message.html", message=seen, **WORDS)


@requires_staff
def send_again(message_id: UUID) -> ResponseReturnValue:
    """Try a failed message once more."""
    scope = permissions.scope(current_user)
    found(queries.find(db.session(), message_id, scope=scope))
    try:
        with transaction() as session:
            service.send_again(session, message_id, scope=scope, by=current_user.email, now=utcnow())
        flash(_("Il messaggio partirà di nuovo tra pochi secondi."), "success")
    except DomainError as refusal:
        flash(str(refusal), "danger")
    return redirect(url_for(".office_message", message_id=message_id), 303)


@requires_staff
def send_failed_again() -> ResponseReturnValue:
    """Try every failed message once more."""
    scope = permissions.scope(current_user)
    with transaction() as session:
        number = service.send_failed_again(session, scope=scope, by=current_user.email, now=utcnow())
    words = ngettext("%(num)s messaggio partirà di nuovo.", "%(num)s messaggi partiranno di nuovo.", number)
    flash(words, "success")
    return redirect(url_for(".office"), 303)


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    bp.get("/ufficio/messaggi")(office)
    bp.get("/ufficio/messaggi/<uuid:message_id>")(office_message)
    bp.post("/ufficio/messaggi/<uuid:message_id>/rinvia")(send_again)
    bp.post("/ufficio/messaggi/rinvia")(send_failed_again)
