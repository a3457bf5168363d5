"""An award from the office's click to the firm's: accepted on a phone; waived, and the next firm is granted."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from portal import db
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.awards import service as awards
from portal.kernel.clock import utcnow
from portal.ranking import service as ranking
from tests.factories.accounts import PASSWORD, MembershipFactory, UserFactory, staff
from tests.factories.awards import TODAY, WHY
from tests.factories.calls import around, content, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import admitted, reviewer, scored
from tests.journeys.live import PHONE, axe, no_sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]
expect.set_options(timeout=20_000)
ONE, TWO = "prima@unioncamere.example", "seconda@unioncamere.example"


def sound(page: Page) -> None:
    """Axe finds nothing and nothing sticks out."""
    assert (page.url, axe(page), no_sideways(page)) == (page.url, [], True)


@pytest.fixture
def world(portal):
    """A ranking with two places and a reserve, published; each firm with its owner."""
    session, at = db.session(), utcnow() - timedelta(days=30)
    budget = content().budget.model_copy(
        update={"places": 2, "amount_eur": Decimal(23_000), "other_costs_eur": Decimal(0)}
    )
    parts: dict[str, Any] = {"code": "VIAGGIO-2025", "slug": "viaggio-2025", "budget": budget}
    call = make_call(session, window=around(at), at=at, **parts)
    judge = reviewer()
    firms = [CompanyFactory() for _ in range(3)]
    applications = [admitted(call, company=firm) for firm in firms]
    for application, share in zip(applications, ("1", "0.9", "0.8"), strict=True):
        scored(call, application, judge, shares=[share])
    owners = [UserFactory() for _ in firms]
    for owner, firm in zip(owners, firms, strict=True):
        MembershipFactory(user=owner, company=firm)
    publish(session, ranking.draw_up(session, call.id, by=ONE, now=utcnow()))
    manager = staff()
    session.commit()
    return call, applications, owners, manager


def publish(session, drawn):
    ranking.approve(session, drawn.id, by=TWO, now=utcnow())
    published = ranking.publish(session, drawn.id, by=ONE, now=utcnow())
    awards.reserve(session, published.id, by="system", now=utcnow())


def grant(page: Page, applications: list[Application]) -> None:
    """Tick, write the act, confirm."""
    page.goto("/ufficio/concessioni?stato=funded")
    for application in applications:
        page.check(f"#scegli-{application.id}")
    page.get_by_role("button", name="Concedi alle scelte").click()
    expect(page.locator("h1")).to_contain_text("Concedi a")
    sound(page)
    page.fill("#act_number", "Determinazione 1")
    page.fill("#act_on", f"{TODAY:%d/%m/%Y}")
    page.fill("#checked_on", f"{TODAY:%d/%m/%Y}")
    for application in applications:
        page.fill(f"#vercor-{application.id}", "123")
    page.get_by_role("button", name="Conferma").click()
    expect(page.locator(".notice").first).to_contain_text("registrat")


def state_of(application: Application) -> Status:
    db.session.expire_all()
    return db.session.get_one(Application, application.id).status


def test_one_accepts_on_a_phone_another_waives_and_the_next_is_granted(portal, visit, world):
    call, (first, second, third), owners, manager = world
    office = visit("/ufficio", email=manager.email, password=PASSWORD)
    grant(office, [first, second])

    phone = visit(f"/area/domande/{first.id}/concessione", email=owners[0].email, password=PASSWORD, viewport=PHONE)
    sound(phone)
    phone.get_by_role("button", name="Accetta la concessione").click()
    expect(phone.get_by_text("Concessione accettata").first).to_be_visible()
    sound(phone)
    assert state_of(first) is Status.ACCEPTED

    other = visit(f"/area/domande/{second.id}/concessione", email=owners[1].email, password=PASSWORD, script=False)
    other.locator("summary").click()
    other.fill("textarea[name=reason]", WHY)
    other.get_by_role("button", name="Rinuncia al beneficio").click()
    expect(other.get_by_text("Rinuncia registrata").first).to_be_visible()
    assert state_of(second) is Status.WAIVED

    office.goto(f"/ufficio/bandi/{call.slug}/scorrimento")
    sound(office)
    office.fill("textarea[name=reason]", "Rinuncia di una impresa finanziata.")
    office.get_by_role("button", name="Redigi la nuova versione").click()
    expect(office.locator(".notice").first).to_contain_text("un'altra persona la approva")
    session = db.session()
    publish(session, ranking.draw_reserve(session, call.id, reason="Rinuncia di una impresa.", by=ONE, now=utcnow()))
    session.commit()

    grant(office, [third])
    assert state_of(third) is Status.AWARDED
    aid = visit("/area/aiuti", email=owners[2].email, password=PASSWORD, viewport=PHONE)
    expect(aid.get_by_text("Concesso qui")).to_be_visible()
    sound(aid)
