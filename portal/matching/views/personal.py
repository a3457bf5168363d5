"""A participant's own agenda once it is published: as a page, a PDF, a calendar. The buyers' pages include the part."""

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from portal import db
from portal.documents import downloads
from portal.kernel.text import Language
from portal.matching.models import MatchingEvent, Participant
from portal.matching.queries import personal
from portal.matching.queries.personal import Personal
from portal.matching.service import agendas
from portal.matching.views.firms import coming, title_of
from portal.web.guards import found, requires_company
from portal.web.language import current as language

bp = Blueprint("personal", __name__)
ICS = "text/calendar; charset=utf-8; method=PUBLISH"


def of(event: MatchingEvent, participant: Participant | None) -> Personal | None:
    """What was told to them; None: nothing was published, or nothing of theirs."""
    told = personal.read(db.session(), event)
    if told is None or participant is None or str(participant.id) not in told.known:
        return None
    return told.of(participant.id)


def as_pdf(mine: Personal) -> ResponseReturnValue:
    """The agenda to print."""
    lang: Language = "it" if language() == "it" else "en"
    body = agendas.pdf(db.session(), mine, lang=lang)
    return downloads.send(body, name=_name(mine, "pdf"), media_type="application/pdf")


def as_calendar(mine: Personal, *, path: str = "") -> ResponseReturnValue:
    """The agenda for a calendar."""
    body = agendas.calendar(mine, language=language(), path=path)
    return downloads.send(body, name=_name(mine, "ics"), media_type=ICS)


def _name(mine: Personal, kind: str) -> str:
    return f"agenda-{mine.told.event.slug}-{mine.told.version.number}.{kind}"


def _own(slug: str) -> tuple[MatchingEvent, Personal | None]:
    mine = coming(slug)
    return mine.event, of(mine.event, mine.participant)


@bp.get("/area/incontri/<slug>/agenda")
@requires_company
def own(slug: str) -> ResponseReturnValue:
    """The firm's agenda."""
    event, mine = _own(slug)
    return render_template("matching/firm_agenda.html", event=event, title=title_of(event), personal=mine)


@bp.get("/area/incontri/<slug>/agenda.pdf")
@requires_company
def own_pdf(slug: str) -> ResponseReturnValue:
    """The same to print."""
    _event, mine = _own(slug)
    return as_pdf(found(mine))


@bp.get("/area/incontri/<slug>/agenda.ics")
@requires_company
def own_calendar(slug: str) -> ResponseReturnValue:
    """The same for a calendar."""
    _event, mine = _own(slug)
    if mine is None:
        abort(404)
    return as_calendar(mine, path=url_for(".own", slug=slug))
