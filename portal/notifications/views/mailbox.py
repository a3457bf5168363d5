"""`/posta`: every message that the demonstration sent. Outside a demonstration there is no such page."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from portal.documents import downloads
from portal.notifications import mailbox as kept
from portal.web.guards import found

Args = ParamSpec("Args")
SHOWN_ALONE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"


def in_a_demonstration(view: Callable[Args, ResponseReturnValue]) -> Callable[Args, ResponseReturnValue]:
    """A real installation keeps no copy of what it sends, and has no such page."""

    @wraps(view)
    def guarded(*args: Args.args, **kwargs: Args.kwargs) -> ResponseReturnValue:
        if not current_app.config["DEMO"]:
            abort(404)
        return view(*args, **kwargs)

    return guarded


@in_a_demonstration
def mailbox() -> ResponseReturnValue:
    """Messages, newest first."""
    mails, after = kept.latest(_folder(), before=request.args.get("dopo", "")[:40])
    return render_template("notifications/mailbox.html", mails=mails, after=after)


@in_a_demonstration
def mail(name: str) -> ResponseReturnValue:
    """One message: its words, and how it looks."""
    return render_template("notifications/mail.html", mail=found(kept.find(_folder(), name)))


@in_a_demonstration
def mail_html(name: str) -> ResponseReturnValue:
    """How a message looks, alone in a sandbox where nothing runs and nothing is fetched."""
    response = Response(found(kept.find(_folder(), name)).html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = SHOWN_ALONE
    return response


@in_a_demonstration
def mail_attachment(name: str, number: int) -> ResponseReturnValue:
    """A file of a message."""
    attached = {one.number: one for one in found(kept.find(_folder(), name)).attached}
    one = found(attached.get(number))
    return downloads.send(one.content, name=one.name, media_type=one.media_type)


def _folder() -> Path:
    home: Path = current_app.config["SETTINGS"].home
    return home / "mail"


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    bp.get("/posta")(mailbox)
    bp.get("/posta/<name>")(mail)
    bp.get("/posta/<name>/html")(mail_html)
    bp.get("/posta/<name>/allegati/<int:number>")(mail_attachment)
