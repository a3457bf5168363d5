"""A participant's agenda as a PDF and as a calendar; in Italian, English, and what buyers read in Russian."""

from collections.abc import Iterable
from datetime import datetime
from email.utils import parseaddr

from babel.dates import format_date
from flask_babel import force_locale, gettext as _
from icalendar import Calendar, Event, vCalAddress
from sqlalchemy.orm import Session

from portal.calls import queries as calls
from portal.calls.rules.content import CallContent
from portal.config import get_settings
from portal.documents import rendering
from portal.documents.rules.papers import Agenda, AgendaDay, AgendaRow
from portal.kernel.text import Language
from portal.matching.models import MatchingEvent
from portal.matching.queries.personal import Personal
from portal.matching.rules.daily import Row
from portal.matching.rules.states import Side
from portal.matching.rules.versions import Entry

_LOCALES = {"it": "it_IT", "en": "en_GB"}


def call_of(session: Session, event: MatchingEvent) -> CallContent:
    """The words of the event's call."""
    version = calls.get(session, event.call_id).version
    if version is None:
        msg = "an event of a call without words"
        raise ValueError(msg)
    return calls.content_of(version)


def title_of(event: MatchingEvent, language: str) -> str:
    """Italian for Italians, English for everybody else."""
    return event.title_it if language == "it" else event.title_en


def pdf(session: Session, mine: Personal, *, lang: Language) -> bytes:
    """The agenda to print."""
    told = mine.told
    return rendering.render(
        paper(call_of(session, told.event), mine, lang=lang), lang=lang, at=told.version.published_at
    )


def paper(call: CallContent, mine: Personal, *, lang: Language) -> Agenda:
    """The agenda as a paper."""
    event, version = mine.told.event, mine.told.version
    with force_locale(lang):
        return Agenda(
            issuer=call.implementing_body,
            programme=call.programme.title.in_(lang),
            call_title=call.title.in_(lang),
            call_code=call.code,
            sha256=None,
            event=title_of(event, lang),
            place=event.place,
            name=mine.name,
            version=str(version.number),
            published_at=rendering.instant(version.published_at, lang=lang),
            timezone=event.timezone,
            days=paper_days(mine, lang=lang),
        )


def paper_days(mine: Personal, *, lang: Language) -> list[AgendaDay]:
    """Its days."""
    return [
        AgendaDay(
            day=format_date(day, "EEEE d MMMM y", locale=_LOCALES[lang]),
            rows=[_paper_row(mine, row) for row in rows],
        )
        for day, rows in mine.days
    ]


def _paper_row(mine: Personal, row: Row) -> AgendaRow:
    if row.entry is None:
        return AgendaRow(time=row.clock, is_break=True)
    other = mine.other(row.entry)
    return AgendaRow(
        time=row.clock,
        table=row.entry.table,
        name=other.name,
        place=other.place,
        people=list(other.people),
        interpreter=row.entry.interpreter,
    )


def calendar(mine: Personal, *, language: str, path: str = "") -> bytes:
    """The whole agenda for a calendar: what stands is confirmed, what is off is cancelled there too.

    `path`: of the page that shows it. A meeting keeps its UID for ever; SEQUENCE grows each time it is told otherwise.
    """
    return _calendar(mine, [*mine.entries, *mine.off], method="PUBLISH", language=language, path=path)


def cancellations(mine: Personal, entries: Iterable[Entry], *, language: str) -> bytes:
    """What takes meetings that are off out of a calendar."""
    return _calendar(mine, entries, method="CANCEL", language=language, path="")


def _calendar(mine: Personal, entries: Iterable[Entry], *, method: str, language: str, path: str) -> bytes:
    made = Calendar()
    made.add("prodid", "-//Portale Export//IT")
    made.add("version", "2.0")
    made.add("method", method)
    made.add("x-wr-calname", title_of(mine.told.event, language))
    with force_locale(language):
        for entry in entries:
            made.add_component(_event(mine, entry, path=path))
    return bytes(made.to_ical())


def _event(mine: Personal, entry: Entry, *, path: str) -> Event:
    event, version, other = mine.told.event, mine.told.version, mine.other(entry)
    one = Event()
    one.add("uid", f"{entry.meeting}.{mine.who}@portale-export")
    one.add("sequence", entry.sequence)
    one.add("dtstamp", version.published_at)
    one.add("last-modified", version.published_at)
    utc = version.published_at.tzinfo
    one.add("dtstart", datetime.fromisoformat(entry.starts_at).astimezone(utc))
    one.add("dtend", datetime.fromisoformat(entry.ends_at).astimezone(utc))
    one.add("status", "CANCELLED" if entry.is_off else "CONFIRMED")
    one.add("transp", "TRANSPARENT" if entry.is_off else "OPAQUE")
    one.add("summary", _("Incontro con %(name)s", name=other.name))
    table = _("Tavolo %(table)s", table=entry.table)
    one.add("location", ", ".join(part for part in (table, event.place) if part))
    lines = [other.place, ", ".join(other.people)]
    if entry.interpreter:
        lines.append(_("Interprete: %(name)s", name=entry.interpreter))
    one.add("description", "\n".join(line for line in lines if line))
    settings = get_settings()
    name, address = parseaddr(settings.mail_from)
    organiser = vCalAddress(f"mailto:{address}")
    organiser.params["CN"] = name or "Portale Export"
    one.add("organizer", organiser)
    if path and mine.participant.side is Side.COMPANY:
        one.add("url", f"{settings.public_url}{path}")
    return one
