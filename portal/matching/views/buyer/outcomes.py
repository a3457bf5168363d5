"""What came of a buyer's meetings: the same part and the same verb as the firms'."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.matching.models import Counterpart, MatchingEvent, Participant
from portal.matching.service import outcomes as verbs
from portal.matching.views import outcomes
from portal.matching.views.buyer.shared import own, refused, requires_buyer


@requires_buyer
def outcomes_(buyer: Counterpart, slug: str) -> ResponseReturnValue:
    """The buyer's meetings, to say what came of them."""
    me, event = own(buyer, slug)
    return _page(buyer, me, event, months=outcomes.asked("months"))


def _page(buyer: Counterpart, me: Participant, event: MatchingEvent, *, months: int | None, **more: Any) -> str:  # noqa: ANN401
    shown = outcomes.page(event, me, ".say", months=months) | more
    return render_template("matching/buyer/outcomes.html", buyer=buyer, event=event, **shown)


@requires_buyer
def say(buyer: Counterpart, slug: str, meeting_id: UUID) -> ResponseReturnValue:
    """One tap, or the form with amount and notes."""
    me, event = own(buyer, slug)
    outcomes.own_meeting(me, meeting_id)
    told, who, by = outcomes.typed(), me.id, buyer.email
    if told.wrong:
        return _page(buyer, me, event, months=told.months, wrong=outcomes.faults(meeting_id, told)), 422
    said: dict[str, Any] = {"months": told.months, "said": told.said, "by": by}
    if no := refused(lambda session, now: verbs.say(session, who, meeting_id, now=now, **said)):
        return _page(buyer, *own(buyer, slug), months=told.months, refused=str(no)), 422
    flash(_("Salvato."), "success")
    return redirect(url_for(".outcomes", slug=slug, months=told.months, _anchor=f"m-{meeting_id}"), 303)


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    bp.get("/buyer/events/<slug>/outcomes", endpoint="outcomes")(outcomes_)
    bp.post("/buyer/events/<slug>/outcomes/<uuid:meeting_id>")(say)
