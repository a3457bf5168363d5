"""Lists by recipient and badges: drawn up, taken, sent; each time told."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal import db
from portal.db import transaction
from portal.documents import downloads, rendering, sheets
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.kernel.text import Language
from portal.missions import service
from portal.missions.forms import ButtonForm, ReadForm, TakeForm
from portal.missions.models import MissionList
from portal.missions.queries import lists
from portal.missions.queries.cases import Seen
from portal.missions.rules.fields import LABELS, SHEETS, Purpose
from portal.missions.service import papers
from portal.missions.service.lists import Line
from portal.missions.views.office import requires_events
from portal.missions.views.shared import run, shown_value
from portal.web.forms import PortalForm
from portal.web.guards import found
from portal.web.language import current as language

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires_events
def listed(mission_id: UUID) -> ResponseReturnValue:
    """Every list, its versions, who took them."""
    return _page(run(mission_id), ButtonForm(formdata=None))


def _page(one: Seen, form: PortalForm) -> str:
    session, mission_id = db.session(), one.mission.id
    versions: dict[Purpose, list[MissionList]] = {purpose: [] for purpose in Purpose}
    for drawn in lists.of_mission(session, mission_id):
        versions[drawn.purpose].append(drawn)
    takings: dict[UUID, list[object]] = {}
    for taking in lists.takings(session, mission_id):
        takings.setdefault(taking.list_id, []).append(taking)
    return render_template(
        "missions/lists.html",
        mission=one.mission,
        content=one.content,
        sheets=SHEETS,
        labels=LABELS,
        versions=versions,
        takings=takings,
        form=form,
    )


@requires_events
def draw_up(mission_id: UUID, purpose: str) -> ResponseReturnValue:
    """A new version of a list."""
    one, form = run(mission_id), ButtonForm()
    wanted = found(next((known for known in Purpose if known.value == purpose), None))
    if not form.validate_on_submit():
        return _page(one, form), 422
    try:
        with transaction() as session:
            drawn = service.draw_up(session, mission_id, wanted, by=current_user.email, now=utcnow())
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(one, form), 422
    flash(_("Versione %(number)s dell'elenco.", number=drawn.number), "success")
    return redirect(url_for(".listed", mission_id=mission_id) + f"#{purpose}", 303)


@requires_events
def take(mission_id: UUID, list_id: UUID, kind: str) -> ResponseReturnValue:
    """A version as a file; who takes it, and for whom, is written down."""
    one, form = run(mission_id), TakeForm()
    drawn = found(lists.find(db.session(), list_id, mission_id))
    if not form.validate_on_submit():
        return _page(one, form), 422
    sent_to = form.sent_to.data or ""
    with transaction() as session:
        by, now = current_user.email, utcnow()
        lines = service.take(session, drawn, kind=kind, sent_to=sent_to, by=by, now=now)
        call = papers.call_of(session, one.mission)
    name = f"{drawn.purpose.value}-{drawn.number}.{kind}"
    if kind == "pdf":
        lang = _language()
        paper = papers.list_paper(one, call, drawn, lines, lang=lang)
        return downloads.send(
            rendering.render(paper, lang=lang, at=drawn.made_at), name=name, media_type="application/pdf"
        )
    header, rows = _table(drawn, lines)
    title = str(SHEETS[drawn.purpose].title)
    return downloads.send(sheets.to_xlsx({title: (header, rows)}, created=drawn.made_at), name=name, media_type=XLSX)


def _table(drawn: MissionList, lines: Sequence[Line]) -> tuple[list[str], list[list[str]]]:
    fields = SHEETS[drawn.purpose].fields
    header = [str(LABELS[name]) for name in fields] + [_("Novità")]
    rows = [[shown_value(name, line.values[name]) for name in fields] + [papers.news(line)] for line in lines]
    return header, rows


@requires_events
def badges(mission_id: UUID) -> ResponseReturnValue:
    """Every badge, several to a sheet."""
    one, form = run(mission_id), ReadForm()
    if not form.validate_on_submit():
        return _page(one, form), 422
    try:
        with transaction() as session:
            paper = papers.badges(session, one, why=form.why.data, by=current_user.email, now=utcnow())
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(one, form), 422
    lang = _language()
    body = rendering.render(paper, lang=lang, at=utcnow())
    return downloads.send(body, name="tesserini.pdf", media_type="application/pdf")


def _language() -> Language:
    return "en" if language() == "en" else "it"


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    mission = "/ufficio/missioni/<uuid:mission_id>"
    bp.get(f"{mission}/elenchi")(listed)
    bp.post(f"{mission}/elenchi/<purpose>")(draw_up)
    bp.post(f"{mission}/elenchi/<uuid:list_id>.<any(xlsx, pdf):kind>")(take)
    bp.post(f"{mission}/tesserini.pdf")(badges)
