"""Business meetings end to end: a firm comes and wishes, staff solve and publish, everybody has their agenda."""

from types import SimpleNamespace
from uuid import UUID

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal import db
from portal.accounts.rules import StaffRoleName
from portal.companies.models import Company
from portal.kernel.clock import ROME, utcnow
from portal.kernel.outbox import Envelope
from portal.matching.models import ExportProfile, Run, Wish
from portal.matching.queries import agenda, events as queries, participants
from portal.matching.rules.scheduling.solver.solve import solve
from portal.matching.rules.settings import Settings
from portal.matching.rules.states import EventState, Level
from portal.matching.service import events, proposals, solving, telling
from portal.notifications import service as notifications
from portal.notifications.models import Message
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory, staff
from tests.factories.agenda import propose, put
from tests.factories.calls import make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE, admitted
from tests.factories.matching import buyer_at, firm_at, make_event
from tests.journeys.live import PHONE, axe, follow, no_sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]
expect.set_options(timeout=20_000)
TOLD = "matching.agenda_told"


def sound(page: Page) -> None:
    """Axe finds nothing and nothing sticks out."""
    assert (page.url, axe(page), no_sideways(page)) == (page.url, [], True)


@pytest.fixture
def world(portal):
    """An event with two buyers and a firm that comes; another firm, admitted, with its owner; event staff."""
    session = db.session()
    call = make_call(session, code="INCONTRI-2025", slug="incontri-2025")
    event = make_event(call, slug="incontri-tashkent")
    for _nth in range(2):
        buyer_at(event)
    firm_at(event)
    company, owner = CompanyFactory(ateco_primary="28.94.10"), UserFactory()
    answers = {"products": [{"name": "Asciugatoi", "hs_code": "845129"}], "staff_languages": ["italian", "english"]}
    admitted(call, company=company, answers=answers)
    MembershipFactory(user=owner, company=company)
    clerk = staff(StaffRoleName.EVENTS)
    session.commit()
    return event.id, event.slug, company.id, owner.email, clerk.email


def work(event_id: UUID) -> None:
    """What the worker does with the event's run that waits."""
    session = db.session()
    session.rollback()
    run = session.scalars(select(Run).where(Run.event_id == event_id)).one()
    given = solving.start(session, run.id, now=utcnow())
    session.commit()
    assert given is not None
    answer = solve(given.instance, time_limit=20, locked=given.locked, previous=given.previous)
    solving.finish(session, run.id, answer, now=utcnow())
    session.commit()


def test_from_a_wish_to_everybodys_agenda(portal, visit, world):  # noqa: PLR0915 - a journey is long
    event_id, slug, company_id, owner, clerk = world
    firm = visit("/area/incontri", email=owner, password=PASSWORD, viewport=PHONE)
    sound(firm)
    follow(firm, firm.get_by_role("link", name="Incontri d'affari a Tashkent"))
    sound(firm)
    firm.get_by_role("button", name="Conferma la partecipazione").click()
    expect(firm.locator("h1")).to_have_text("Profilo dell'impresa")
    sound(firm)
    firm.get_by_role("button", name="Invia all'ufficio").click()
    expect(firm.locator(".wrongs")).to_contain_text("Descrivi l'impresa in inglese")
    firm.fill("#description", "We make machines that dry textiles.")
    firm.fill("#products-1-hs", "knitting")
    firm.locator("#products-1-hs-options [role=option]").first.click()
    firm.get_by_label("Importatore").check()
    firm.fill("#delegates-0-name", "Anna Rossi")
    sound(firm)
    firm.get_by_role("button", name="Invia all'ufficio").click()
    expect(firm.locator(".notice", has_text="Profilo inviato all'ufficio")).to_be_visible()
    session = db.session()
    session.rollback()
    sent = session.scalars(select(ExportProfile).where(ExportProfile.company_id == company_id)).one()
    assert sent.content["products"][0]["hs"] == "845129"
    assert len(sent.content["products"]) == 2

    follow(firm, firm.get_by_role("link", name="Scegli i buyer"))
    sound(firm)
    firm.get_by_role("button", name="Voglio incontrarlo").first.click()
    expect(firm.locator(".wish-quota")).to_contain_text("1 / 10")
    expect(firm.locator("[aria-pressed=true]")).to_have_text("Voglio incontrarlo")
    session.rollback()
    assert [one.level for one in session.scalars(select(Wish).where(Wish.event_id == event_id))] == [Level.WANT]
    events.move(session, event_id, EventState.SCHEDULING, by=OFFICE, now=utcnow())
    proposals.propose(session, event_id, by=OFFICE, now=utcnow())
    session.commit()

    office = visit(f"/ufficio/incontri/{slug}/agenda", email=clerk, password=PASSWORD)
    office.get_by_role("button", name="Calcola l'agenda migliore").click()
    expect(office.get_by_text("Il calcolo è in corso")).to_be_visible()
    work(event_id)
    expect(office.get_by_text("non esiste un'agenda migliore")).to_be_visible()
    office.get_by_role("link", name="Mostra l'agenda calcolata").click()
    office.get_by_role("button", name="Pubblica l'agenda").click()
    expect(office.locator(".notice", has_text="Agenda pubblicata")).to_be_visible()
    sound(office)
    for tail in ("/elenchi", "/cifre"):
        office.goto(f"/ufficio/incontri/{slug}{tail}")
        sound(office)

    firm.goto(f"/area/incontri/{slug}")
    firm.get_by_role("link", name="Vedi l'agenda").click()
    expect(firm.locator("h1")).to_have_text("La vostra agenda")
    expect(firm.locator("tbody tr", has_text="Toshkent Savdo").first).to_be_visible()
    sound(firm)
    with firm.expect_download() as calendar:
        firm.get_by_role("link", name="Agenda per il calendario").click()
    assert b"METHOD:PUBLISH" in calendar.value.path().read_bytes()
    firm.goto(f"/area/incontri/{slug}/esiti")
    sound(firm)


def tab_to(page: Page, name: str) -> None:
    """By keyboard alone: the Tab key, until what has that name is reached."""
    for _step in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("() => (e => e.ariaLabel || e.textContent.trim())(document.activeElement)") == name:
            return
    pytest.fail(f"no way by keyboard to: {name}")


@pytest.fixture
def published(portal):
    """An agenda that everybody was told: three firms, three buyers.

    The first firm meets the first buyer, then the second; the second firm meets the first buyer and can meet no more
    than one, so that the third buyer, who would like to, meets nobody; the third firm meets the second buyer.
    Each firm must have a meeting.
    """
    session = db.session()
    call = make_call(session, code="INCONTRI-2026", slug="incontri-2026")
    event = make_event(call, slug="incontri-samarcanda", settings=Settings(hard_min_meetings=True))
    firms = [firm_at(event, most=most) for most in (None, 1, None)]
    buyers = [buyer_at(event) for _nth in range(3)]
    owners = [UserFactory() for _nth in firms]
    for owner, firm in zip(owners, firms, strict=True):
        MembershipFactory(user=owner, company=session.get(Company, firm.company_id))
    slots, tables = queries.slots(session, event.id), queries.tables(session, event.id)
    for firm, buyer, slot, table in ((0, 0, 0, 0), (0, 1, 1, 0), (1, 0, 1, 1), (2, 1, 0, 1)):
        put(propose(event, firms[firm], buyers[buyer]), slots[slot], tables[table])
    propose(event, firms[1], buyers[2], weight=1)
    telling.publish(session, event.id, reason="", by=OFFICE, now=utcnow())
    clerk = staff(StaffRoleName.EVENTS)
    session.commit()
    known = {one.id: one for one in participants.of_event(session, event.id)}
    return SimpleNamespace(
        event=event.id,
        slug=event.slug,
        clerk=clerk.email,
        owners=[one.email for one in owners],
        firms=[agenda.name_of(known[one.id]) for one in firms],
        buyers=[agenda.name_of(known[one.id]) for one in buyers],
        mails=[known[one.id].counterpart.email for one in buyers],
    )


def told(event_id: UUID, number: int) -> set[str]:
    """Who has a message about that telling, once the worker has told what waits: twice over, as it may."""
    session = db.session()
    session.rollback()
    ids = [str(one.id) for one in participants.of_event(session, event_id)]
    mine = select(Envelope).where(Envelope.name == TOLD, Envelope.payload["participant_id"].astext.in_(ids))
    waiting = session.scalars(mine.where(Envelope.payload["number"].as_integer() == number)).all()
    before = set(session.scalars(select(Message.id)))
    for one in [*waiting, *waiting]:
        notifications.tell(session, TOLD, one.payload, occurrence=str(one.id), now=utcnow())
    written = [one.recipient for one in session.scalars(select(Message)) if one.id not in before]
    session.commit()
    assert len(written) == len(set(written))
    return set(written)


def calendar_of(page: Page) -> dict[str, tuple[str, int, str]]:
    """The firm's calendar: with whom -> status, how often told otherwise, hour."""
    with page.expect_download() as file:
        page.get_by_role("link", name="Agenda per il calendario").click()
    found = Calendar.from_ical(file.value.path().read_bytes()).walk("VEVENT")
    return {
        str(one["summary"]).removeprefix("Incontro con "): (
            str(one["status"]),
            int(one.decoded("sequence")),
            f"{one.decoded('dtstart').astimezone(ROME):%H:%M}",
        )
        for one in found
    }


def test_a_move_by_keyboard_and_somebody_who_does_not_come(portal, visit, published):  # noqa: PLR0915 - a journey is long
    first, second, _third = published.firms
    gone, kept, late = published.buyers
    assert told(published.event, 1) == {*published.owners, *published.mails[:2]}
    firm = visit(
        f"/area/incontri/{published.slug}/agenda", email=published.owners[0], password=PASSWORD, viewport=PHONE
    )
    assert calendar_of(firm) == {gone: ("CONFIRMED", 0, "09:00"), kept: ("CONFIRMED", 0, "09:25")}

    office = visit(f"/ufficio/incontri/{published.slug}/agenda", email=published.clerk, password=PASSWORD)
    expect(office.get_by_text("Tutti hanno l'agenda com'è ora.")).to_be_visible()
    tab_to(office, f"Sposta: {first} – {kept}")
    office.keyboard.press("Enter")
    expect(office.locator(".agenda-picked")).to_contain_text(f"Stai spostando {first} – {kept}")
    sound(office)
    expect(office.locator("tbody tr", has_text="09:00").locator(".agenda-no").first).to_have_text(
        "uno dei due ha già un incontro in quel turno"
    )
    tab_to(office, "Metti alle 10:15, tavolo 1: pause +2")
    office.keyboard.press("Enter")
    expect(office.locator(".notice", has_text="Incontro spostato")).to_be_visible()
    expect(office.locator("tbody tr", has_text="10:15")).to_contain_text(kept)
    tab_to(office, f"Sposta: {first} – {kept}")
    office.keyboard.press("Enter")
    expect(office.get_by_role("button", name="Metti alle 09:25, tavolo 1: pause -2")).to_be_visible()
    tab_to(office, "Lascia dov'è")
    office.keyboard.press("Enter")
    expect(office.locator(".agenda-picked")).to_have_count(0)
    expect(office.get_by_text("Se pubblichi ora, 2 agende risultano nuove o cambiate.")).to_be_visible()
    office.fill("#publish-reason", "Il buyer arriva più tardi")
    office.get_by_role("button", name="Pubblica l'agenda").click()
    expect(office.locator(".notice", has_text="Agenda pubblicata")).to_be_visible()
    expect(office.locator("tbody tr", has_text="Il buyer arriva più tardi")).to_be_visible()
    assert told(published.event, 2) == {published.owners[0], published.mails[1]}

    office.select_option("#who", label=gone)
    office.fill("#absent-reason", "   ")
    office.get_by_role("button", name="Annulla i suoi incontri").click()
    expect(office.locator(".notice--danger")).to_contain_text("Scrivi il motivo")
    expect(office.locator("#who option:checked")).to_have_text(gone)
    sound(office)
    office.fill("#absent-reason", "Volo cancellato")
    office.get_by_role("button", name="Annulla i suoi incontri").click()
    expect(office.locator(".notice", has_text="Incontri annullati")).to_be_visible()
    office.get_by_role("button", name="Ricalcola toccando meno agende possibile").click()
    expect(office.get_by_text("Il calcolo è in corso")).to_be_visible()
    work(published.event)
    office.get_by_role("link", name="Mostra l'agenda calcolata").click()
    expect(office.locator(".agenda-card")).to_have_count(3)
    expect(office.locator("tbody tr", has_text="10:15")).to_contain_text(kept)
    expect(office.locator(".agenda-card", has_text=late)).to_contain_text(second)
    office.get_by_text("Chi sarà avvisato, e di che cosa").click()
    expect(office.get_by_text("Se pubblichi ora, 4 agende risultano nuove o cambiate.")).to_be_visible()
    lines = office.locator("details[open] li")
    assert {line.split(":")[0] for line in lines.all_text_contents()} == {first, second, gone, late}
    expect(lines.filter(has_text=first)).to_contain_text("annullato 09/03 09:00")
    sound(office)
    office.fill("#publish-reason", "Un buyer non viene")
    office.get_by_role("button", name="Pubblica l'agenda").click()
    expect(office.locator(".notice", has_text="Agenda pubblicata")).to_be_visible()
    assert told(published.event, 3) == {*published.owners[:2], published.mails[0], published.mails[2]}
    letter = db.session.scalars(
        select(Message).where(Message.recipient == published.owners[0]).order_by(Message.created_at.desc())
    ).first()
    assert "Un buyer non viene" in letter.text
    (cancelled,) = [one for one in letter.attachments if one.get("method") == "CANCEL"]
    assert gone in cancelled["text"]
    assert kept not in cancelled["text"]

    firm.reload()
    expect(firm.locator("section", has=firm.get_by_role("heading", name="Incontri annullati"))).to_contain_text(gone)
    expect(firm.locator("tbody")).not_to_contain_text(gone)
    expect(firm.locator("tbody")).to_contain_text(kept)
    sound(firm)
    assert calendar_of(firm) == {gone: ("CANCELLED", 1, "09:00"), kept: ("CONFIRMED", 1, "10:15")}
