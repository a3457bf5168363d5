"""Dates as calendars read them (RFC 5545)."""

from datetime import datetime, timedelta

from flask_babel import force_locale, gettext as _
from icalendar import Alarm, Calendar, Event

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


def moment(uid: str, at: datetime, words: str, *, path: str, name: str, now: datetime) -> dict[str, str]:
    """An instant as an attachment: one event with an alarm the day before, under an identity that stays."""
    event = Event()
    event.add("uid", f"{uid}@portale-export")
    event.add("sequence", int(now.timestamp()))
    event.add("dtstamp", now)
    event.add("dtstart", at.astimezone(now.tzinfo))
    event.add("dtend", at.astimezone(now.tzinfo))
    event.add("summary", words)
    event.add("url", f"{get_settings().public_url}{path}")
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", words)
    alarm.add("trigger", ALARM)
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//Portale Export//IT")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return {
        "name": f"{name}.ics",
        "media_type": "text/calendar; method=PUBLISH; charset=utf-8",
        "text": calendar.to_ical().decode(),
    }
