"""A firm applies, in a browser: with and without scripts, alone and with a colleague."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal import db
from portal.accounts.rules import MembershipKind
from portal.applications.models import Answer, Application
from portal.applications.rules import Status
from tests.documents.papers import pdf
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory
from tests.factories.applications import SmallCallFactory, make
from tests.factories.companies import CompanyFactory
from tests.journeys.live import PHONE, axe, follow, no_sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]
expect.set_options(timeout=20_000)
PROFILE = {"name": "profilo.pdf", "mimeType": "application/pdf", "buffer": pdf()}


def person(company, **more) -> dict[str, str]:
    """Somebody of the firm: what `visit` needs to sign in."""
    user = UserFactory()
    MembershipFactory(user=user, company=company, **more)
    db.session.commit()
    return {"email": user.email, "password": PASSWORD}


def sound(page: Page) -> None:
    """Axe finds nothing and nothing sticks out."""
    assert (page.url, axe(page), no_sideways(page)) == (page.url, [], True)


def saved(page: Page) -> None:
    """Wait until the page says that it is saved."""
    expect(page.locator("[data-saved]")).to_have_text(re.compile(r"Salvato alle \d\d:\d\d"))


def go_on(page: Page) -> None:
    """The one primary button."""
    page.locator("main .btn-primary").last.click()
    page.wait_for_load_state()


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
def test_a_firm_applies(portal, visit, viewport):  # noqa: PLR0915 - one long way
    company, call = CompanyFactory(), SmallCallFactory()
    who = person(company)
    page = visit(f"/bandi/{call.slug}/domanda", **who, **({"viewport": viewport} if viewport else {}))
    sound(page)
    go_on(page)
    sound(page)
    expect(page.get_by_text("Continua: Progetto")).to_be_visible()
    page.locator(".legs").get_by_role("link", name="Impresa").click()
    expect(page.locator("h1")).to_have_text("Impresa")
    page.fill("#f_founded_on", "31/02/2001")
    page.locator("#f_founded_on").blur()
    expect(page.locator(".field__error")).to_have_text("Scrivi una data che esiste, per esempio 31/12/2025.")
    sound(page)
    page.fill("#f_founded_on", "5/3/2001")
    page.locator("#f_founded_on").blur()
    expect(page.locator(".field__error")).to_have_count(0)
    saved(page)
    go_on(page)

    page.check("#f_pathway-0")
    page.fill("#f_goals", "Aprire il mercato spagnolo.")
    expect(page.locator("#f_agent")).to_be_hidden()
    page.check("#f_has_agent-0")
    expect(page.locator("#f_agent")).to_be_visible()
    page.check("#f_has_agent-1")
    expect(page.locator("#f_agent")).to_be_hidden()
    page.fill("[name='f_products-0-f_name']", "Valvole")
    page.locator("[data-rows=f_products] [data-row-add]").click()
    page.fill("[name='f_products-1-f_name']", "Pompe")
    page.locator("[data-row-remove]").first.click()
    page.keyboard.press("Tab")
    saved(page)
    sound(page)
    page.reload()
    expect(page.locator("#f_goals")).to_have_value("Aprire il mercato spagnolo.")
    expect(page.locator("[name='f_products-0-f_name']")).to_have_value("Pompe")
    go_on(page)

    page.set_input_files("#file-profile", {"name": "profilo.pdf", "mimeType": "application/pdf", "buffer": b"MZ" * 100})
    expect(page.locator("#doc-profile .field__error")).to_contain_text("Il contenuto del file non corrisponde")
    page.set_input_files("#file-profile", PROFILE)
    expect(page.locator("#doc-profile .paper__name")).to_contain_text("profilo.pdf")
    sound(page)
    go_on(page)
    expect(page.locator("h1")).to_have_text("Dichiarazioni")
    assert page.locator("input[type=checkbox]:checked").count() == 0
    sound(page)
    page.check("#d_not_insolvent")
    go_on(page)
    expect(page.locator("h1")).to_have_text("Riepilogo")
    expect(page.get_by_text("Non manca nulla")).to_be_visible()
    sound(page)
    page.get_by_role("button", name="Congela la domanda").click()
    expect(page.locator("h1")).to_have_text("Invio della domanda")
    sound(page)
    page.get_by_role("button", name="Invia la domanda").dblclick()
    expect(page.locator("h1")).to_have_text("Domanda inviata")
    sound(page)

    application = db.session.scalars(select(Application).where(Application.company_id == company.id)).one()
    assert application.status is Status.SUBMITTED
    expect(page.locator(".ticket__protocol")).to_have_text(application.protocol)
    with page.expect_download() as download:
        page.get_by_role("link", name="Scarica la ricevuta (PDF)").click()
    assert download.value.suggested_filename == f"ricevuta-{application.protocol}.pdf"
    follow(page, page.get_by_role("link", name="Segui la domanda"))
    sound(page)
    stranger = visit(f"/ricevute/{application.receipt_code}")
    expect(stranger.locator(".ticket__protocol")).to_have_text(application.protocol)
    sound(stranger)


def test_a_firm_applies_without_scripts(portal, visit):
    company, call = CompanyFactory(), SmallCallFactory()
    page = visit(f"/bandi/{call.slug}/domanda", **person(company), script=False)
    go_on(page)
    go_on(page)
    page.check("#f_pathway-0")
    page.fill("#f_goals", "Aprire il mercato spagnolo.")
    page.check("#f_has_agent-1")
    page.fill("[name='f_products-0-f_name']", "Valvole")
    page.locator("[data-row-add]").click()
    page.fill("[name='f_products-1-f_name']", "Pompe")
    page.locator("[data-row-remove]").first.click()
    expect(page.locator("[name='f_products-0-f_name']")).to_have_value("Pompe")
    go_on(page)
    page.set_input_files("#file-profile", PROFILE)
    page.locator("#doc-profile [data-upload-button]").click()
    expect(page.locator("#doc-profile .paper__name")).to_contain_text("profilo.pdf")
    go_on(page)
    page.check("#d_not_insolvent")
    go_on(page)
    page.get_by_role("button", name="Congela la domanda").click()
    page.get_by_role("button", name="Invia la domanda").click()
    expect(page.locator("h1")).to_have_text("Domanda inviata")


def test_two_colleagues_at_once_lose_no_word(portal, visit):
    application = make()
    company = db.session.get(Application.company.property.mapper.class_, application.company_id)
    anna, bruno = person(company), person(company, kind=MembershipKind.COLLEAGUE)
    address = f"/area/domande/{application.id}/sezioni/project"
    hers, his = visit(address, **anna), visit(address, **bruno)
    hers.fill("#f_goals", "Di Anna.")
    hers.locator("#f_goals").blur()
    saved(hers)
    his.fill("#f_goals", "Di Bruno.")
    his.locator("#f_goals").blur()
    expect(his.locator(".theirs__text")).to_have_text("Di Anna.")
    expect(his.locator("#f_goals")).to_have_value("Di Bruno.")
    expect(his.locator("[data-saved]")).to_contain_text("Non salvato")
    sound(his)
    with his.expect_response("**/salva") as answer:
        his.locator("#f_goals").press_sequentially(" E ancora.")
        his.locator("#f_goals").blur()
    assert answer.value.status == 409, "typing on writes over nobody"
    expect(his.locator(".theirs__text")).to_have_text("Di Anna.")
    his.fill("#f_goals", "Di Bruno.")
    his.get_by_role("button", name="Tieni il mio").click()
    saved(his)
    expect(his.locator(".theirs")).to_have_count(0)
    query = select(Answer.value).where(Answer.application_id == application.id, Answer.key == "goals")
    assert db.session.scalar(query) == "Di Bruno."

    db.session.rollback()
    hers.fill("#f_goals", "Ancora di Anna.")
    hers.locator("#f_goals").blur()
    expect(hers.locator(".theirs__text")).to_have_text("Di Bruno.")
    hers.get_by_role("button", name="Tieni quello del collega").click()
    expect(hers.locator("#f_goals")).to_have_value("Di Bruno.")


def test_what_was_typed_survives_a_server_that_is_away(portal, visit):
    application = make()
    company = db.session.get(Application.company.property.mapper.class_, application.company_id)
    page = visit(f"/area/domande/{application.id}/sezioni/project", **person(company))
    page.route("**/salva", lambda route: route.abort())
    page.fill("#f_goals", "Senza rete.")
    page.locator("#f_goals").blur()
    expect(page.locator("[data-saved]")).to_contain_text("Non salvato")
    page.unroute("**/salva")
    saved(page)
    db.session.rollback()
    query = select(Answer.value).where(Answer.application_id == application.id, Answer.key == "goals")
    assert db.session.scalar(query) == "Senza rete."
