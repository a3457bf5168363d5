"""Buyers whom the office asks to an event, one by one."""

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext
from flask_login import current_user

from portal import db
from portal.documents import downloads
from portal.documents.reading import LIMIT
from portal.documents.rules import MEDIA_TYPES, Kind
from portal.kernel.errors import DomainError
from portal.matching.forms.buyers import ContactForm, InviteForm, SheetForm
from portal.matching.models import MatchingEvent
from portal.matching.rules.importing import MOST_ROWS, Sheet
from portal.matching.service import buyers as verbs, imports, wishes
from portal.matching.views.labels import country
from portal.matching.views.office.shared import refused, requires_writer, the_event, the_participant, title_of
from portal.web.guards import found

LONGEST_READ: Final = LIMIT + 1
"""One byte more than is taken, so that what is too long is seen to be."""


@requires_writer
def invite(slug: str) -> ResponseReturnValue:
    """Ask a buyer to the event; their personal link leaves by e-mail."""
    event = the_event(slug, to_change=True)
    form = InviteForm() if request.method == "POST" else InviteForm(formdata=None)
    status = 200
    if form.validate_on_submit():
        made: list[Any] = []

        def verb(session: Any, **who: Any) -> None:  # noqa: ANN401
            made.append(verbs.invite(session, event.id, form.newcomer(), **who))
            wishes.find_groups(session, event.id, now=who["now"])

        no = refused(verb)
        if no is None:
            words = _("Invito in partenza: il collegamento personale arriva per e-mail.")
            flash(words if made[0] else _("Questo buyer partecipa già: non è partito nulla."), "success")
            return redirect(url_for(".event", slug=slug), 303)
        form.refuse(no[0])
        event, status = the_event(slug), no[1]
    page = render_template("matching/office/invite.html", form=form, event=event, title=title_of(event))
    return page, 422 if form.summary and status == 200 else status  # noqa: PLR2004 - HTTP


@requires_writer
def import_buyers(slug: str) -> ResponseReturnValue:
    """A sheet of buyers: read and shown; confirmed, all of them are invited, or none."""
    event = the_event(slug, to_change=True)
    form = SheetForm()
    if request.method == "GET" or not form.validate_on_submit():
        return _import_page(event, form), 422 if form.summary else 200
    if form.rows.data:
        return _apply(event, form)
    try:
        sheet = imports.read(db.session(), event.id, _sent())
        rows = "" if sheet.bad else imports.pack(event.id, sheet, by=current_user.email)
    except DomainError as refusal:
        form.refuse(refusal)
        return _import_page(event, form), 422
    return _import_page(event, form, sheet=sheet, rows=rows), 422 if sheet.bad else 200


def _sent() -> bytes:
    """What was sent, or nothing."""
    file = request.files.get("file")
    if file is None:
        return b""
    content = file.read(LONGEST_READ)
    file.close()
    return content


def _apply(event: MatchingEvent, form: SheetForm) -> ResponseReturnValue:
    made: list[int] = []

    def verb(session: Any, **who: Any) -> None:  # noqa: ANN401
        newcomers = imports.unpack(event.id, form.rows.data or "", by=who["by"])
        made.append(imports.apply(session, event.id, newcomers, **who))
        wishes.find_groups(session, event.id, now=who["now"])

    slug = event.slug
    if no := refused(verb):
        form.refuse(no[0])
        return _import_page(the_event(slug), form), no[1]
    words = ngettext("%(num)s buyer invitato.", "%(num)s buyer invitati.", made[0])
    flash(words, "success")
    return redirect(url_for(".event", slug=slug), 303)


def _import_page(event: MatchingEvent, form: SheetForm, *, sheet: Sheet | None = None, rows: str = "") -> str:
    return render_template(
        "matching/office/import_buyers.html",
        event=event,
        title=title_of(event),
        form=form,
        sheet=sheet,
        rows=rows,
        most=MOST_ROWS,
        country_of=country,
    )


@requires_writer
def sheet_template(slug: str) -> ResponseReturnValue:
    """The sheet to fill in."""
    the_event(slug, to_change=True)
    return downloads.send(imports.template(), name="buyers.xlsx", media_type=MEDIA_TYPES[Kind.XLSX])


@requires_writer
def contact(slug: str, participant_id: UUID) -> ResponseReturnValue:
    """Write a buyer's contact right; another address gets a new invitation, and the old link dies."""
    event, one = the_participant(slug, participant_id, to_change=True)
    buyer, status = found(one.counterpart), 200
    form = ContactForm() if request.method == "POST" else ContactForm(formdata=None, obj=buyer)
    if form.validate_on_submit():
        text, made = form.revision.data or "", list[str]()
        revision = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0  # noqa: PLR2004 - a counter
        facts: dict[str, Any] = {"participant_id": one.id, "contact": form.contact(), "revision": revision}
        no = refused(lambda session, **who: made.extend(verbs.correct(session, **facts, **who)))
        if no is None:
            words = _(
                "Contatto corretto: un nuovo invito parte per quell'indirizzo, il collegamento di prima non vale più."
            )
            flash(words if "email" in made else _("Contatto salvato."), "success")
            return redirect(url_for(".participant", slug=slug, participant_id=participant_id), 303)
        form.refuse(no[0])
        event, one = the_participant(slug, participant_id)
        buyer, status = found(one.counterpart), no[1]
        form.revision.raw_data, form.revision.data = None, str(buyer.revision)
    page = render_template(
        "matching/office/contact.html", form=form, event=event, title=title_of(event), one=one, name=buyer.legal_name
    )
    return page, 422 if form.summary and status == 200 else status  # noqa: PLR2004 - HTTP


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    where = "/ufficio/incontri/<slug>/partecipanti/<uuid:participant_id>/contatto"
    bp.route(where, methods=["GET", "POST"])(contact)
    bp.route("/ufficio/incontri/<slug>/buyer/importa", methods=["GET", "POST"])(import_buyers)
    bp.get("/ufficio/incontri/<slug>/buyer/modello.xlsx")(sheet_template)
    bp.route("/ufficio/incontri/<slug>/buyer/nuovo", methods=["GET", "POST"])(invite)
