"""Dates as calendars read them (RFC 5545)."""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import force_locale, gettext as _
from icalendar import Alarm, Calendar, Event

from portal.applications.models import Request
from portal.applications.rules.requests import RequestState
from portal.calls.models import Call
from portal.config import get_settings

ALARM = timedelta(days=-1)


def deadline(call: Call, title: str, language: str, now: datetime) -> dict[str, str]:
    """The closing of a call as an attachment: one event, with one alarm the day before.

    The same call has the same UID, so that a new date moves the old entry.
    """
    with force_locale(language):
        words = _("Scade il bando: %(title)s", title=title)
    return moment(f"{call.id}.deadline", call.closes_at, words, path=f"/bandi/{call.slug}", name=call.slug, now=now)


def term(request: Request, facts: dict[str, Any], *, language: str, now: datetime) -> dict[str, str]:
    """The end of a request's term as an attachment: an extension moves the entry, any end of the request removes it."""
    with force_locale(language):
        words = (
            _("Scade il termine per le osservazioni: %(call)s", call=facts["call"])
            if facts["is_notice"]
            else _("Scade il termine per l'integrazione: %(call)s", call=facts["call"])
        )
    return moment(
        f"{request.id}.term",
        request.due_at,
        words,
        path=f"/area/domande/{request.application_id}",
        name=f"{facts['protocol']}-{request.number}",
        now=now,
        sequence=request.sequence,
        is_cancelled=request.state is not RequestState.OPEN,
    )


def moment(
    uid: str,
    at: datetime,
    words: str,
    *,
    path: str,
    name: str,
    now: datetime,
    sequence: int | None = None,
    is_cancelled: bool = False,
    until: datetime | None = None,
) -> dict[str, str]:
    """An instant, or a stretch `until` another, as an attachment: one event with an alarm the day before.

    Its identity stays.

    `sequence`: which telling of it this is; the later in time counts where none is given.
    """
    event = Event()
    event.add("uid", f"{uid}@portale-export")
    event.add("sequence", int(now.timestamp()) if sequence is None else sequence)
    event.add("dtstamp", now)
    event.add("dtstart", at.astimezone(now.tzinfo))
    event.add("dtend", (until or at).astimezone(now.tzinfo))
    event.add("summary", words)
    event.add("url", f"{get_settings().public_url}{path}")
    event.add("transp", "TRANSPARENT")
    if is_cancelled:
        event.add("status", "CANCELLED")
    else:
        event.add_component(_alarm(words))
    method = "CANCEL" if is_cancelled else "PUBLISH"
    calendar = Calendar()
    calendar.add("prodid", "-//Portale Export//IT")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return {
        "name": f"{name}.ics",
        "media_type": f"text/calendar; method={method}; charset=utf-8",
        "method": method,
        "text": calendar.to_ical().decode(),
    }


def _alarm(words: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", words)
    alarm.add("trigger", ALARM)
    return alarm
