"""The firms that a buyer may meet, the best match first, and what the buyer wishes."""

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from portal import db
from portal.kernel.clock import utcnow
from portal.matching.models import Counterpart, MatchingEvent, Participant
from portal.matching.queries import board as boards
from portal.matching.queries.board import Board, Shown
from portal.matching.rules.score import Part
from portal.matching.rules.states import Level, ParticipantState, Side
from portal.matching.rules.suggesting import Suggestion, suggest
from portal.matching.service import wishes
from portal.matching.views.buyer.shared import LEVEL_WORDS, own, refused, requires_buyer
from portal.matching.views.labels import profile_rows
from portal.web.guards import found

PAGE: Final = 20
MOST_DIGITS: Final = 4
ALIKE: Final = 0.5
PART_WORDS: Final = {
    Part.PRODUCT: _l("prodotti"),
    Part.SECTOR: _l("settore"),
    Part.PARTNER_TYPE: _l("tipo di partner"),
    Part.MARKET: _l("mercato"),
    Part.LANGUAGE: _l("lingua"),
}


@requires_buyer
def firms(buyer: Counterpart, slug: str) -> ResponseReturnValue:
    """The catalogue."""
    return _page(buyer, *own(buyer, slug))


@requires_buyer
def wish(buyer: Counterpart, slug: str, participant_id: UUID) -> ResponseReturnValue:
    """Say want, would or no of a firm, or take it back."""
    me, event = own(buyer, slug)
    found(_shown(boards.read(db.session(), event), me).get(participant_id))
    asked = request.form.get("level", "")
    level = next((one for one in Level if one.value == asked), None)
    if asked and level is None:
        abort(400)
    who, by = me.id, buyer.email
    if no := refused(lambda session, now: wishes.wish(session, who, participant_id, level, by=by, now=now)):
        return _page(buyer, *own(buyer, slug), wrong=str(no)), 422
    kept: dict[str, Any] = {name: request.form.get(name, "")[:80] or None for name in ("page", "q", "view")}
    return redirect(url_for(".firms", slug=slug, **kept, chosen=participant_id, _anchor=f"f-{participant_id}"), 303)


def _shown(whole: Board, me: Participant) -> dict[UUID, Shown]:
    """Firms that the office has found good, that come, and that are not kept apart from this buyer."""
    apart = {firm for firm, buyer in whole.excluded if buyer == me.id}
    return {
        id_: one
        for id_, one in whole.firms.items()
        if one.is_validated and one.participant.state is ParticipantState.CONFIRMED and id_ not in apart
    }


def _page(buyer: Counterpart, me: Participant, event: MatchingEvent, *, wrong: str = "") -> str:
    whole = boards.read(db.session(), event)
    shown, mine = _shown(whole, me), whole.find(me.id)
    said = {to: level for (who, to), level in whole.wishes.items() if who == me.id}
    profiles = {id_: one.profile for id_, one in shown.items()}
    ranked = suggest(mine.profile, profiles, weights=whole.settings.weights, offered=whole.offered) if mine else []
    words, view, chosen = request.values.get("q", "")[:80].strip(), _view(), request.values.get("chosen", "")
    wanted = [
        one
        for one in ranked
        if str(one.id) == chosen or (_matches(shown[one.id], words) and _is_in(view, said.get(one.id)))
    ]
    page = min(_number(), max(0, (len(wanted) - 1) // PAGE))
    quota = whole.settings.quota(Side.BUYER)
    return render_template(
        "matching/buyer/firms.html",
        buyer=buyer,
        event=event,
        wrong=wrong,
        rows=[
            (one, shown[one.id], profile_rows(shown[one.id].content), _parts(one), said.get(one.id))
            for one in wanted[page * PAGE : (page + 1) * PAGE]
        ],
        page=page,
        last=max(0, (len(wanted) - 1) // PAGE),
        words=words,
        view=view,
        counts={level: sum(one is level for one in said.values()) for level in Level},
        most={Level.WANT: quota.wants, Level.WOULD: quota.woulds},
        level_words=LEVEL_WORDS,
        may_wish=wishes.may_wish(event, now=utcnow()) and me.state is ParticipantState.CONFIRMED,
        comes=me.state is ParticipantState.CONFIRMED,
    )


def _parts(one: Suggestion) -> list[str]:
    """What of the firm is what the buyer looks for, in words."""
    return [str(PART_WORDS[part]) for part, share in one.buyer.parts.items() if share is not None and share >= ALIKE]


def _matches(one: Shown, words: str) -> bool:
    content = one.content
    goods = " ".join(f"{product.hs} {product.name}" for product in content.products)
    text = f"{one.name} {one.city} {content.description} {content.seeks} {goods}".casefold()
    return all(word in text for word in words.casefold().split())


def _view() -> str:
    asked = request.values.get("view", "")
    return asked if asked in {"none", *(one.value for one in Level)} else ""


def _is_in(view: str, level: Level | None) -> bool:
    return not view or (level is None if view == "none" else level is not None and level.value == view)


def _number() -> int:
    text = request.values.get("page", "")
    return max(0, int(text) - 1) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    bp.get("/buyer/events/<slug>/firms")(firms)
    bp.post("/buyer/events/<slug>/firms/<uuid:participant_id>")(wish)
