"""The demonstration's business meetings: firms, buyers of Uzbekistan, wishes, the best agenda, a cancellation."""

from collections.abc import Callable, Sequence
from datetime import time, timedelta
from random import Random
from uuid import UUID

from sqlalchemy.orm import Session

from portal.db import transaction
from portal.demo.missions import EVENTS, LEAVES_IN
from portal.kernel.clock import ROME, utcnow
from portal.kernel.errors import DomainError
from portal.matching.models import Participant
from portal.matching.queries import board, events as event_queries, firms as firm_queries, participants as rows
from portal.matching.rules.profiles import BuyerProfile, Delegate, FirmProfile, PartnerType, Product, SupplierType
from portal.matching.rules.scheduling.solver.solve import solve
from portal.matching.rules.settings import Settings
from portal.matching.rules.states import EventState, Level, Side
from portal.matching.rules.timetable import Sitting
from portal.matching.service import (
    buyers,
    events,
    firms,
    judging,
    leaving,
    participants,
    proposals,
    solving,
    telling,
    wishes,
)
from portal.matching.service.events import InterpreterPlan, Plan, TablePlan

Say = Callable[[str], None]
SLUG = "tashkent-samarcanda"
FIRMS, BUYERS, TABLES = 60, 40, 16
SECONDS = 40
"""What the demonstration gives the solver; a page gives what staff ask for."""
MORNING = (time(9), time(12, 30))
HALF_DAYS = ((2, "Tashkent, mattina"), (3, "Tashkent, secondo giorno"), (5, "Samarcanda"))
"""Days after the departure of the mission."""
INTERPRETERS = (
    *((name, "ru") for name in ("Olga Ivanova", "Timur Rashidov", "Elena Kim", "Rustam Akhmedov")),
    *((name, "uz") for name in ("Nilufar Yusupova", "Jasur Tursunov", "Malika Sodiqova")),
    *((name, "en") for name in ("Dilnoza Karimova", "Sherzod Aliev", "Madina Rahimova")),
)
CITIES = ("Tashkent", "Samarkand", "Bukhara", "Namangan", "Andijan", "Fergana")
FAMILY = ("Karimov", "Yusupov", "Rashidov", "Tursunov", "Nazarov", "Ismoilov", "Saidov", "Ergashev")
GIVEN = ("Aziz", "Dilshod", "Gulnora", "Kamola", "Bobur", "Nodira", "Otabek", "Zarina")
TRADES = (
    ("To‘qimachi", "13", ("5407", "6110"), (PartnerType.IMPORTER, PartnerType.MANUFACTURER)),
    ("Ipak Yo‘li Mato", "13", ("5007", "540710"), (PartnerType.MANUFACTURER, PartnerType.JOINT_VENTURE)),
    ("Agro Texnika", "28", ("8438", "843860"), (PartnerType.DISTRIBUTOR, PartnerType.SERVICE_CENTRE)),
    ("Sanoat Stanok", "28", ("8446", "8451", "844630"), (PartnerType.IMPORTER, PartnerType.JOINT_VENTURE)),
    ("Oziq-Ovqat Savdo", "10", ("0406", "1806", "2204"), (PartnerType.RETAILER, PartnerType.DISTRIBUTOR)),
    ("Elektro Tizim", "27", ("8537", "853710", "9032"), (PartnerType.IMPORTER, PartnerType.DISTRIBUTOR)),
    ("Mashina Detal", "25", ("8487", "8483"), (PartnerType.DISTRIBUTOR, PartnerType.AGENT)),
    ("Go‘zallik Uyi", "20", ("3304", "330499"), (PartnerType.RETAILER, PartnerType.IMPORTER)),
    ("Mebel Markazi", "31", ("9403",), (PartnerType.RETAILER, PartnerType.DISTRIBUTOR)),
    ("Plast Invest", "22", ("3926", "8480"), (PartnerType.MANUFACTURER, PartnerType.LICENSEE)),
)


def make_meetings(call_id: UUID, say: Say, *, most_firms: int = FIRMS, how_many: int = BUYERS) -> UUID:
    """An event of the call with wishes, an agenda published, a buyer who falls ill, the agenda mended and told again."""
    with transaction() as session:
        event = events.create(session, call_id, _plan(), by=EVENTS, now=utcnow())
        event_id = event.id
        ids = rows.firms_to_add(session, event_id, call_id)[:most_firms]
        events.move(session, event_id, EventState.WISHES, by=EVENTS, now=utcnow())
    for company_id in ids:
        _bring_firm(event_id, company_id)
    for number in range(1, how_many + 1):
        _bring_buyer(event_id, number)
    _wish(event_id)
    with transaction() as session:
        proposed = proposals.propose(session, event_id, by=EVENTS, now=utcnow())
        say(f"meetings: {len(ids)} firms, {how_many} buyers, {proposed.total} meetings proposed")
    if proposed.total:
        _schedule(event_id, say)
    return event_id


def _plan() -> Plan:
    now = utcnow()
    leaves = now.astimezone(ROME).date() + timedelta(days=LEAVES_IN)
    return Plan(
        slug=SLUG,
        title_it="Incontri d'affari a Tashkent e Samarcanda",
        title_en="Business meetings in Tashkent and Samarkand",
        place="Tashkent, Samarkand",
        timezone="Asia/Tashkent",
        wishes_from=now - timedelta(days=1),
        wishes_until=now + timedelta(days=30),
        settings=Settings(),
        sittings=tuple(Sitting(leaves + timedelta(days=after), *MORNING, name) for after, name in HALF_DAYS),
        tables=tuple(TablePlan(name=str(n), zone="A" if n <= TABLES // 2 else "B") for n in range(1, TABLES + 1)),
        interpreters=tuple(
            InterpreterPlan(full_name=name, language=language, email=f"{name.split()[0].lower()}@interpreti.example")
            for name, language in INTERPRETERS
        ),
    )


def _bring_firm(event_id: UUID, company_id: UUID) -> None:
    """A firm comes, adds to what the portal knows of it, sends its profile; the office finds it good."""
    with transaction() as session:
        event = event_queries.get(session, event_id)
        company = firm_queries.company(session, company_id)
        if event is None or company is None:
            raise DomainError
        by = company.pec or EVENTS
        one = firms.join(session, event_id, company_id, by=by, now=utcnow())
        begun, random = firms.beginning(session, event, company_id), Random(company.vat)
        division = (company.ateco_primary or "28")[:2]
        goods = [code for _name, sector, codes, _kinds in TRADES for code in codes if sector == division]
        firms.send(
            session,
            company_id,
            _presented(begun, company.legal_name, goods, random),
            revision=0,
            by=by,
            now=utcnow(),
        )
        _validate(session, one)


def _presented(begun: FirmProfile, name: str, goods: Sequence[str], random: Random) -> FirmProfile:
    """What the portal knew, made whole."""
    codes = goods or ("8487", "3926")
    return begun.model_copy(
        update={
            "description": begun.description or f"{name} makes and sells its own products, in small and large lots.",
            "kinds": begun.kinds or (SupplierType.PRODUCER,),
            "products": begun.products or tuple(Product(hs=code) for code in codes[:3]),
            "languages": tuple(dict.fromkeys((*begun.languages, "it", "en")))
            if random.random() < 0.7  # noqa: PLR2004 - three in ten speak Italian alone
            else ("it",),
            "partner_types": begun.partner_types
            or tuple(random.sample((PartnerType.IMPORTER, PartnerType.DISTRIBUTOR, PartnerType.AGENT), 2)),
            "delegates": begun.delegates or (Delegate(name="Export manager", role="Export manager"),),
        }
    )


def _validate(session: Session, one: Participant) -> None:
    profile = rows.lock_profile(session, one)
    if profile is not None:
        judging.validate(session, one.id, revision=profile.revision, by=EVENTS, now=utcnow())


def _bring_buyer(event_id: UUID, number: int) -> None:
    """The office invites a buyer, who opens the link, writes the profile, comes; the office finds it good."""
    random = Random(number)
    name, sector, goods, kinds = TRADES[number % len(TRADES)]
    contact = f"{random.choice(GIVEN)} {random.choice(FAMILY)}"
    languages = random.choice((("ru",), ("ru", "en"), ("uz", "ru"), ("uz",), ("en",)))
    new = buyers.Newcomer(
        legal_name=f"{name} {number} MChJ",
        country="UZ",
        city=random.choice(CITIES),
        contact_name=contact,
        email=f"buyer{number}@tashkent.example",
        language="en" if languages == ("en",) else "ru",
    )
    profile = BuyerProfile(
        description="Imports for the markets of Uzbekistan and its neighbours.",
        kinds=kinds,
        sectors=(sector,),
        products=tuple(Product(hs=code, volume=f"{random.randint(1, 40)} t a year") for code in goods),
        languages=languages,
        partner_types=tuple(
            random.sample((SupplierType.PRODUCER, SupplierType.MACHINERY_MAKER, SupplierType.BRAND), 2)
        ),
        reference_markets=("IT",),
        turnover_band=random.choice(("1–5 M EUR", "5–20 M EUR", "20–100 M EUR")),
    )
    with transaction() as session:
        one = buyers.invite(session, event_id, new, by=EVENTS, now=utcnow())
        if one is None or one.counterpart_id is None:
            return
        buyer = buyers.confirm(session, one.counterpart_id, epoch=1, is_known_browser=False, now=utcnow())
        coming = [buyers.Coming(full_name=contact, role="Director", email=new.email)]
        buyers.write(session, buyer.id, facts={}, profile=profile, delegates=coming, now=utcnow())
        participants.confirm(session, one.id, by=new.email, now=utcnow())
        _validate(session, one)


def _wish(event_id: UUID) -> None:
    """Everybody says want and would of those they are suggested, and no of one that fits least."""
    with transaction() as session:
        event = event_queries.get(session, event_id)
        if event is None:
            raise DomainError
        whole = board.read(session, event)
    for one in (*whole.firms.values(), *whole.buyers.values()):
        is_firm = one.participant.side is Side.COMPANY
        others = [pair.buyer if is_firm else pair.firm for pair in whole.pairs(of=one.id)]
        random = Random(one.name)
        said = [*((other, Level.WANT) for other in others[: random.randint(2, 4)])]
        said += [(other, Level.WOULD) for other in others[4 : random.randint(6, 9)]]
        said += [(other, Level.NO) for other in others[-1:]]
        with transaction() as session:
            for other, level in said:
                wishes.wish(session, one.id, other, level, by=EVENTS, now=utcnow())


def _schedule(event_id: UUID, say: Say) -> None:
    """The best agenda, published; then a buyer can't come: as few agendas as possible change."""
    with transaction() as session:
        events.move(session, event_id, EventState.SCHEDULING, by=EVENTS, now=utcnow())
    say(f"agenda: {_solve(event_id, solving.BEST)}")
    with transaction() as session:
        telling.publish(session, event_id, reason="", by=EVENTS, now=utcnow())
    with transaction() as session:
        there = rows.of_event(session, event_id)
        ill = next(one.id for one in there if one.side is Side.BUYER)
        leaving.withdraw(session, ill, reason="Malattia comunicata per e-mail.", by=EVENTS, now=utcnow(), is_staff=True)
    say(f"mended: {_solve(event_id, solving.REPAIR)}")
    with transaction() as session:
        version = telling.publish(session, event_id, reason="Un buyer non può venire.", by=EVENTS, now=utcnow())
        say(f"agenda version {version.number} published")


def _solve(event_id: UUID, purpose: str) -> str:
    """Ask and take the work up at once: a worker that looks later finds it taken. The answer in a few words."""
    with transaction() as session:
        run = solving.ask(session, event_id, purpose=purpose, seconds=SECONDS, by=EVENTS, now=utcnow())
        run_id, work = run.id, solving.start(session, run.id, now=utcnow())
    if work is None:
        raise DomainError
    answer = solve(
        work.instance,
        time_limit=work.seconds,
        locked=work.locked,
        previous=work.previous,
        hit=work.hit,
        give_up=work.give_up,
    )
    with transaction() as session:
        solving.finish(session, run_id, answer, now=utcnow())
    return f"{answer.status}, {len(answer.assignments)} meetings, {len(answer.unscheduled or ())} left out"
