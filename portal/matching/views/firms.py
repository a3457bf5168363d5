"""The firm's pages: events it may come to, its profile, whom it wishes to meet."""

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l
from flask_login import current_user
from pydantic import ValidationError

from portal import db
from portal.applications import permissions as applications
from portal.db import transaction
from portal.kernel.clock import ROME, utcnow
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.matching.forms.firms import FirmProfileForm, country_names
from portal.matching.queries import agenda, board as boards, firms as queries
from portal.matching.queries.firms import Own
from portal.matching.rules import hs
from portal.matching.rules.kinds import PARTNERS, SUPPLIERS
from portal.matching.rules.presenting import lacks
from portal.matching.rules.score import NAMES
from portal.matching.rules.states import EventState, Level, Side
from portal.matching.rules.suggesting import suggest
from portal.matching.service import firms, leaving, wishes
from portal.web.guards import found, requires_company
from portal.web.language import current as language

bp = Blueprint("firms", __name__)

PAGE: Final = 20
EVENT_WORDS: Final = {
    EventState.WISHES: (_l("Preferenze"), "info"),
    EventState.SCHEDULING: (_l("In preparazione"), "neutral"),
    EventState.PUBLISHED: (_l("Agenda pubblicata"), "success"),
    EventState.CLOSED: (_l("Concluso"), "neutral"),
}
PROFILE_WORDS: Final = {
    "new": (_l("Da scrivere"), "warning"),
    "draft": (_l("Bozza"), "warning"),
    "sent": (_l("Inviato, in attesa di convalida"), "info"),
    "validated": (_l("Convalidato"), "success"),
    "sent_back": (_l("Da correggere"), "danger"),
}
LEVEL_WORDS: Final = {
    Level.WANT: _l("Voglio incontrarlo"),
    Level.WOULD: _l("Lo incontrerei"),
    Level.NO: _l("No"),
}


def own(slug: str) -> Own:
    """An event within the firm's reach, or 404."""
    return found(queries.find(db.session(), slug, **applications.reach(current_user)))


def coming(slug: str) -> Own:
    """The same, where the firm comes; else the page that says how."""
    mine = own(slug)
    if not mine.comes:
        abort(404)
    return mine


def title_of(event: Any) -> str:  # noqa: ANN401 - an event
    """The event's title in the page's language."""
    return str(event.title_it if language() == "it" else event.title_en)


@bp.get("/area/incontri")
@requires_company
def index() -> ResponseReturnValue:
    """Events that the firm may come to or was at."""
    rows = queries.events_of(db.session(), **applications.reach(current_user))
    return render_template("matching/firm_index.html", rows=rows, title_of=title_of, event_words=EVENT_WORDS)


@bp.get("/area/incontri/<slug>")
@requires_company
def event(slug: str) -> ResponseReturnValue:
    """One event: how the firm stands, what to do next."""
    return _event(own(slug))


def _event(mine: Own, *, wrong: str = "") -> str:
    session, stage = db.session(), profile_stage()
    said = queries.wishes(session, mine.participant.id) if mine.participant else {}
    return render_template(
        "matching/firm_event.html",
        own=mine,
        event=mine.event,
        title=title_of(mine.event),
        wrong=wrong,
        stage=stage,
        profile_words=PROFILE_WORDS,
        event_words=EVENT_WORDS,
        profile=queries.profile(session, company_id()),
        counts={level: sum(one.level is level for one in said.values()) for level in Level},
        level_words=LEVEL_WORDS,
        may_wish=wishes.may_wish(mine.event, now=utcnow()),
        may_withdraw=mine.is_there and leaving.is_open(session, mine.event, now=utcnow()),
        has_agenda=agenda.latest_version(session, mine.event.id) is not None,
    )


def company_id() -> UUID:
    """The firm acted for."""
    return found(applications.reach(current_user)["company_id"])


def profile_stage() -> str:
    """Where the profile stands: new, draft, sent, validated, sent_back."""
    session = db.session()
    sent = queries.profile(session, company_id())
    if sent is None:
        return "draft" if queries.draft(session, company_id()) else "new"
    if sent.validated_at:
        return "validated"
    return "sent_back" if sent.sent_back_at else "sent"


@bp.post("/area/incontri/<slug>/partecipa")
@requires_company
def join(slug: str) -> ResponseReturnValue:
    """The firm comes."""
    mine = own(slug)
    try:
        with transaction() as session:
            firms.join(session, mine.event.id, company_id(), by=current_user.email, now=utcnow())
    except DomainError as refusal:
        if isinstance(refusal, NotFound):
            abort(404)
        return _event(own(slug), wrong=str(refusal)), 422
    flash(_("La partecipazione è confermata. Ora presenta l'impresa ai buyer."), "success")
    return redirect(url_for(".profile", slug=slug), 303)


@bp.route("/area/incontri/<slug>/profilo", methods=["GET", "POST"])
@requires_company
def profile(slug: str) -> ResponseReturnValue:
    """The firm in English: kept as a draft, or sent to the office."""
    mine = coming(slug)
    draft = queries.draft(db.session(), company_id())
    begun = firms.beginning(db.session(), mine.event, company_id())
    form = FirmProfileForm(
        data={**FirmProfileForm.values(begun), "revision": str(draft.revision if draft else 0)},
    )
    if request.method == "GET":
        return _profile(mine, form)
    if not form.validate_on_submit():
        return _profile(mine, form), 422
    is_sent = request.form.get("action") == "send"
    content = form.profile()
    missing = lacks(content) if is_sent else []
    if missing:
        for one in missing:
            form.refuse(one)
        return _profile(mine, form), 422
    verb = firms.send if is_sent else firms.keep
    try:
        with transaction() as session:
            verb(session, company_id(), content, revision=_seen(form), by=current_user.email, now=utcnow())
    except DomainError as refusal:
        return _refused(mine, form, refusal)
    flash(_("Profilo inviato all'ufficio.") if is_sent else _("Bozza salvata."), "success")
    return redirect(url_for(".event" if is_sent else ".profile", slug=slug), 303)


@bp.post("/area/incontri/<slug>/profilo/bozza")
@requires_company
def keep(slug: str) -> ResponseReturnValue:
    """Keep what stands in the form as it is written: what can't be read yet waits for its correction."""
    coming(slug)
    form, now = FirmProfileForm(), utcnow()
    is_whole = form.validate_on_submit()
    if form.csrf_token.errors:
        abort(400)
    try:
        content = form.profile()
        with transaction() as session:
            firms.keep(session, company_id(), content, revision=_seen(form), by=current_user.email, now=now)
    except ValidationError:
        return jsonify(error=_("Non salvato: correggi i campi troppo lunghi.")), 422
    except DomainError as refusal:
        return jsonify(error=str(refusal)), 409
    at = now.astimezone(ROME)
    told = _("Salvato alle %(time)s", time=f"{at:%H:%M}")
    return jsonify(saved=told if is_whole else _("%(told)s; qualche campo è da correggere", told=told))


def _seen(form: FirmProfileForm) -> int:
    text = form.revision.data or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0  # noqa: PLR2004


def _refused(mine: Own, form: FirmProfileForm, refusal: DomainError) -> ResponseReturnValue:
    form.refuse(refusal)
    if isinstance(refusal, Conflict):
        db.session.expire_all()
        kept = queries.draft(db.session(), company_id())
        form.revision.raw_data, form.revision.data = None, str(kept.revision if kept else 0)
        return _profile(mine, form), 409
    return _profile(mine, form), 422


def _profile(mine: Own, form: FirmProfileForm) -> str:
    session = db.session()
    draft = queries.draft(session, company_id())
    return render_template(
        "matching/firm_profile.html",
        own=mine,
        event=mine.event,
        title=title_of(mine.event),
        form=form,
        stage=profile_stage(),
        profile_words=PROFILE_WORDS,
        profile=queries.profile(session, company_id()),
        draft=draft,
        logo=queries.logo(session, company_id()),
        company_name=found(queries.company(session, company_id())).legal_name,
        shown={one.code: one.label for row in form.products if (one := hs.find(row.form.hs.data or ""))},
    )


@bp.get("/area/incontri/<slug>/buyer")
@requires_company
def buyers(slug: str) -> ResponseReturnValue:
    """Buyers, the best match first, and what the firm wishes."""
    return _buyers(coming(slug))


@bp.post("/area/incontri/<slug>/buyer/<uuid:participant_id>")
@requires_company
def wish(slug: str, participant_id: UUID) -> ResponseReturnValue:
    """Say want, would or no of a buyer, or take it back."""
    mine = coming(slug)
    buyer = found(queries.find_buyer(db.session(), mine.event.id, participant_id))
    asked = request.form.get("level", "")
    level = next((one for one in Level if one.value == asked), None)
    if level is None and asked:
        abort(400)
    me = found(mine.participant)
    try:
        with transaction() as session:
            wishes.wish(session, me.id, buyer.id, level, by=current_user.email, now=utcnow())
    except DomainError as refusal:
        if isinstance(refusal, NotFound):
            abort(404)
        db.session.expire_all()
        return _buyers(coming(slug), wrong=str(refusal)), 422
    kept: dict[str, Any] = {name: request.form.get(name, "")[:80] or None for name in ("pagina", "q", "vista")}
    return redirect(url_for(".buyers", slug=slug, **kept, scelto=participant_id, _anchor=f"b-{participant_id}"), 303)


def _buyers(mine: Own, *, wrong: str = "") -> str:
    session, me = db.session(), found(mine.participant)
    whole = boards.read(session, mine.event)
    shown = {id_: one for id_, one in whole.buyers.items() if one.is_validated}
    excluded = {buyer for firm, buyer in whole.excluded if firm == me.id}
    ranked = suggest(
        whole.firms[me.id].profile,
        {id_: one.profile for id_, one in shown.items()},
        weights=whole.settings.weights,
        offered=whole.offered,
        excluded=excluded,
    )
    said = {to: one.level for to, one in queries.wishes(session, me.id).items()}
    words, view = request.values.get("q", "")[:80].strip(), _view()
    chosen = request.values.get("scelto") or str((request.view_args or {}).get("participant_id", ""))
    wanted = [
        one
        for one in ranked
        if str(one.id) == chosen or (_matches(shown[one.id], words) and _is_in(view, said.get(one.id)))
    ]
    page = min(_page(), max(0, (len(wanted) - 1) // PAGE))
    quota = whole.settings.quota(Side.COMPANY)
    return render_template(
        "matching/firm_buyers.html",
        event=mine.event,
        title=title_of(mine.event),
        wrong=wrong,
        stage=profile_stage(),
        rows=[(one, shown[one.id], said.get(one.id)) for one in wanted[page * PAGE : (page + 1) * PAGE]],
        total=len(wanted),
        page=page,
        last=max(0, (len(wanted) - 1) // PAGE),
        words=words,
        view=view,
        counts={level: sum(one is level for one in said.values()) for level in Level},
        most={Level.WANT: quota.wants, Level.WOULD: quota.woulds},
        level_words=LEVEL_WORDS,
        may_wish=wishes.may_wish(mine.event, now=utcnow()),
        part_names=NAMES,
        hs=hs.find,
        countries=country_names("it" if language() == "it" else "en"),
        **_kinds(),
    )


def _kinds() -> dict[str, Any]:
    return {"partner_words": PARTNERS, "supplier_words": SUPPLIERS}


def _page() -> int:
    text = request.values.get("pagina", "")
    return max(0, int(text) - 1) if text.isascii() and text.isdigit() and len(text) < 6 else 0  # noqa: PLR2004


def _matches(one: Any, words: str) -> bool:  # noqa: ANN401 - a buyer as shown
    text = " ".join(
        [one.name, one.country, one.city, one.content.description, one.content.seeks]
        + [f"{product.hs} {product.name}" for product in one.content.products]
    ).casefold()
    return all(word in text for word in words.casefold().split())


def _view() -> str:
    """Which buyers are shown: those of one wish, those without (`none`), or all."""
    asked = request.values.get("vista", "")
    return asked if asked in {one.value for one in Level} | {"none"} else ""


def _is_in(view: str, level: Level | None) -> bool:
    return not view or (level.value if level else "none") == view
