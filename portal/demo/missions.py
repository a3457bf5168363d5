"""The demonstration's mission: Tashkent and Samarkand, a full list and a waiting list; by the verbs that pages call."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from sqlalchemy import select

from portal.applications.models import Application
from portal.db import transaction
from portal.demo.people import STAFF
from portal.kernel.clock import ROME, utcnow
from portal.kernel.text import Text
from portal.missions import service
from portal.missions.queries import cases
from portal.missions.rules.content import UZBEKISTAN, Day, MissionContent, Moment
from portal.missions.rules.fields import Purpose
from portal.missions.rules.refusals import Blocked, TooManyDelegates
from portal.missions.rules.waiting import TravellerState

Say = Callable[[str], None]
EVENTS = next(one.email for one in STAFF if one.role == "events")
FAMILY = (
    "Rossi",
    "Bianchi",
    "Ferrari",
    "Colombo",
    "Brambilla",
    "Galli",
    "Riva",
    "Fumagalli",
    "Villa",
    "Sala",
    "D'Angelo",
    "Niccolò",
)
GIVEN = ("Mario", "Lucia", "Ettore", "Chiara Maria", "Paolo", "Elena", "Davide", "Anna", "Giorgio", "Sara")
DIETS = ("", "", "", "Vegetariana", "Senza glutine", "Allergia alle noci", "Halal")
LEAVES_IN, WEEK = 75, 6
CALL = "UZBEKISTAN-2025"
PROGRAMME = (
    (0, "Milano", "Partenza da Malpensa", "Departure from Malpensa"),
    (1, "Tashkent", "Benvenuto e visita alla Camera di commercio", "Welcome and visit to the chamber of commerce"),
    (2, "Tashkent", "Incontri d'affari, prima mezza giornata", "Business meetings, first half-day"),
    (3, "Tashkent", "Incontri d'affari e visite in azienda", "Business meetings and company visits"),
    (4, "Samarcanda", "Visite al distretto tessile", "Visits to the textile district"),
    (5, "Samarcanda", "Incontri d'affari, seconda mezza giornata", "Business meetings, second half-day"),
    (6, "Milano", "Rientro", "Return"),
)


def make_mission(call_id: UUID, say: Say, *, places: int = 24) -> UUID | None:
    """A mission of a call whose firms are entitled: full and confirmed but for a few, others wait; lists drawn up.

    None where no firm is.
    """
    with transaction() as session:
        ids = session.scalars(
            select(Application.id)
            .where(Application.call_id == call_id, Application.status.in_(cases.ENTITLED))
            .order_by(Application.arrival)
        ).all()
        if not ids:
            return None
        content = _content(min(places, max(2, len(ids))))
        mission = service.draft(session, call_id, content, by=EVENTS, now=utcnow())
        service.open_mission(session, mission.id, by=EVENTS, now=utcnow())
    entered = _enter(mission.id, [*ids, *ids[: max(1, len(ids) // 3)]], content)
    confirmed = _confirm(mission.id, entered)
    with transaction() as session:
        for purpose in (Purpose.AIRLINE, Purpose.HOTEL, Purpose.DOOR) if confirmed else ():
            drawn = service.draw_up(session, mission.id, purpose, by=EVENTS, now=utcnow())
            if purpose is Purpose.HOTEL:
                service.take(session, drawn, kind="xlsx", sent_to="Hotel Uzbekistan", by=EVENTS, now=utcnow())
    say(f"mission: {content.places} places, {len(entered)} delegates entered, {confirmed} confirmed")
    return mission.id


def _content(places: int) -> MissionContent:
    now = utcnow()
    starts = now.astimezone(ROME).date() + timedelta(days=LEAVES_IN)
    return MissionContent(
        title=Text(it="Missione a Tashkent e Samarcanda", en="Mission to Tashkent and Samarkand"),
        destination=UZBEKISTAN,
        starts_on=starts,
        returns_on=starts + timedelta(days=WEEK),
        programme=tuple(
            Day(on=starts + timedelta(days=after), place=place, text=Text(it=it, en=en))
            for after, place, it, en in PROGRAMME
        ),
        moments=(
            Moment(key="partenza", title=Text(it="Partenza", en="Departure")),
            Moment(key="tashkent", title=Text(it="Incontri a Tashkent", en="Meetings in Tashkent")),
            Moment(key="samarcanda", title=Text(it="Incontri a Samarcanda", en="Meetings in Samarkand")),
        ),
        places=places,
        delegates_per_firm=2,
        free_delegates=1,
        fee_eur=Decimal(900),
        minimum_firms=min(8, places),
        opens_at=now - timedelta(minutes=1),
        closes_at=now + timedelta(days=30),
        offer_hours=48,
        purge_days=30,
        contact=EVENTS,
    )


def _enter(mission_id: UUID, application_ids: Sequence[UUID], content: MissionContent) -> list[UUID]:
    """A delegate of each firm, then a second one of some: those wait."""
    entered = []
    for number, application_id in enumerate(application_ids, start=1):
        with transaction() as session:
            owner = session.scalars(select(Application.submitted_by).where(Application.id == application_id)).one()
            told = person(number, content.returns_on)
            try:
                by = owner or EVENTS
                entered.append(service.admit(session, mission_id, application_id, told, by=by, now=utcnow()).id)
            except TooManyDelegates:
                continue
    return entered


def _confirm(mission_id: UUID, entered: Sequence[UUID]) -> int:
    """All but every ninth confirm; whose passport blocks can't."""
    confirmed = 0
    for number, traveller_id in enumerate(entered):
        with transaction() as session:
            traveller = cases.traveller(session, traveller_id)
            if traveller is None or traveller.state is not TravellerState.OFFERED or number % 9 == 8:  # noqa: PLR2004
                continue
            try:
                service.confirm(session, mission_id, traveller_id, by=traveller.entered_by)
                confirmed += 1
            except Blocked:
                continue
    return confirmed


def person(number: int, returns_on: date) -> dict[str, str]:
    """An invented traveller; every seventh passport ends soon after the return, every fifteenth too soon."""
    random = Random(number)
    months = 2 if number % 15 == 0 else 5 if number % 7 == 0 else random.randint(12, 96)
    shared = random.random() < 0.3  # noqa: PLR2004
    return {
        "family_name": random.choice(FAMILY),
        "given_names": random.choice(GIVEN),
        "born_on": str(date(random.randint(1958, 1998), random.randint(1, 12), random.randint(1, 28))),
        "born_in": random.choice(("Milano", "Bergamo", "Brescia", "Como", "Varese")),
        "nationality": "ITA" if number % 11 else "MDA",
        "passport_number": f"YD{number:07}",
        "issued_on": str(returns_on - timedelta(days=random.randint(400, 3000))),
        "expires_on": str(returns_on + timedelta(days=30 * months)),
        "role": random.choice(("Titolare", "Export manager", "Direttore commerciale")),
        "phone": f"+39 333 {number:06}",
        "diet": random.choice(DIETS),
        "emergency": f"Ufficio, +39 02 {number:06}",
        "room": "doppia" if shared else "singola",
        "nights": "6",
        "flight_out": "HY256",
        "flight_back": "HY255",
    }
