"""A request of access to acts, in a browser: asked on a phone, told, objected to, decided, read by both firms."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from portal import db
from portal.kernel.clock import utcnow
from tests.documents.papers import pdf
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory, staff
from tests.factories.calls import around, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import admitted
from tests.journeys.live import PHONE, axe, follow, no_sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]
expect.set_options(timeout=20_000)
WHY = "Il progetto contiene segreti commerciali alle pagine 4 e 5."
PAPER = {"name": "scheda-oscurata.pdf", "mimeType": "application/pdf", "buffer": pdf()}


def sound(page: Page) -> None:
    """Axe finds nothing and nothing sticks out."""
    assert (page.url, axe(page), no_sideways(page)) == (page.url, [], True)


@pytest.fixture
def world(portal):
    """Two applications to a call that is over, and who signs in: both owners, a delegate who may not submit, staff."""
    session = db.session()
    over = around(utcnow() - timedelta(days=30))
    call = make_call(session, window=over, code="ACCESSO-2025", slug="accesso-2025")
    mine, theirs = (admitted(call, company=CompanyFactory()) for _ in range(2))
    asker, other, clerk, manager = UserFactory(), UserFactory(), UserFactory(), staff()
    MembershipFactory(user=asker, company_id=mine.company_id)
    MembershipFactory(user=other, company_id=theirs.company_id)
    MembershipFactory(user=clerk, company_id=mine.company_id, delegate=True, may_submit=False)
    session.commit()
    signs = [{"email": one.email, "password": PASSWORD} for one in (asker, other, clerk, manager)]
    return f"/area/domande/{mine.id}/accesso-atti", theirs.protocol, *signs


def test_a_request_goes_from_the_phone_to_the_decision_that_both_read(world, visit):
    home, protocol, asker, other, clerk, manager = world
    page = visit(home, **clerk)
    expect(page.locator("main")).to_contain_text("La tua delega non comprende l'invio")
    sound(page)

    page = visit(home, **asker, viewport=PHONE)
    sound(page)
    page.fill("#protocol", protocol)
    page.fill("#wanted", "Le schede di valutazione e il progetto presentato.")
    page.fill("#interest", "Siamo il primo dei non finanziati e valutiamo un ricorso.")
    page.get_by_role("button", name="Invia la richiesta").click()
    page.wait_for_url("**/area/accesso-atti/**")
    address = page.url
    sound(page)

    office = visit("/ufficio/accesso-atti", **manager)
    sound(office)
    office.locator("main table a").first.click()
    follow(office, office.get_by_role("button", name="Avvisa l'impresa interessata"))
    sound(office)

    concerned = visit(address, **other)
    concerned.get_by_label("Mi oppongo").check()
    concerned.fill("#text", WHY)
    concerned.get_by_role("button", name="Invia la risposta").click()
    expect(concerned.locator("main")).to_contain_text("Ti sei opposto")
    sound(concerned)

    office.reload()
    office.locator("input[type=file]").set_input_files(PAPER)
    office.get_by_role("button", name="Carica").click()
    expect(office.locator("main")).to_contain_text("scheda-oscurata.pdf")
    office.get_by_label("Accolta in parte").check()
    office.fill("#reason", "Accolta, con le pagine 4 e 5 oscurate: l'interesse difensivo prevale sul resto.")
    office.get_by_role("button", name="Registra la decisione").click()
    expect(office.locator("main")).to_contain_text("Decisione: Accolta in parte")
    sound(office)

    for reader in (page, concerned):
        reader.goto(address)
        expect(reader.locator("main")).to_contain_text("Accolta, con le pagine 4 e 5 oscurate")
        sound(reader)
    expect(page.locator("main")).to_contain_text("scheda-oscurata.pdf")
    expect(concerned.locator("main")).not_to_contain_text("scheda-oscurata.pdf")
