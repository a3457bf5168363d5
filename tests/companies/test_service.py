"""The verbs of the companies against PostgreSQL."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from portal.accounts import queries as accounts
from portal.accounts.rules import Mandate, MembershipKind
from portal.audit import queries as audit
from portal.companies import permissions, queries, service
from portal.companies.models import Company
from portal.companies.rules import profile
from portal.companies.rules.profile import (
    Activity,
    Figures,
    HoldingFacts,
    Person,
    Representatives,
    Seats,
    YearFigures,
    fingerprint,
)
from portal.eligibility.rules.facts import Facts
from portal.kernel.errors import NotFound
from tests.factories.accounts import UserFactory
from tests.factories.companies import CompanyFactory, vat

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
BY: dict[str, Any] = {"by": "anna@impresa.example", "now": NOW}
RELATION = {
    "kind": "enterprise",
    "side": "upstream",
    "capital_pct": "30",
    "figures": {"awu": "10", "turnover_eur": 1, "balance_eur": 1},
}


def register(session, user, number=99):
    return service.register(
        session,
        vat=vat(number),
        tax_code=vat(number),
        legal_name="Alfa S.r.l.",
        legal_form="S.r.l.",
        by=user.email,
        full_name=user.full_name,
        now=NOW,
    )


def save(session, company, part, seen=None):
    current = queries.part(queries.find(session, company.id), type(part))
    return service.save(session, company.id, part, seen=seen or fingerprint(current), **BY)


def told(session, company):
    return [entry.action for entry in audit.story(session, company.id)]


def test_whoever_adds_a_firm_owns_it(session):
    user = UserFactory()
    company = register(session, user)

    members = accounts.members(session, company.id, today=NOW.date())
    assert [(one.user.id, one.kind, one.valid_until) for one in members] == [(user.id, MembershipKind.OWNER, None)]
    assert told(session, company) == ["companies.register", "accounts.add_member"]


def test_a_firm_that_is_there_is_never_joined(session):
    CompanyFactory(vat=vat(99))
    user = UserFactory()

    with pytest.raises(profile.VatTaken) as refusal:
        register(session, user)

    assert refusal.value.field == "vat"
    assert session.scalar(select(func.count()).select_from(Company)) == 1


PARTS = [
    lambda company: replace(queries.identity(company), legal_name="Beta S.p.A.", pec="beta@pec.example"),
    lambda _: Seats(
        address="Via Po 2", municipality="Bergamo", municipality_code="016024", province="BG", postcode="24121"
    ),
    lambda _: Activity(ateco_edition="2007", ateco_primary="25.62.00", ateco_secondary=("46.69.99",)),
    lambda _: Figures(
        years=(
            YearFigures(
                year=2025, awu=Decimal("7.5"), turnover_eur=1_000_000, balance_eur=900_000, export_share=Decimal("12.5")
            ),
        ),
        merged=True,
    ),
    lambda _: Representatives(people=(Person(full_name="Anna Rossi", tax_code="RSSMRA85M01H501Q", role="titolare"),)),
]


@pytest.mark.parametrize("make", PARTS)
def test_each_part_is_saved_read_back_and_told(session, make):
    company = CompanyFactory()
    part = make(company)

    save(session, company, part)
    session.expire_all()

    again = queries.find(session, company.id)
    assert queries.part(again, type(part)) == part
    assert again.revision == 2
    assert told(session, company) == [f"companies.save_{part.name}"]


@pytest.mark.parametrize("make", PARTS)
def test_saving_what_is_there_changes_nothing(session, make):
    company = CompanyFactory()
    part = make(company)
    save(session, company, part)

    save(session, company, part, seen="of long ago")

    assert (queries.find(session, company.id).revision, len(told(session, company))) == (2, 1)


def test_nobody_overwrites_what_they_have_not_seen(session):
    company = CompanyFactory()
    first = queries.identity(company)
    seen = fingerprint(first)
    save(session, company, replace(first, phone="02 1"), seen=seen)

    with pytest.raises(profile.SectionChanged) as refusal:
        save(session, company, replace(first, phone="02 2"), seen=seen)

    assert refusal.value.facts == {"by": "anna@impresa.example"}
    assert queries.find(session, company.id).phone == "02 1"


def test_two_parts_do_not_stand_in_each_others_way(session):
    company = CompanyFactory()
    identity, activity = queries.identity(company), queries.activity(company)
    save(session, company, replace(identity, phone="02 1"), seen=fingerprint(identity))
    save(session, company, replace(activity, ateco_primary="62.10.00"), seen=fingerprint(activity))

    again = queries.find(session, company.id)
    assert (again.phone, again.ateco_primary, again.revision) == ("02 1", "62.10.00", 3)


def test_figures_with_a_hole_are_refused(session):
    company = CompanyFactory()
    years = queries.figures(company).years
    with pytest.raises(profile.YearsApart):
        save(session, company, Figures(years=(years[0], years[2]), merged=False))


def add_holding(session, company, name="B", **relation):
    facts = HoldingFacts(holder=name, tax_code=None, relation=RELATION | relation)
    return service.save_holding(session, company.id, None, facts, seen=fingerprint(None), **BY)


def test_neighbours_are_added_changed_and_taken_away(session):
    company = CompanyFactory()
    row = add_holding(session, company)
    facts = queries.holding(row)
    assert service.size(queries.find(session, company.id)).result.status.value == "partner"

    changed = replace(facts, relation=RELATION | {"capital_pct": "60"})
    service.save_holding(session, company.id, row.id, changed, seen=fingerprint(facts), **BY)
    assert service.size(queries.find(session, company.id)).result.status.value == "linked"
    with pytest.raises(profile.SectionChanged):
        service.save_holding(session, company.id, row.id, facts, seen=fingerprint(facts), **BY)

    service.remove_holding(session, company.id, row.id, **BY)
    assert service.size(queries.find(session, company.id)).result.status.value == "autonomous"
    assert told(session, company) == ["companies.save_holding"] * 2 + ["companies.remove_holding"]


def test_neighbours_keep_their_order_after_one_is_gone(session):
    company = CompanyFactory()
    first, _ = add_holding(session, company, "A"), add_holding(session, company, "B")
    service.remove_holding(session, company.id, first.id, **BY)
    add_holding(session, company, "C")

    assert [row.name for row in queries.find(session, company.id).holdings] == ["B", "C"]


@pytest.mark.parametrize(
    ("relation", "refusal"),
    [
        ({"capital_pct": "101"}, profile.RelationUnclear),
        ({"kind": "dragon"}, profile.RelationUnclear),
        ({"side": "downstream", "figures": {"awu": "9", "turnover_eur": 9, "balance_eur": 9}}, profile.FiguresDisagree),
    ],
)
def test_a_neighbour_that_the_size_test_cannot_read_is_refused(session, relation, refusal):
    company = CompanyFactory()
    add_holding(session, company)
    with pytest.raises(refusal):
        add_holding(session, company, **relation)


def test_a_neighbour_is_checked_before_there_are_figures(session):
    company = CompanyFactory(years=[])
    add_holding(session, company)
    with pytest.raises(profile.RelationUnclear):
        add_holding(session, company, capital_pct="-1")


def test_neighbours_are_not_without_end(session):
    company = CompanyFactory()
    for number in range(profile.MOST_HOLDINGS):
        add_holding(session, company, f"B{number}")
    with pytest.raises(profile.TooMany):
        add_holding(session, company, "uno di troppo")


def test_another_firms_neighbour_is_not_there(session):
    row = add_holding(session, CompanyFactory())
    mine = CompanyFactory()
    with pytest.raises(NotFound):
        service.remove_holding(session, mine.id, row.id, **BY)
    with pytest.raises(NotFound):
        service.save_holding(session, mine.id, row.id, queries.holding(row), seen="", **BY)
    with pytest.raises(NotFound):
        service.remove_holding(session, uuid4(), row.id, **BY)


def test_the_facts_are_those_that_the_rules_of_eligibility_read(session):
    company = CompanyFactory(site_province="BG", site_municipality="Bergamo", ateco_secondary=["62.10.00"])
    add_holding(session, company)

    facts = Facts.model_validate({"at": NOW.isoformat(), **queries.facts(session, company.id)})

    assert [(seat.kind, seat.province) for seat in facts.company.seats] == [
        ("registered_office", "MI"),
        ("operating_site", "BG"),
    ]
    assert (facts.company.export_share_pct, facts.company.ateco_secondary) == (Decimal(12), ["62.10.00"])
    assert [one.year for one in facts.enterprise.years] == [2023, 2024, 2025]
    assert [one.id for one in facts.enterprise.relations] == ["B"]


def test_the_facts_of_a_bare_firm_are_few_but_good(session):
    company = CompanyFactory(years=[], province=None, rea=None, ateco_primary=None)

    facts = Facts.model_validate({"at": NOW.isoformat(), **queries.facts(session, company.id)})

    assert (facts.enterprise, facts.company.seats, facts.company.rea) == (None, [], None)


def test_the_gaps_of_a_profile(session):
    bare = register(session, UserFactory())
    whole = CompanyFactory(founded_on=date(2000, 1, 1))
    save(session, whole, PARTS[4](whole))

    assert queries.gaps(bare) == ["identity", "seats", "activity", "figures", "representatives"]
    assert queries.gaps(queries.find(session, whole.id)) == []
    assert queries.find(session, None) is None


def test_names_are_those_asked_for_by_name(session):
    one, two = CompanyFactory(legal_name="Zeta"), CompanyFactory(legal_name="Alfa")
    CompanyFactory()

    assert queries.names(session, [one.id, two.id]) == [(two.id, "Alfa", two.vat), (one.id, "Zeta", one.vat)]


@pytest.mark.parametrize(
    ("kind", "for_one_call", "edits", "manages"),
    [
        (MembershipKind.OWNER, False, True, True),
        (MembershipKind.COLLEAGUE, False, True, False),
        (MembershipKind.DELEGATE, False, True, False),
        (MembershipKind.DELEGATE, True, False, False),
        (None, False, False, False),
    ],
)
def test_who_may_edit_and_who_may_manage_people(kind, for_one_call, edits, manages):
    mandate = kind and Mandate(
        membership_id=uuid4(),
        company_id=uuid4(),
        kind=kind,
        call_id=uuid4() if for_one_call else None,
        may_submit=True,
    )
    assert (permissions.may_edit(mandate), permissions.may_manage_people(mandate)) == (edits, manages)
