"""What staff carry to an event: lists, the pack, the catalogue; from the agenda as it was published last."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal import db
from portal.documents import downloads, rendering, sheets
from portal.kernel.clock import utcnow
from portal.kernel.text import Language
from portal.matching.models import Interpreter, MatchingEvent
from portal.matching.queries import board, events, personal
from portal.matching.queries.personal import Told
from portal.matching.service import agendas, lists
from portal.matching.views.agenda import requires_reader, the_event
from portal.matching.views.firms import title_of
from portal.web.guards import found
from portal.web.language import current as language

bp = Blueprint("matching_lists", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"


def _told(slug: str) -> tuple[MatchingEvent, Told | None]:
    event = the_event(slug)
    return event, personal.read(db.session(), event)


def _lang() -> Language:
    return "en" if language() == "en" else "it"


@bp.get("/ufficio/incontri/<slug>/elenchi")
@requires_reader
def listed(slug: str) -> ResponseReturnValue:
    """Everything there is to print."""
    event, told = _told(slug)
    made = {kind: lists.sheet(kind, told, _voices(event)) for kind in lists.KINDS} if told else {}
    return render_template(
        "matching/lists.html",
        event=event,
        title=title_of(event),
        told=told,
        sheets=made,
        agendas=len(told.everybody()) if told else 0,
    )


def _voices(event: MatchingEvent) -> list[Interpreter]:
    return list(events.interpreters(db.session(), event.id))


@bp.get("/ufficio/incontri/<slug>/elenchi/<any(porta, tavoli, interpreti):which>.<any(xlsx, pdf):kind>")
@requires_reader
def taken(slug: str, which: str, kind: str) -> ResponseReturnValue:
    """One list as a file."""
    event, told = _told(slug)
    told = found(told)
    made, at = lists.sheet(which, told, _voices(event)), told.version.published_at
    name = f"{which}-{event.slug}-{told.version.number}.{kind}"
    if kind == "xlsx":
        body = sheets.to_xlsx({made.title: (made.columns, made.rows)}, created=at)
        return downloads.send(body, name=name, media_type=XLSX)
    paper = lists.list_paper(agendas.call_of(db.session(), event), told, made, lang=_lang())
    return downloads.send(rendering.render(paper, lang=_lang(), at=at), name=name, media_type=PDF)


@bp.get("/ufficio/incontri/<slug>/pacchetto.pdf")
@requires_reader
def pack(slug: str) -> ResponseReturnValue:
    """Every list and everybody's agenda in one file."""
    event, told = _told(slug)
    told = found(told)
    paper = lists.pack_paper(agendas.call_of(db.session(), event), told, _voices(event), lang=_lang())
    body = rendering.render(paper, lang=_lang(), at=told.version.published_at)
    return downloads.send(body, name=f"pacchetto-{event.slug}-{told.version.number}.pdf", media_type=PDF)


@bp.get("/ufficio/incontri/<slug>/catalogo-<any(it, en):lang>.pdf")
@requires_reader
def catalogue(slug: str, lang: Language) -> ResponseReturnValue:
    """Who takes part, as they present themselves."""
    event, session = the_event(slug), db.session()
    paper = lists.catalogue(agendas.call_of(session, event), board.read(session, event), lang=lang)
    body = rendering.render(paper, lang=lang, at=utcnow())
    return downloads.send(body, name=f"catalogo-{event.slug}-{lang}.pdf", media_type=PDF)
