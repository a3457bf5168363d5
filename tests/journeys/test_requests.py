"""The office asks and the firm answers, in a browser: a supplement on a phone, a notice up to the act."""

import pytest
from playwright.sync_api import Page, expect

from portal import db
from portal.accounts.rules import StaffRoleName
from portal.applications import queries as applications
from portal.calls import queries as calls
from portal.eligibility import queries, service
from portal.eligibility.rules.verdicts import Verdict
from portal.kernel.clock import utcnow
from tests.documents.papers import pdf
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory, staff
from tests.factories.calls import MISURA, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.eligibility import handed_in
from tests.journeys.live import PHONE, axe, follow, no_sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]
PAPER = {"name": "polizza.pdf", "mimeType": "application/pdf", "buffer": pdf()}
WHO = "ufficio@unioncamere.example"


def sound(page: Page) -> None:
    """Axe finds nothing and nothing sticks out."""
    assert (page.url, axe(page), no_sideways(page)) == (page.url, [], True)


@pytest.fixture
def case(portal):
    """An application under check, with who decides on it and who answers for its firm."""
    call = calls.find_by_code(db.session(), MISURA) or make_call(db.session())
    company, clerk, person = CompanyFactory(), staff(StaffRoleName.MANAGER), UserFactory()
    MembershipFactory(user=person, company=company)
    application = handed_in(db.session(), call, company)
    service.check(db.session(), application.id, now=utcnow())
    db.session.commit()
    signs = [{"email": one.email, "password": PASSWORD} for one in (clerk, person)]
    return application.id, *signs


def test_a_supplement_is_asked_for_and_answered_on_a_phone(case, visit):
    application_id, clerk, firm = case
    office = visit(f"/ufficio/domande/{application_id}", **clerk)
    sound(office)
    follow(office, office.get_by_role("link", name="Chiedi un'integrazione"))
    sound(office)
    office.fill("#words", "La polizza allegata non si legge: serve una copia leggibile.")
    office.locator("#documents").get_by_label("polizza").first.check()
    office.locator("summary").click()
    office.get_by_label("Numero di polizza").check()
    office.fill("#days", "99")
    office.get_by_role("button", name="Manda la richiesta").click()
    expect(office.locator(".wrongs")).to_contain_text("da 5 a 30")
    sound(office)
    office.fill("#days", "10")
    office.get_by_role("button", name="Manda la richiesta").click()
    expect(office.locator("#richieste")).to_contain_text("In attesa di risposta")
    sound(office)

    page = visit(f"/area/domande/{application_id}", **firm, viewport=PHONE)
    sound(page)
    follow(page, page.get_by_role("link", name="Rispondi alla richiesta"))
    sound(page)
    page.fill("#f_policy_number", "CAT-2")
    page.locator("input[type=file]").first.set_input_files(PAPER)
    page.get_by_role("button", name="Carica il file").first.click()
    expect(page.locator(".paper__name").first).to_contain_text("polizza.pdf")
    expect(page.locator("#f_policy_number")).to_have_value("CAT-2")
    sound(page)
    page.get_by_role("button", name="Invia l'integrazione").click()
    expect(page.locator("#sent-title")).to_be_visible()
    sound(page)

    service.check_supplement(db.session(), _latest(application_id), now=utcnow())
    db.session.commit()
    office.reload()
    expect(office.locator("#requisiti")).to_contain_text("Rapporto n. 2")
    expect(office.locator("#richieste")).to_contain_text("CAT-2")
    expect(office.locator(".case__side")).to_contain_text("Si conclude entro")
    sound(office)


def _latest(application_id):
    return applications.requests_of(db.session(), [application_id])[application_id][-1].id


def test_a_notice_draws_observations_and_the_act_answers_them(case, visit):
    application_id, clerk, firm = case
    report = queries.find_standing(db.session(), application_id).report
    why = "Visura del 22/11/2026: il DURC è irregolare."
    service.override(db.session(), report.id, "durc", Verdict.FAIL, reason=why, by=WHO, now=utcnow())
    db.session.commit()
    office = visit(f"/ufficio/domande/{application_id}", **clerk)
    expect(office.get_by_role("link", name="Non ammettere")).to_have_count(0)
    office.get_by_role("link", name="Manda il preavviso").click()
    expect(office.locator("textarea").first).to_have_value(why)
    sound(office)
    office.get_by_role("button", name="Manda il preavviso").click()
    expect(office.locator("#richieste")).to_contain_text("Preavviso di rigetto")

    page = visit(f"/area/domande/{application_id}", **firm, viewport=PHONE, script=False)
    page.get_by_role("link", name="Presenta le osservazioni").click()
    page.fill("#m1", "Il DURC è stato regolarizzato il 20 novembre.")
    page.get_by_role("button", name="Salva bozza").click()
    expect(page.locator("#m1")).to_have_value("Il DURC è stato regolarizzato il 20 novembre.")
    page.get_by_role("button", name="Invia le osservazioni").click()
    expect(page.locator("#sent-title")).to_be_visible()

    office.reload()
    follow(office, office.get_by_role("link", name="Non ammettere"))
    sound(office)
    office.fill("#reason", "Il DURC era irregolare alla data della domanda.")
    office.get_by_role("button", name="Non ammettere").click()
    expect(office.locator(".wrongs")).to_contain_text("rispondi a questa osservazione")
    office.fill("#reply_m1", "La regolarità va posseduta alla data della domanda.")
    office.get_by_role("button", name="Non ammettere").click()
    expect(office.get_by_role("link", name="Atto di non ammissione")).to_be_visible()
    sound(office)
    page.goto(f"/area/domande/{application_id}")
    expect(page.get_by_role("link", name="Atto di non ammissione")).to_be_visible()
