"""A mission end to end: travellers, promotion, list closed, change approved, attendance offline and then online."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal import db
from portal.accounts.rules import StaffRoleName
from portal.kernel.clock import utcnow
from portal.missions import service
from portal.missions.models import Presence, Traveller
from portal.missions.rules.waiting import TravellerState
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory, staff
from tests.factories.calls import around, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.missions import application, entered, mission, person
from tests.journeys.live import PHONE, axe, follow, no_sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]
expect.set_options(timeout=20_000)


def sound(page: Page) -> None:
    """Axe finds nothing and nothing sticks out."""
    assert (page.url, axe(page), no_sideways(page)) == (page.url, [], True)


@pytest.fixture
def world(portal):
    """A mission with one place, held by a firm; another firm with its owner; event staff."""
    session, at = db.session(), utcnow() - timedelta(days=90)
    call = make_call(session, window=around(at), at=at, code="MISSIONE-2025", slug="missione-2025")
    made = mission(call, places=1)
    first = entered(made, application(call, CompanyFactory()))
    firm, owner = CompanyFactory(), UserFactory()
    MembershipFactory(user=owner, company=firm)
    application(call, firm)
    clerk = staff(StaffRoleName.EVENTS)
    session.commit()
    return made, first, owner, clerk


def fill_in(page: Page) -> None:
    told = person(given_names="Chiara", family_name="Colombo")
    for name in ("family_name", "given_names", "nationality", "passport_number", "diet", "room"):
        page.fill(f"#{name}", told[name])
    page.fill("#born_on", "17/05/1980")
    page.fill("#expires_on", "01/01/2034")


def test_from_the_first_traveller_to_the_door(portal, visit, world):  # noqa: PLR0915 - a journey is long
    made, first, owner, clerk = world
    firm = visit(f"/area/missioni/{made.id}", email=owner.email, password=PASSWORD, viewport=PHONE)
    sound(firm)
    follow(firm, firm.get_by_role("link", name="Inserisci un partecipante"))
    sound(firm)
    fill_in(firm)
    firm.get_by_role("button", name="Salva").click()
    expect(firm.locator("h1")).to_have_text("Chiara C.")
    expect(firm.get_by_text("È in lista d'attesa")).to_be_visible()
    sound(firm)

    session = db.session()
    service.waive(session, made.id, first.id, by="altra@impresa.example", now=utcnow())
    session.commit()
    firm.reload()
    firm.get_by_role("button", name="Conferma la partecipazione").click()
    expect(firm.get_by_text("Confermato").first).to_be_visible()

    office = visit(f"/ufficio/missioni/{made.id}", email=clerk.email, password=PASSWORD)
    sound(office)
    office.on("dialog", lambda dialog: dialog.accept())
    office.get_by_role("button", name="Chiudi l'elenco").click()
    expect(office.locator(".state", has_text="Elenco chiuso").first).to_be_visible()
    firm.reload()
    firm.get_by_role("button", name="Chiedi una modifica").click()
    firm.fill("#room", "doppia")
    firm.fill("#reason", "Divide la camera con una collega.")
    sound(firm)
    firm.get_by_role("button", name="Manda la richiesta").click()
    expect(firm.locator(".notice", has_text="La richiesta è all'ufficio")).to_be_visible()

    office.reload()
    office.locator("a[href*='/richieste/']").click()
    expect(office.locator("ins")).to_have_text("doppia")
    sound(office)
    office.get_by_role("button", name="Approva").click()
    expect(office.locator(".notice", has_text="La modifica è fatta")).to_be_visible()
    for tail in ("/elenchi", "/modifica", "/cancellazione"):
        office.goto(f"/ufficio/missioni/{made.id}{tail}")
        sound(office)

    door = visit(f"/ufficio/missioni/{made.id}/presenze", email=clerk.email, password=PASSWORD, viewport=PHONE)
    sound(door)
    door.context.set_offline(True)
    door.get_by_role("button", name="Presente").click()
    expect(door.locator("[data-door-state]")).to_contain_text("1 presenze da inviare")
    db.session.rollback()
    assert db.session.scalars(select(Presence).where(Presence.mission_id == made.id)).all() == []
    door.context.set_offline(False)
    expect(door.locator("[data-door-state]")).to_have_text("Tutto inviato")
    door.reload()
    expect(door.locator(".door__mark").first).to_have_text("Registrato")
    db.session.rollback()
    assert len(db.session.scalars(select(Presence).where(Presence.mission_id == made.id)).all()) == 1
    states = select(Traveller.state).where(Traveller.mission_id == made.id).order_by(Traveller.queue)
    assert db.session.scalars(states).all() == [TravellerState.WAIVED, TravellerState.CONFIRMED]
