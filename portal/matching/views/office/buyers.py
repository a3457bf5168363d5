"""Buyers whom the office asks to an event, one by one."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.matching.forms.buyers import InviteForm
from portal.matching.service import buyers as verbs, wishes
from portal.matching.views.office.shared import refused, requires_writer, the_event, title_of


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


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    bp.route("/ufficio/incontri/<slug>/buyer/nuovo", methods=["GET", "POST"])(invite)
