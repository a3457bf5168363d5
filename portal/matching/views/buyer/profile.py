"""The buyer's first page, and their profile."""

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from portal import db
from portal.kernel.errors import DomainError
from portal.matching.forms.buyers import BuyerForm
from portal.matching.models import Counterpart
from portal.matching.queries import board, buyers
from portal.matching.rules import hs
from portal.matching.rules.buying import lacks
from portal.matching.rules.judging import standing
from portal.matching.rules.profiles import BuyerProfile
from portal.matching.service import buyers as verbs
from portal.matching.views.buyer.shared import ANSWER_WORDS, EVENT_WORDS, refused, requires_buyer
from portal.matching.views.labels import profile_rows
from portal.web.guards import found

MOST_FIELDS: Final = 300
LONGEST: Final = 2000
MOST_WORDS: Final = 80


def _stands(buyer: Counterpart) -> Any:  # noqa: ANN401 - how the profile stands
    return standing(saved_at=buyer.profile_saved_at, validated_at=buyer.validated_at, sent_back_at=buyer.sent_back_at)


@requires_buyer
def home(buyer: Counterpart) -> ResponseReturnValue:
    """What there is to do: the profile, and each event."""
    return render_template(
        "matching/buyer/home.html",
        buyer=buyer,
        stands=_stands(buyer),
        rows=profile_rows(BuyerProfile.model_validate(buyer.profile)),
        events=buyers.events_of(db.session(), buyer.id),
        event_words=EVENT_WORDS,
        answer_words=ANSWER_WORDS,
    )


@requires_buyer
def profile(buyer: Counterpart) -> ResponseReturnValue:
    """Write the profile; a draft may lack anything."""
    said = BuyerProfile.model_validate(buyer.profile)
    form = _form(buyer, said)
    if request.method == "GET":
        return _page(buyer, form)
    return _send(buyer, form) if request.form.get("action") == "send" else _keep(buyer.id, form)


def _keep(buyer_id: UUID, form: BuyerForm) -> ResponseReturnValue:
    if no := refused(verbs.keep, buyer_id=buyer_id, typed=_typed(), seen=form.seen.data or ""):
        return _elsewhere(buyer_id, form, no)
    flash(_("Bozza salvata. Gli organizzatori la leggono quando la invii."), "success")
    return redirect(url_for(".profile"), 303)


def _send(buyer: Counterpart, form: BuyerForm) -> ResponseReturnValue:
    if form.validate_on_submit():
        for one in lacks(form.profile(), form.coming()):
            form.refuse(one)
    if form.summary:
        return _page(buyer, form), 422
    facts: dict[str, Any] = {"facts": form.facts, "profile": form.profile(), "delegates": form.coming()}
    buyer_id = buyer.id
    if no := refused(verbs.write, buyer_id=buyer_id, seen=form.seen.data or "", **facts):
        return _elsewhere(buyer_id, form, no)
    flash(_("Profilo inviato: gli organizzatori lo leggono e ti scrivono."), "success")
    return redirect(url_for(".home"), 303)


def _elsewhere(buyer_id: UUID, form: BuyerForm, refusal: DomainError) -> ResponseReturnValue:
    """Said once, with nothing lost: sent again, what stands here counts."""
    form.refuse(refusal)
    return _page(found(buyers.find(db.session(), buyer_id)), form), 409


def _form(buyer: Counterpart, said: BuyerProfile) -> BuyerForm:
    """What is typed now, else the draft, else what was sent."""
    if request.method == "POST":
        return BuyerForm(sectors=said.sectors)
    if buyer.draft:
        pairs = [(name, value) for name, values in buyer.draft.items() for value in values]
        return BuyerForm(formdata=MultiDict(pairs), sectors=said.sectors)
    delegates = board.delegates(db.session(), buyer.id)
    return BuyerForm(formdata=None, data=BuyerForm.values(buyer, said, delegates), sectors=said.sectors)


def _typed() -> dict[str, list[str]]:
    """The form as it was typed, within bounds; a NUL is nobody's."""
    names = [name for name in request.form if name not in {"csrf_token", "action", "seen"}][:MOST_FIELDS]
    return {
        name[:100].replace("\x00", ""): [one[:LONGEST].replace("\x00", "") for one in request.form.getlist(name)[:100]]
        for name in names
    }


def _page(buyer: Counterpart, form: BuyerForm) -> str:
    form.seen.raw_data, form.seen.data = None, verbs.state_of(buyer)
    codes = [row.form.hs.data for row in form.products]
    return render_template(
        "matching/buyer/profile.html",
        buyer=buyer,
        form=form,
        stands=_stands(buyer),
        is_draft=bool(buyer.draft) and request.method == "GET",
        shown={code: heading.label for code in codes if code and (heading := hs.find(code))},
    )


@requires_buyer
def search_hs(buyer: Counterpart) -> ResponseReturnValue:
    """HS codes: as JSON for the page's script, as a page without it."""
    words = request.args.get("q", "")[:MOST_WORDS]
    results = [{"value": one.code, "label": one.label} for one in hs.search(words, limit=30)]
    if request.accept_mimetypes.best_match(("application/json", "text/html")) == "text/html":
        page = render_template("matching/buyer/search_hs.html", buyer=buyer, results=results, words=words)
        return page, {"Vary": "Accept"}
    return jsonify(results=results), {"Vary": "Accept"}


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    bp.get("/buyer/home")(home)
    bp.get("/buyer/hs")(search_hs)
    bp.route("/buyer/profile", methods=["GET", "POST"])(profile)
