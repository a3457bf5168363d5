"""A firm is excluded after the ranking was published, in a browser: reopened, not admitted."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from portal import db
from portal.calls.rules.content import Proceeding
from portal.kernel.clock import utcnow
from portal.ranking.rules import Cause
from tests.factories.accounts import PASSWORD, UserFactory, staff
from tests.factories.calls import around, make_call
from tests.factories.evaluation import reviewer
from tests.factories.ranking import entered, publish
from tests.journeys.live import axe, follow, no_sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]
expect.set_options(timeout=20_000)
WHY = "Il DURC, riesaminato dopo un esposto, risulta irregolare alla data della domanda."


def sound(page: Page) -> None:
    """Axe finds nothing and nothing sticks out."""
    assert (page.url, axe(page), no_sideways(page)) == (page.url, [], True)


@pytest.fixture
def world(portal):
    """A ranking of two firms, published; the owner of the first, and who decides."""
    session, at = db.session(), utcnow() - timedelta(days=30)
    parts = {"code": "RIAPRI-2025", "slug": "riapri-2025", "proceeding": Proceeding(notice_before_exclusion=False)}
    call = make_call(session, window=around(at), at=at, **parts)
    owner, judge = UserFactory(), reviewer()
    first = entered(call, judge, share="1", owner=owner)
    entered(call, judge, share="0.8")
    manager = staff()
    publish(call)
    session.commit()
    return call, first, owner, manager


def test_a_firm_is_excluded_after_the_publication(world, visit):
    call, first, owner, manager = world
    office = visit(f"/ufficio/domande/{first.id}", email=manager.email, password=PASSWORD)
    follow(office, office.get_by_role("link", name="Riapri l'istruttoria"))
    sound(office)
    office.fill("#reason", "breve")
    office.get_by_role("button", name="Riapri l'istruttoria").click()
    expect(office.locator(".wrongs")).to_contain_text("da 10 a 2.000 caratteri")
    sound(office)
    office.fill("#reason", WHY)
    office.get_by_role("button", name="Riapri l'istruttoria").click()
    expect(office.locator("#requisiti")).to_contain_text("Istruttoria riaperta il")
    sound(office)

    firm = visit(f"/area/domande/{first.id}/graduatoria", email=owner.email, password=PASSWORD)
    expect(firm.locator("main")).to_contain_text("L'ufficio ha riaperto la verifica dei requisiti")
    sound(firm)

    office.locator("#requisito-durc").get_by_role("link", name="Correggi l'esito").click()
    office.get_by_label("Non soddisfatto").check()
    office.fill("#reason", WHY)
    office.locator("main button[type=submit]").last.click()
    office.get_by_role("link", name="Non ammettere").click()
    office.fill("#reason", WHY)
    office.get_by_role("button", name="Non ammettere").click()
    expect(office.locator("#requisiti").get_by_role("link", name="Riapri l'istruttoria")).to_be_visible()

    drawn = publish(call, cause=Cause.EXCLUSION, reason=WHY)
    db.session.commit()
    office.goto(f"/ufficio/graduatorie/{drawn.id}")
    expect(office.locator("main")).to_contain_text("esclusione di un'impresa")
    sound(office)
    office.get_by_role("link", name="Uscite").click()
    expect(office.locator("main table").first).to_contain_text("esclusione")
    sound(office)
    firm.reload()
    expect(firm.locator("main")).to_contain_text("La domanda è stata esclusa")
    sound(firm)
