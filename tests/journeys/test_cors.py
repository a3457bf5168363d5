"""The CORs of a batch in a browser, pasted wrong and then right; the desks that count what awards owe."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from portal import db
from portal.awards import service
from portal.kernel.clock import utcnow
from tests.factories.accounts import PASSWORD, UserFactory, staff
from tests.factories.awards import TODAY, act, ranked
from tests.factories.calls import around, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE
from tests.journeys.live import axe, follow, no_sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]
expect.set_options(timeout=20_000)


def sound(page: Page) -> None:
    """Axe finds nothing and nothing sticks out."""
    assert (page.url, axe(page), no_sideways(page)) == (page.url, [], True)


@pytest.fixture
def world(portal):
    """Three grants of a call, and one still to be made; who manages it, and an auditor."""
    session, at = db.session(), utcnow() - timedelta(days=30)
    call = make_call(session, window=around(at), at=at, code="COR-2025", slug="cor-2025")
    _ranking, applications = ranked(call, *(CompanyFactory() for _ in range(4)))
    for one in applications[:3]:
        service.award(session, one.id, *act(), by=OFFICE, now=utcnow())
    service.make_batch(session, call.id, by=OFFICE, now=utcnow())
    manager, auditor = staff(call_id=call.id), UserFactory(auditor=True)
    session.commit()
    return call, manager, auditor


def test_cors_are_pasted_for_a_batch_and_every_bad_line_is_named(world, visit):
    call, manager, auditor = world
    page = visit("/ufficio", email=manager.email, password=PASSWORD)
    expect(page.locator(".jobs")).to_contain_text("domande finanziate, da concedere")
    sound(page)
    page.goto("/ufficio/concessioni/registro")
    sound(page)
    follow(page, page.get_by_role("link", name="Riporta i COR"))
    sound(page)
    page.fill("#lines", "1;1112223\n2\n9;4445556")
    page.fill("#on", f"{TODAY:%d/%m/%Y}")
    page.get_by_role("button", name="Riporta i COR").click()
    expect(page.locator(".wrongs")).to_contain_text("Riga 2: servono la posizione nel lotto e il COR")
    expect(page.locator(".wrongs")).to_contain_text("Riga 3: «9» non è una posizione del lotto")
    expect(page.locator("#lines")).to_have_value("1;1112223\n2\n9;4445556")
    sound(page)
    page.fill("#lines", "1;1112223\n2;2223334\n3;3334445")
    page.get_by_role("button", name="Riporta i COR").click()
    expect(page.locator("main")).to_contain_text("Tutte le concessioni del lotto hanno il COR")
    sound(page)
    page.goto(f"/ufficio/concessioni?bando={call.slug}")
    expect(page.locator("main")).to_contain_text("2223334")

    # the auditor's desk leads to the rankings
    page = visit("/controllo", email=auditor.email, password=PASSWORD)
    sound(page)
    page.locator(f"section[aria-labelledby^='call-{call.slug} ']").get_by_role("link", name="Graduatorie").click()
    expect(page).to_have_url(f"{page.url.split('/controllo')[0]}/controllo/bandi/{call.slug}/graduatorie")
    sound(page)
    follow(page, page.get_by_role("link", name="Concessioni").first)
    sound(page)
