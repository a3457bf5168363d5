"""The deadline of a call for calendars (RFC 5545)."""

from datetime import timedelta

from flask_babel import gettext as _
from icalendar import Alarm, Calendar, Event

from portal.calls.views.shown import Shown
from portal.web.filters import tr


def deadline_ics(call: Shown, *, address: str) -> bytes:
    """One event that ends at the deadline, with an alarm a day before; a corrigendum replaces it by its sequence."""
    title = tr(call.content.title)
    version = call.call.version
    event = Event()
    event.add("uid", f"{call.call.id}@portale-export")
    event.add("sequence", version.number if version else 0)
    event.add("dtstamp", call.now)
    event.add("dtstart", call.call.closes_at)
    event.add("dtend", call.call.closes_at)
    event.add("summary", str(_("Scadenza: %(title)s", title=title)))
    event.add("description", f"{tr(call.content.summary)}\n{address}")
    event.add("url", address)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", timedelta(days=-1))
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//Portale Export//bandi//IT")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    ics: bytes = calendar.to_ical()
    return ics
