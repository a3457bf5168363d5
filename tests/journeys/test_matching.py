"""Business meetings end to end: a firm comes and wishes, staff solve and publish, everybody has their agenda."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal import db
from portal.accounts.rules import StaffRoleName
from portal.kernel.clock import utcnow
from portal.matching.models import ExportProfile, Run, Wish
from portal.matching.rules.scheduling.solver.solve import solve
from portal.matching.rules.states import EventState, Level
from portal.matching.service import events, proposals, solving
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory, staff
from tests.factories.calls import make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE, admitted
from tests.factories.matching import buyer_at, firm_at, make_event
from tests.journeys.live import PHONE, axe, no_sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]
expect.set_options(timeout=20_000)


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


def work() -> None:
    """What the worker does with the run that waits."""
    session = db.session()
    session.rollback()
    run = session.scalars(select(Run)).one()
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
    firm.get_by_role("link", name="Incontri d'affari a Tashkent").click()
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

    firm.get_by_role("link", name="Scegli i buyer").click()
    sound(firm)
    firm.get_by_role("button", name="Voglio incontrarlo").first.click()
    expect(firm.locator(".wish-quota")).to_contain_text("1 / 10")
    expect(firm.locator("[aria-pressed=true]")).to_have_text("Voglio incontrarlo")
    session.rollback()
    assert [one.level for one in session.scalars(select(Wish))] == [Level.WANT]
    events.move(session, event_id, EventState.SCHEDULING, by=OFFICE, now=utcnow())
    proposals.propose(session, event_id, by=OFFICE, now=utcnow())
    session.commit()

    office = visit(f"/ufficio/incontri/{slug}/agenda", email=clerk, password=PASSWORD)
    office.get_by_role("button", name="Calcola l'agenda migliore").click()
    expect(office.get_by_text("Il calcolo è in corso")).to_be_visible()
    work()
    expect(office.get_by_text("non esiste un'agenda migliore")).to_be_visible()
    office.reload()
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
