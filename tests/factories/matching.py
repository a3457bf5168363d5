"""Events of business meetings, who comes, and what they show."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from portal import db
from portal.calls import queries as calls
from portal.matching.models import Counterpart, ExportProfile
from portal.matching.rules.profiles import BuyerProfile, FirmProfile
from portal.matching.rules.settings import Settings
from portal.matching.rules.states import EventState
from portal.matching.rules.timetable import Sitting
from portal.matching.service import events, participants
from portal.matching.service.events import InterpreterPlan, Plan, TablePlan
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE, admitted

NOW = datetime.now(UTC)
DAY = date(2027, 3, 9)
MORNING = Sitting(DAY, time(9), time(12), "Mattina")
AFTERNOON = Sitting(DAY, time(14), time(17), "Pomeriggio")
_number = count(1)


def plan(**changes):
    """A day with two sessions of seven slots, four tables, one interpreter of Russian; wishes are open now."""
    facts = {
        "slug": f"tashkent-{next(_number)}",
        "title_it": "Incontri d'affari a Tashkent",
        "title_en": "Business meetings in Tashkent",
        "place": "Tashkent",
        "wishes_from": NOW - timedelta(days=1),
        "wishes_until": NOW + timedelta(days=30),
        "settings": Settings(),
        "sittings": (MORNING, AFTERNOON),
        "tables": tuple(TablePlan(name=str(number), zone="A" if number < 3 else "B") for number in range(1, 5)),
        "interpreters": (InterpreterPlan(full_name="Olga Ivanova", language="ru", email="olga@traduce.example"),),
    }
    return Plan(**{**facts, **changes})


def make_event(call, *, state=EventState.WISHES, **changes):
    """An event of the call, in that state."""
    session = db.session()
    event = events.create(session, call.id, plan(**changes), by=OFFICE, now=NOW)
    return events.move(session, event.id, state, by=OFFICE, now=NOW)


def counterpart(*, validated=True, profile=None, **changes):
    """A buyer of Tashkent who speaks Russian and English, validated."""
    number = next(_number)
    profile = profile or BuyerProfile(
        description="Imports machines for textiles.",
        kinds=("importer",),
        sectors=("28",),
        products=({"hs": "8451", "volume": "20 machines a year"},),
        languages=("ru", "en"),
        partner_types=("machinery_maker",),
        reference_markets=("IT",),
    )
    facts = {
        "legal_name": f"Toshkent Savdo {number} LLC", "country": "UZ", "city": "Tashkent",
        "contact_name": f"Aziza Karimova {number}", "email": f"buyer{number}@savdo.example", "language": "ru",
        "profile": profile.model_dump(mode="json"), "profile_saved_at": NOW,
        "validated_at": NOW if validated else None, "validated_by": OFFICE if validated else None,
    }  # fmt: skip
    one = Counterpart(**{**facts, **changes})
    db.session.add(one)
    db.session.flush()
    return one


def buyer_at(event, *, confirmed=True, unavailable=(), least=0, most=None, **changes):
    """A buyer who comes."""
    session, one = db.session(), counterpart(**changes)
    (participant,) = participants.add_buyers(session, event.id, [one.id], by=OFFICE, now=NOW)
    return _as_wanted(participant, confirmed, unavailable, least, most)


def firm_at(event, *, company=None, confirmed=True, unavailable=(), least=1, most=None, profile=None):
    """A firm admitted to the event's call that comes, with an export profile."""
    session = db.session()
    company = company or CompanyFactory()
    admitted(calls.get(session, event.call_id), company=company)
    (participant,) = participants.add_firms(session, event.id, [company.id], by=OFFICE, now=NOW)
    profile = profile or FirmProfile(
        description="Makes machines that dry textiles.",
        kinds=("machinery_maker",),
        products=({"hs": "845129", "name": "Drying machines"},),
        languages=("en", "it"),
        partner_types=("importer",),
        markets=("UZ",),
    )
    content = profile.model_dump(mode="json")
    session.add(ExportProfile(company_id=company.id, content=content, saved_at=NOW, saved_by=OFFICE))
    return _as_wanted(participant, confirmed, unavailable, least, most)


def _as_wanted(participant, confirmed, unavailable, least, most):
    session = db.session()
    participants.limit(session, participant.id, least=least, most=most, by=OFFICE, now=NOW)
    if unavailable:
        participants.set_times(session, participant.id, unavailable, by=OFFICE, now=NOW)
    if confirmed:
        participants.confirm(session, participant.id, by=OFFICE, now=NOW)
    session.flush()
    return participant
