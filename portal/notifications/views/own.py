"""The messages that the portal sent to whoever is signed in."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal import db
from portal.notifications import queries
from portal.notifications.models import Message
from portal.notifications.rules import EVENT_WORDS
from portal.web import paging
from portal.web.guards import found, signed_in

LATEST_FIRST = (paging.By(Message.created_at, "created_at", descending=True), paging.By(Message.id, "id"))


@signed_in
def messages() -> ResponseReturnValue:
    """My messages, newest first."""
    page = paging.read(
        db.session(),
        queries.to(current_user.id),
        LATEST_FIRST,
        after=request.args.get("dopo"),
        before=request.args.get("prima"),
    )
    return render_template("notifications/messages.html", page=page, events=EVENT_WORDS)


@signed_in
def message(message_id: UUID) -> ResponseReturnValue:
    """One of my messages."""
    mine = found(queries.find_own(db.session(), message_id, current_user.id))
    return render_template("notifications/message.html", message=mine)


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    bp.get("/area/messaggi")(messages)
    bp.get("/area/messaggi/<uuid:message_id>")(message)
