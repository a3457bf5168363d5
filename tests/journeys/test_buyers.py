"""A buyer comes by their link, writes the profile, and the office finds it good; nobody needs a password."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal import db
from portal.accounts.rules import StaffRoleName
from portal.matching.models import Counterpart
from portal.matching.queries import buyers as queries
from portal.matching.rules.states import ParticipantState
from portal.matching.service import links
from tests.factories.accounts import PASSWORD, staff
from tests.factories.agenda import a_market
from tests.factories.calls import make_call
from tests.journeys.live import PHONE, axe, follow, no_sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]
expect.set_options(timeout=20_000)
EMAIL = "dilnoza@ipak.example"


def sound(page: Page) -> None:
    """Axe finds nothing and nothing sticks out."""
    assert (page.url, axe(page), no_sideways(page)) == (page.url, [], True)


@pytest.fixture
def world(portal):
    """An event with firms and buyers, and somebody of the office."""
    event, firms, *_ = a_market(make_call(db.session(), code="BUYER-2026", slug="buyer-2026"), firms=3, buyers=2)
    clerk = staff(StaffRoleName.EVENTS)
    db.session().commit()
    return event.slug, clerk.email, [one.id for one in firms]


def of(email: str) -> Counterpart:
    db.session().rollback()
    return db.session().scalars(select(Counterpart).where(Counterpart.email == email)).one()


def test_a_buyer_by_link(portal, visit, world):
    slug, clerk, firms = world
    office = visit("/ufficio/incontri", email=clerk, password=PASSWORD)
    _invite(office, slug)
    link = f"/buyer/{links.make(of(EMAIL))}"
    _without_a_script(visit(f"{link}?lang=ru", viewport=PHONE, script=False), link)
    buyer = visit(f"{link}?lang=en", viewport=PHONE)
    expect(buyer.get_by_text("already been opened in another browser")).to_be_visible()
    sound(buyer)
    follow(buyer, buyer.get_by_role("button", name="It is me: go on"))
    sound(buyer)
    _write(buyer)
    _come(buyer)
    office.goto(f"/ufficio/incontri/{slug}")
    expect(office.get_by_text("4 profili da leggere.")).to_be_visible()
    _judge(office, slug, of(EMAIL))
    for firm in firms:
        office.goto(f"/ufficio/incontri/{slug}/partecipanti/{firm}")
        office.get_by_role("button", name="Convalida il profilo").click()
        expect(office.get_by_text("Profilo convalidato:")).to_be_visible()
    for path in ("/modifica", "/proposte", "/buyer/importa"):
        office.goto(f"/ufficio/incontri/{slug}{path}")
        sound(office)
    _wish(buyer, slug)


def _invite(office: Page, slug: str) -> None:
    sound(office)
    office.goto(f"/ufficio/incontri/{slug}")
    sound(office)
    follow(office, office.get_by_role("link", name="Invita un buyer"))
    sound(office)
    office.fill("[name=legal_name]", "Samarqand Ipak LLC")
    office.select_option("[name=country]", "UZ")
    office.fill("[name=contact_name]", "Dilnoza Karimova")
    office.fill("[name=email]", EMAIL)
    office.check("[name=language][value=ru]")
    office.get_by_role("button", name="Invia l'invito").click()
    expect(office.get_by_text("Invito in partenza")).to_be_visible()


def _without_a_script(page: Page, link: str) -> None:
    """Looking changes nothing, whoever looks; the button lets in."""
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    assert of(EMAIL).link_confirmed_at is None
    page.goto(f"{link}?lang=en")
    page.get_by_role("button", name="It is me: go on").click()
    expect(page.get_by_text("Welcome, Dilnoza Karimova.")).to_be_visible()
    assert of(EMAIL).link_confirmed_at is not None


def _write(buyer: Page) -> None:
    follow(buyer, buyer.get_by_role("link", name="Complete the profile"))
    sound(buyer)
    buyer.get_by_label("Importer").check()
    buyer.get_by_label("HS code").first.fill("dryers")
    buyer.locator("#products-0-hs-options [role=option]").first.click()
    buyer.locator("#languages").get_by_label("Russian").check()
    buyer.locator("#partner_types").get_by_label("Machinery maker").check()
    buyer.get_by_role("button", name="Send to the organisers").click()
    expect(buyer.get_by_text("There is one thing to correct")).to_be_visible()
    sound(buyer)
    buyer.fill("[name=delegates-0-full_name]", "Dilnoza Karimova")
    buyer.get_by_role("button", name="Send to the organisers").click()
    expect(buyer.get_by_text("Profile sent:")).to_be_visible()


def _come(buyer: Page) -> None:
    follow(buyer, buyer.get_by_role("link", name=re.compile("Business meetings")).first)
    sound(buyer)
    buyer.get_by_role("button", name="Yes, I take part").click()
    expect(buyer.get_by_text("Your answer is saved.")).to_be_visible()
    sound(buyer)


def _wish(buyer: Page, slug: str) -> None:
    """Choose a firm, look at the agenda, and close the pages; in Russian too."""
    buyer.goto("/buyer/home")
    expect(buyer.get_by_text("Italian firms see it.")).to_be_visible()
    buyer.goto(f"/buyer/events/{slug}/firms")
    sound(buyer)
    buyer.get_by_role("button", name="I want to meet them").first.click()
    expect(buyer.get_by_role("button", name="I want to meet them", pressed=True)).to_have_count(1)
    buyer.goto(f"/buyer/events/{slug}/agenda")
    sound(buyer)
    buyer.goto("/buyer/home?lang=ru")
    sound(buyer)
    buyer.get_by_role("button", name="Закрыть в этом браузере").click()
    buyer.goto("/buyer/home")
    expect(buyer.get_by_text("Откройте персональную ссылку")).to_be_visible()
    sound(buyer)


def _judge(office: Page, slug: str, buyer: Counterpart) -> None:
    """The office reads the profile and finds it good."""
    [(participant, _event)] = queries.events_of(db.session(), buyer.id)
    assert participant.state is ParticipantState.CONFIRMED
    office.goto(f"/ufficio/incontri/{slug}/partecipanti/{participant.id}")
    sound(office)
    office.get_by_role("button", name="Convalida il profilo").click()
    expect(office.get_by_text("Profilo convalidato:")).to_be_visible()
    sound(office)
