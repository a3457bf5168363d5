"""Whom a reserve is for, against PostgreSQL: by size, by province, newcomers; what firms ask; the office's form."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from portal.applications import service as applying
from portal.applications.rules import Status
from portal.applications.service import move
from portal.calls.rules.content import Group, Lot, Proceeding, Reserve, TieBreak
from portal.companies.models import Year
from portal.kernel.clock import utcnow
from portal.kernel.text import Text, canonical_json, sha256_hex
from portal.ranking import queries, rules, service
from portal.ranking.models import Ranking
from portal.ranking.rules import Cause
from portal.ranking.service.moves import words
from tests.accounts_help import post, sign_in
from tests.applications.test_views import TYPED, write
from tests.factories.accounts import MembershipFactory, UserFactory, staff
from tests.factories.applications import BUDGET_ASKED, SmallCallFactory, amend, content as small, fill
from tests.factories.calls import around, content, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE, SECOND, reviewer, scored
from tests.factories.ranking import entered, publish

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
AT = NOW - timedelta(days=30)
WHY = "Errore materiale nel punteggio automatico."


@pytest.fixture
def anna(session):
    return reviewer()


def reserve(key, **group):
    return Reserve(
        key=key,
        title=Text(it=key.title(), en=key.title()),
        group=Group(**group),
        of="places",
        quantity=Decimal(1),
        source=content().source,
    )


def a_call(session, *reserves, places=2, at=AT, **more):
    """A call of so many places whose window is over."""
    update = {"places": places, "amount_eur": Decimal(11_500 * places), "other_costs_eur": Decimal(0)}
    budget = content().budget.model_copy(update=update)
    proceeding = Proceeding(notice_before_exclusion=False)
    parts = {"reserves": list(reserves), "budget": budget, "proceeding": proceeding} | more
    return make_call(session, window=around(at), at=at - timedelta(days=10), **parts)


def of_size(awu):
    """A firm of so many workers, alike in each year, and turnover and balance that go with them."""
    euros = Decimal(awu) * 100_000
    years = [
        Year(year=year, awu=Decimal(awu), turnover_eur=euros, balance_eur=euros, export_share=Decimal(12))
        for year in (2023, 2024, 2025)
    ]
    return CompanyFactory(years=years)


def outcomes(ranking):
    """Registry number -> (outcome, the reserve that funds it, the groups it is in)."""
    lines = ranking.content["entries"]
    return {line["registry_number"]: (line["outcome"], line["reserve"], line["groups"]) for line in lines}


def checked(ranking):
    assert rules.verify(canonical_json({**ranking.content, "signature": ranking.signature})) is None
    return outcomes(ranking)


def test_a_place_is_kept_for_micro_firms(session, anna):
    call = a_call(session, reserve("micro", sizes=["micro"]))
    small_one, medium, micro = (
        entered(call, anna, share=share, company=of_size(awu)) for share, awu in (("1", 30), ("0.9", 100), ("0.8", 4))
    )

    ranking = publish(call, now=NOW)

    assert checked(ranking) == {
        small_one.protocol: ("funded", None, []),
        medium.protocol: ("reserve", None, []),
        micro.protocol: ("funded", "micro", ["micro"]),
    }
    assert ranking.content["short_reserves"] == []


def test_of_several_sizes_any_counts_and_what_is_unknown_puts_nobody_in(session, anna):
    call = a_call(session, reserve("small", sizes=["micro", "small"]))
    medium, unknown, small_one = (
        entered(call, anna, share="1", company=of_size(100)),
        entered(call, anna, share="0.9", company=CompanyFactory(years=[])),
        entered(call, anna, share="0.8", company=of_size(30)),
    )

    assert checked(publish(call, now=NOW)) == {
        medium.protocol: ("funded", None, []),
        unknown.protocol: ("reserve", None, []),
        small_one.protocol: ("funded", "small", ["small"]),
    }


def test_a_place_is_kept_for_a_province_by_the_site_where_there_is_one(session, anna):
    call = a_call(session, reserve("bergamo", provinces=["BG", "SO"]))
    milan = entered(call, anna, share="1")
    office_only = entered(call, anna, share="0.9", company=CompanyFactory(province="BG", municipality="Bergamo"))
    sited = entered(call, anna, share="0.8", company=CompanyFactory(site_province="SO"))
    there = CompanyFactory(province="BG", municipality="Bergamo", site_province="MI")
    elsewhere = entered(call, anna, share="0.7", company=there)

    assert checked(publish(call, now=NOW)) == {
        milan.protocol: ("funded", None, []),
        office_only.protocol: ("funded", "bergamo", ["bergamo"]),
        sited.protocol: ("reserve", None, ["bergamo"]),
        elsewhere.protocol: ("reserve", None, []),
    }


def test_newcomers_were_never_funded_by_another_call_unless_they_waived(session, anna):
    old = a_call(session, code="PRIMA-2025", slug="prima-2025", at=AT - timedelta(days=60))
    veteran, waiver = CompanyFactory(), CompanyFactory()
    entered(old, anna, share="1", company=veteran)
    gone = entered(old, anna, share="0.9", company=waiver)
    publish(old, now=AT - timedelta(days=30))
    move(session, gone.id, Status.WAIVED, by=OFFICE, now=AT, why="Rinuncia via PEC.")
    call = a_call(session, reserve("new", newcomers=True))
    again, another, back = (
        entered(call, anna, share=share, company=company)
        for share, company in (("1", veteran), ("0.9", CompanyFactory()), ("0.8", waiver))
    )

    assert checked(publish(call, now=NOW)) == {
        again.protocol: ("funded", None, []),
        another.protocol: ("funded", "new", ["new"]),
        back.protocol: ("reserve", None, ["new"]),
    }


def test_a_reserve_that_nobody_uses_is_open_to_all_and_said_short(session, anna):
    call = a_call(session, reserve("micro", sizes=["micro"]))
    first, second = (entered(call, anna, share=share) for share in ("1", "0.9"))

    ranking = publish(call, now=NOW)

    assert [outcomes(ranking)[one.protocol][0] for one in (first, second)] == ["funded", "funded"]
    assert ranking.content["short_reserves"] == ["micro"]


def test_who_leaves_a_reserve_makes_room_for_the_next_of_the_group_and_it_is_said(session, anna):
    call = a_call(session, reserve("micro", sizes=["micro"]))
    top = entered(call, anna, share="1")
    entered(call, anna, share="0.95")
    gone = entered(call, anna, share="0.9", company=of_size(3))
    heir = entered(call, anna, share="0.8", company=of_size(4))
    publish(call, now=NOW)
    move(session, gone.id, Status.WAIVED, by=OFFICE, now=NOW, why="Rinuncia via PEC.")

    second = publish(call, now=NOW, cause=Cause.WAIVER, reason="Rinuncia di una microimpresa")

    assert outcomes(second)[heir.protocol] == ("funded", "micro", ["micro"])
    assert outcomes(second)[top.protocol][0] == "funded"
    [place] = [row for row in queries.every(session, queries.places(second.id)) if row.application_id == heir.id]
    assert words(place.move, {"micro": "Microimprese"}) == "salita di 1: rinuncia di un'impresa; riserva «Microimprese»"


def test_what_a_firm_typed_is_what_it_asks_for_and_receives(session, client, anna):
    opens, closes = utcnow() - timedelta(days=3), utcnow() + timedelta(days=4)
    call = SmallCallFactory(opens_at=opens, closes_at=closes)
    thresholds = {"total": "0", "source": {"tag": "ASSUMPTION", "cite": "Prova"}}
    number = int(call.code.removeprefix("PROVA-"))
    criteria = [one.model_dump(mode="json") for one in content().criteria if one.mode == "reviewed"][:1]
    parts = {"budget": BUDGET_ASKED, "thresholds": thresholds, "criteria": criteria}
    amend(call, small(number, opens_at=opens, closes_at=closes, **parts), number=2)
    company, owner = CompanyFactory(), UserFactory()
    MembershipFactory(company=company, user=owner)
    application = applying.start(session, call, company_id=company.id, by=owner.email, now=utcnow())
    fill(application, by=owner.email)
    sign_in(client, owner)
    assert write(client, application, TYPED | {"f_budget": "60,50"}).status_code == 303
    applying.freeze(session, application.id, by=owner.email, now=utcnow())
    applying.submit(session, application.id, sha256=application.sha256, by=owner.email)
    for state in (Status.ELIGIBILITY_CHECK, Status.ADMITTED):
        move(session, application.id, state, by=OFFICE, now=utcnow())
    scored(call, application, anna, shares=["1"])
    call.closes_at = utcnow() - timedelta(seconds=1)
    sign_in(client, staff())

    drawn = post(client, f"/ufficio/bandi/{call.slug}/graduatorie")

    assert drawn.status_code == 303
    [line] = client.get(f"{drawn.location}.json").json["entries"]
    assert (line["asked_eur"], line["amount_eur"], line["outcome"]) == ("60.50", "60.50", "funded")
    page = client.get(drawn.location).text
    assert "60,50" in page


def test_a_call_without_criteria_has_no_ranking_and_it_is_said(session, client):
    call = SmallCallFactory(over=True)
    sign_in(client, staff())

    answer = post(client, f"/ufficio/bandi/{call.slug}/graduatorie", form_on="/ufficio/messaggi")

    assert answer.status_code == 422
    assert "Il bando non ha criteri di valutazione" in answer.text


def test_the_seed_is_typed_once_and_a_wrong_one_is_said_beside_it(session, client, anna):
    seed = "5e" * 32
    source = content().source
    lot = Lot(commitment=sha256_hex(bytes.fromhex(seed)), source=source)
    call = a_call(session, lot=lot, tie_break=[TieBreak(by="lot", order="asc", source=source)])
    entered(call, anna, share="1")
    address = f"/ufficio/bandi/{call.slug}/graduatorie"
    sign_in(client, staff())

    missing = post(client, address, seed="")
    wrong = post(client, address, seed="parola")
    long = post(client, address, seed="5e" * 40)
    drawn = post(client, address, seed=f" {seed.upper()}")

    assert [one.status_code for one in (missing, wrong, long, drawn)] == [422, 422, 422, 303]
    assert "scrivi il seme" in missing.text
    assert "Il seme non è quello promesso" in wrong.text
    assert 'value="parola"' in wrong.text
    assert client.get(f"{drawn.location}.json").json["rule"]["lot"]["seed"] == seed
    assert 'name="seed"' not in client.get(address).text


def test_the_cause_chosen_is_the_cause_published(session, client, anna):
    call = a_call(session)
    entered(call, anna, share="1")
    publish(call, now=NOW)
    session.commit()
    address = f"/ufficio/bandi/{call.slug}/graduatorie"
    sign_in(client, staff())

    strange = post(client, address, cause="capriccio", reason=WHY)
    first = post(client, address, cause="first", reason=WHY)
    bare = post(client, address, cause="late_observation", reason="")
    drawn = post(client, address, cause="late_observation", reason=WHY)

    assert [one.status_code for one in (strange, first, bare, drawn)] == [422, 422, 422, 303]
    assert "scrivi perché ne serve una nuova" in bare.text
    assert '<option selected value="late_observation">' in bare.text
    ranking = session.get(Ranking, drawn.location.rsplit("/", 1)[1])
    assert (ranking.cause, ranking.reason) == (Cause.LATE_OBSERVATION, WHY)
    assert ranking.content["ranking"]["cause"] == "late_observation"
    service.approve(session, ranking.id, by=SECOND, now=NOW)
    assert rules.verify(canonical_json(ranking.content)) is None


def test_a_reserve_draw_by_the_form_needs_somebody_gone(session, client, anna):
    call = a_call(session, places=1)
    first = entered(call, anna, share="1")
    entered(call, anna, share="0.9")
    publish(call)
    session.commit()
    address = f"/ufficio/bandi/{call.slug}/graduatorie"
    sign_in(client, staff())

    nobody = post(client, address, cause="reserve_draw", reason=WHY)
    move(session, first.id, Status.WAIVED, by=OFFICE, now=NOW, why="Rinuncia via PEC.")
    drawn = post(client, address, cause="reserve_draw", reason="Rinuncia della prima")

    assert (nobody.status_code, drawn.status_code) == (422, 303)
    assert "nessuna impresa finanziata ha lasciato la graduatoria" in nobody.text
