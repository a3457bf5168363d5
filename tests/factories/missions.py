"""Missions with delegates, as firms and the office would make them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

from portal import db
from portal.applications.rules import Status
from portal.kernel.clock import ROME
from portal.kernel.text import Text
from portal.missions import service
from portal.missions.rules.content import UZBEKISTAN, Day, MissionContent, Moment
from tests.factories.evaluation import OFFICE, admitted

NOW = datetime.now(UTC)
TODAY = NOW.astimezone(ROME).date()
FIRM = "titolare@impresa.example"
_numbers = count(1)


def plan(**more) -> MissionContent:
    """A week in Tashkent and Samarkand, two months from now."""
    starts = more.pop("starts_on", TODAY + timedelta(days=60))
    days = [
        Day(on=starts, place="Tashkent", text=Text(it="Arrivo e benvenuto", en="Arrival and welcome")),
        Day(on=starts + timedelta(days=2), place="Samarcanda", text=Text(it="Visite in azienda", en="Company visits")),
    ]
    facts = {
        "title": Text(it="Missione in Uzbekistan", en="Mission to Uzbekistan"),
        "destination": UZBEKISTAN,
        "starts_on": starts,
        "returns_on": starts + timedelta(days=6),
        "programme": days,
        "moments": [
            Moment(key="partenza", title=Text(it="Partenza", en="Departure")),
            Moment(key="incontri", title=Text(it="Incontri a Tashkent", en="Meetings in Tashkent")),
        ],
        "places": 2,
        "delegates_per_firm": 2,
        "free_delegates": 1,
        "fee_eur": Decimal(900),
        "minimum_firms": 1,
        "opens_at": NOW - timedelta(days=1),
        "closes_at": NOW + timedelta(days=30),
        "offer_hours": 48,
        "purge_days": 30,
        "contact": "eventi@unioncamere.example",
    }
    return MissionContent(**(facts | more))


def mission(call, **more):
    """An open mission of a call."""
    session = db.session()
    made = service.draft(session, call.id, plan(**more), by=OFFICE, now=NOW)
    service.open_mission(session, made.id, by=OFFICE, now=NOW)
    return made


def person(*, number="", **more) -> dict[str, str]:
    """What is told of a traveller whose passport lasts; every number is another."""
    number = number or f"YA{next(_numbers):07}"
    told = {
        "family_name": "Rossi", "given_names": "Mario Ettore", "born_on": "1980-05-17", "born_in": "Lecco",
        "nationality": "ITA", "passport_number": number, "issued_on": str(date(TODAY.year - 2, 1, 1)),
        "expires_on": str(date(TODAY.year + 6, 1, 1)), "role": "Export manager", "phone": "+39 333 000000",
        "email": "mario@impresa.example", "diet": "Senza glutine", "emergency": "Lucia, +39 333 111111",
        "room": "singola", "nights": "6", "flight_out": "TK1874", "flight_back": "TK1873",
    }  # fmt: skip
    return told | more


def application(call, company, status=Status.ACCEPTED):
    """The firm's application, entitled unless told otherwise."""
    return admitted(call, company=company, status=status)


def entered(made, applied, *, confirmed=False, **more):
    """A delegate of a firm; who is confirmed holds a place."""
    session = db.session()
    traveller = service.admit(session, made.id, applied.id, person(**more), by=FIRM, now=NOW)
    if confirmed:
        service.confirm(session, made.id, traveller.id, by=FIRM)
    return traveller
