"""The personal link: opened by anybody and by mail scanners, confirmed by a button, renewed, let go."""

from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal import db
from portal.kernel.clock import utcnow
from portal.matching.models import Counterpart
from portal.matching.queries import buyers
from portal.matching.rules.linking import Link
from portal.matching.service import buyers as verbs, links
from portal.matching.views.buyer.shared import KEY, known, refused, requires_buyer
from portal.web.guards import found

GONE = 410


def _read(token: str) -> tuple[Counterpart, int]:
    """Whose link this is, or 404."""
    who: tuple[UUID, int] = found(links.read(token))
    return found(buyers.find(db.session(), who[0])), who[1]


def open_(token: str) -> ResponseReturnValue:
    """What the link is, and a button; nothing happens by looking."""
    buyer, epoch = _read(token)
    return _page(token, buyer, epoch)


def _page(token: str, buyer: Counterpart, epoch: int, *, wrong: str = "") -> ResponseReturnValue:
    stands = verbs.standing(buyer, epoch, now=utcnow())
    page = render_template(
        "matching/buyer/open.html",
        buyer=None,
        who=buyer if stands is Link.GOOD else None,
        event=buyers.latest(db.session(), buyer.id) if stands is Link.GOOD else None,
        stands=stands,
        token=token,
        wrong=wrong,
        was_opened=buyer.link_confirmed_at is not None and known() != (buyer.id, epoch),
    )
    if stands is Link.GOOD:
        return page, 422 if wrong else 200
    return page, GONE


def confirm(token: str) -> ResponseReturnValue:
    """The button: this browser is let in."""
    buyer, epoch = _read(token)
    is_known = known() == (buyer.id, epoch)
    who = buyer.id
    if no := refused(verbs.confirm, buyer_id=who, epoch=epoch, is_known_browser=is_known):
        return _page(token, *_read(token), wrong=str(no))
    session[KEY] = [who.hex, epoch]
    g.pop("buyer", None)
    return redirect(url_for(".home"), 303)


def renew(token: str) -> ResponseReturnValue:
    """A new link to the address that we know; who only has an old link learns nothing more."""
    buyer, epoch = _read(token)
    if verbs.standing(buyer, epoch, now=utcnow()) is Link.WITHDRAWN:
        return _page(token, buyer, epoch)
    no = refused(verbs.ask_again, buyer_id=buyer.id)
    return render_template("matching/buyer/sent.html", buyer=None, wrong=str(no) if no else ""), 422 if no else 200


@requires_buyer
def renew_own(buyer: Counterpart) -> ResponseReturnValue:
    """A new link by e-mail: the old one stops everywhere, here too."""
    no = refused(verbs.ask_again, buyer_id=buyer.id)
    if no:
        flash(str(no), "danger")
        return redirect(url_for(".home"), 303)
    session.pop(KEY, None)
    return render_template("matching/buyer/sent.html", buyer=None, wrong="")


@requires_buyer
def leave(_buyer: Counterpart) -> ResponseReturnValue:
    """Close the pages in this browser."""
    session.pop(KEY, None)
    g.pop("buyer", None)
    flash(_("Le tue pagine sono chiuse in questo browser: il collegamento le riapre."), "success")
    return render_template("matching/buyer/closed.html", buyer=None)


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    bp.get("/buyer/<token>", endpoint="open")(open_)
    bp.post("/buyer/<token>")(confirm)
    bp.post("/buyer/<token>/renew")(renew)
    bp.post("/buyer/renew")(renew_own)
    bp.post("/buyer/leave")(leave)
