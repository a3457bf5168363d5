"""Public pages: the front door, the list, a call, its versions, its deadline for a calendar."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal import db
from portal.calls import queries
from portal.calls.models import Call, CallVersion
from portal.calls.rules.clock import Phase
from portal.calls.rules.content import CallContent
from portal.calls.rules.diff import diff
from portal.calls.rules.yaml_io import dump
from portal.calls.views.calendar import deadline_ics
from portal.calls.views.labels import where
from portal.calls.views.shown import Shown, fragment, markdown, show, show_all
from portal.web.guards import found
from portal.web.kept import kept
from portal.web.language import current

bp = Blueprint("calls", __name__)
_ON_THE_FRONT = 6
_dumped: dict[UUID, bytes] = {}
PHASES = {"aperti": Phase.OPEN, "in-arrivo": Phase.COMING, "chiusi": Phase.CLOSED}


@bp.get("/")
@kept()
def home() -> ResponseReturnValue:
    """The front door: what this is, what is open, how it works."""
    calls = show_all(db.session(), queries.public_calls(db.session()))
    current_ones = sorted((one for one in calls if one.phase is not Phase.CLOSED), key=lambda one: one.call.closes_at)
    cards = [_card(one, level=3) for one in current_ones[:_ON_THE_FRONT]]
    return render_template("calls/home.html", cards=cards, closed=len(calls) - len(current_ones))


@bp.get("/bandi")
@kept()
def index() -> ResponseReturnValue:
    """Every published call, filtered by phase, programme and words."""
    calls = show_all(db.session(), queries.public_calls(db.session()))
    wanted, programme = request.args.get("stato", ""), request.args.get("programma", "")
    text = request.args.get("q", "").strip()[:100]
    matching = [one for one in calls if _matches(one, programme=programme, text=text)]
    counts = {name: sum(one.phase is each for one in matching) for name, each in PHASES.items()}
    shown = [one for one in matching if wanted not in PHASES or one.phase is PHASES[wanted]]
    programmes = {one.content.programme.code: one.content.programme.title for one in calls}
    return render_template(
        "calls/index.html",
        cards=[_card(one, level=2) for one in sorted(shown, key=_order)],
        counts=counts,
        all=len(matching),
        wanted=wanted if wanted in PHASES else "",
        programme=programme,
        programmes=programmes,
        q=text,
    )


@bp.get("/bandi/<slug>")
@kept()
def show_call(slug: str) -> ResponseReturnValue:
    """One call: key facts, texts, requirements, criteria, documents, steps, versions."""
    call = _public(slug)
    return render_template("calls/show_call.html", call=call, **_parts(call))


@bp.get("/bandi/<slug>/versioni/<int:number>")
@kept()
def version(slug: str, number: int) -> ResponseReturnValue:
    """What a corrigendum changed."""
    call = _public(slug)
    versions = public_versions(call.call)
    at = next((n for n, each in enumerate(versions) if each.number == number), None)
    if at is None:
        abort(404)
    before = versions[at + 1] if at + 1 < len(versions) else None
    contents = queries.contents(db.session(), [each.id for each in (versions[at], before) if each])
    changes = diff(contents[before.id], contents[versions[at].id]) if before else []
    return render_template(
        "calls/version.html", call=call, version=versions[at], before=before, changes=changes, where=where
    )


@bp.get("/bandi/<slug>/scadenza.ics")
def deadline(slug: str) -> ResponseReturnValue:
    """The deadline, for a calendar."""
    call = _public(slug)
    address = url_for("calls.show_call", slug=slug, _external=True)
    return _download(deadline_ics(call, address=address), "text/calendar", f"{slug}-scadenza.ics")


@bp.get("/bandi/<slug>/bando.yaml")
@kept()
def as_yaml(slug: str) -> ResponseReturnValue:
    """The call as data, as `portale call export` writes it; `?versione=` an earlier one."""
    call = _public(slug)
    number = request.args.get("versione", type=int)
    version_id = call.call.version_id
    if number is not None:
        version_id = found(next((one for one in public_versions(call.call) if one.number == number), None)).id
    content = queries.content_by_id(db.session(), found(version_id))
    return _download(_yaml(found(version_id), content), "application/yaml", f"{slug}.yaml")


def public_versions(call: Call) -> list[CallVersion]:
    """The version first published and every one after it, the newest first."""
    versions = list(queries.versions(db.session(), call.id))
    if call.published_at is None:
        return []
    first = max((one.number for one in versions if one.made_at <= call.published_at), default=1)
    return [one for one in versions if one.number >= first]


def _public(slug: str) -> Shown:
    return show(db.session(), found(queries.find_public(db.session(), slug)))


def _parts(call: Shown) -> dict[str, object]:
    """What depends on the version alone: built once, whoever looks."""

    def body() -> str:
        return render_body(call.call, call.content, public_versions(call.call))

    def facts() -> str:
        return render_template("calls/_facts.html", call=call.call, content=call.content)

    version_id = found(call.call.version_id)
    return {"body": fragment("body", version_id, body), "facts": fragment("facts", version_id, facts)}


def render_body(call: Call, content: CallContent, versions: Sequence[CallVersion]) -> str:
    """All that a version says, as markup."""
    labels = {f"answers.{field.key}": field.label for field in content.form.fields()}
    return render_template(
        "calls/_body.html", call=call, content=content, markdown=markdown, versions=versions, labels=labels
    )


def _card(one: Shown, *, level: int) -> Markup:
    """A card changes with the version and with the time left, in words."""
    name = f"card {level} {one.word} {one.countdown}"
    card = partial(render_template, "calls/_card.html", call=one, level=level)
    return fragment(name, found(one.call.version_id), card)


def _matches(one: Shown, *, programme: str, text: str) -> bool:
    words = f"{one.content.title.in_(current())} {one.content.summary.in_(current())}".casefold()
    return (not programme or one.content.programme.code == programme) and all(
        each in words for each in text.casefold().split()
    )


def _order(one: Shown) -> tuple[int, float]:
    """Open first, the nearest deadline on top; then the coming ones; then the closed, the latest on top."""
    rank = [Phase.OPEN, Phase.COMING, Phase.CLOSED].index(one.phase)
    at = one.call.closes_at.timestamp()
    return rank, -at if one.phase is Phase.CLOSED else at


def _yaml(version_id: UUID, content: CallContent) -> bytes:
    if version_id not in _dumped:
        _dumped[version_id] = dump(content).encode()
    return _dumped[version_id]


def _download(body: bytes, kind: str, name: str) -> Response:
    return Response(
        body, content_type=f"{kind}; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
