"""A firm's logo: put, looked at, taken away by the firm; looked at by staff, who read the profile with it."""

from io import BytesIO
from typing import Final
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.db import transaction
from portal.documents import downloads
from portal.documents.models import File
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.matching.queries import firms as queries
from portal.matching.queries.firms import Own
from portal.matching.rules.presenting import LogoMissing
from portal.matching.service import logos
from portal.matching.views.firms import coming, company_id, title_of
from portal.matching.views.office.shared import requires_reader, the_participant
from portal.web.guards import found, requires_company

bp = Blueprint("logos", __name__)
LARGEST: Final = logos.LIMIT + 1
"""One byte more than is taken, so that what is too long is seen to be."""


@bp.route("/area/incontri/<slug>/logo", methods=["GET", "POST"])
@requires_company
def own(slug: str) -> ResponseReturnValue:
    """The firm's logo."""
    mine = coming(slug)
    if request.method == "GET":
        return _page(mine)
    is_gone = request.form.get("action") == "remove"
    try:
        _remove() if is_gone else _put()
    except DomainError as refusal:
        db.session.expire_all()
        return _page(coming(slug), wrong=str(refusal)), 422
    flash(_("Logo tolto.") if is_gone else _("Logo salvato: l'ufficio rilegge il profilo."), "success")
    return redirect(url_for(".own", slug=slug), 303)


def _put() -> None:
    sent = request.files.get("logo")
    if sent is None or not sent.filename:
        raise LogoMissing(field="logo")
    content, name = BytesIO(sent.read(LARGEST)), sent.filename
    sent.close()
    with transaction() as session:
        logos.put(session, company_id(), content, name=name, by=current_user.email, now=utcnow())


def _remove() -> None:
    with transaction() as session:
        logos.remove(session, company_id(), by=current_user.email, now=utcnow())


def _page(mine: Own, *, wrong: str = "") -> str:
    session = db.session()
    return render_template(
        "matching/firm_logo.html",
        event=mine.event,
        title=title_of(mine.event),
        has_profile=queries.profile(session, company_id()) is not None,
        logo=queries.logo(session, company_id()),
        company_name=found(queries.company(session, company_id())).legal_name,
        wrong=wrong,
    )


@bp.get("/area/incontri/<slug>/logo/immagine")
@requires_company
def own_picture(slug: str) -> ResponseReturnValue:
    """The firm's own picture."""
    coming(slug)
    return _send(queries.logo(db.session(), company_id()))


@bp.get("/ufficio/incontri/<slug>/partecipanti/<uuid:participant_id>/logo")
@requires_reader
def office(slug: str, participant_id: UUID) -> ResponseReturnValue:
    """The picture of a firm of the event."""
    _event, one = the_participant(slug, participant_id)
    return _send(queries.logo(db.session(), found(one.company_id)))


def _send(file: File | None) -> ResponseReturnValue:
    if file is None or not logos.is_shown(file):
        abort(404)
    return downloads.send_file(file)
