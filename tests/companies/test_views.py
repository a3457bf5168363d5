"""The pages of the firm, as a browser without JavaScript meets them."""

import json
from decimal import Decimal
from typing import Any

import html5lib
import pytest
from sqlalchemy import select

from portal.accounts import queries as accounts
from portal.accounts.models import Membership, User
from portal.accounts.rules import MembershipKind
from portal.companies import queries
from portal.companies.models import Company, Holding
from portal.companies.views.profile import _closed_years
from tests.accounts_help import csrf, post, sign_in
from tests.factories.accounts import MembershipFactory, UserFactory, staff
from tests.factories.applications import SmallCallFactory
from tests.factories.companies import CompanyFactory, vat

FIRM = "/area/impresa"


@pytest.fixture
def company(session):
    return CompanyFactory()


@pytest.fixture
def owner(session, company):
    user = UserFactory(email="anna@impresa.example", full_name="Anna Bianchi")
    MembershipFactory(user=user, company=company)
    return user


@pytest.fixture
def desk(client, owner):
    """The owner's browser."""
    return sign_in(client, owner)


def text(response):
    return response.get_data(as_text=True)


def now(session, company):
    session.expire_all()
    return queries.find(session, company.id)


def shown(client, page):
    """What a browser would send back of a page's form untouched, hidden fields included."""
    tree = html5lib.parse(text(client.get(page)), namespaceHTMLElements=False)
    form = next(one for one in tree.iter("form") if one.get("method") == "post" and not one.get("action"))
    values: dict[str, Any] = {}
    for one in form.iter("input"):
        if one.get("type") in {"checkbox", "radio"}:
            if one.get("checked") is not None:
                values.setdefault(one.get("name"), []).append(one.get("value", "y"))
        elif one.get("name"):
            values[one.get("name")] = one.get("value", "")
    for one in form.iter("select"):
        chosen = [option for option in one.iter("option") if option.get("selected") is not None] or list(
            one.iter("option")
        )
        values[one.get("name")] = chosen[0].get("value")
    for one in form.iter("textarea"):
        values[one.get("name")] = one.text or ""
    return values


def submit(client, page, **changes):
    return client.post(page, data=shown(client, page) | changes)


# adding a firm


def test_a_newcomer_is_shown_how_to_add_a_firm_and_owns_it(client, session):
    user = UserFactory()
    sign_in(client, user)
    assert "Non operi ancora" in text(client.get("/area"))
    assert client.get(FIRM).location == f"{FIRM}/nuova"

    number = vat(7)
    typed = f"{number[:5]} {number[5:]}"
    answer = submit(client, f"{FIRM}/nuova", vat=typed, legal_name="Alfa S.r.l.", legal_form="S.r.l.")

    assert answer.location == FIRM
    firm = session.scalars(select(Company)).one()
    assert (firm.vat, firm.tax_code, firm.legal_name) == (number, number, "Alfa S.r.l.")
    assert "Alfa S.r.l." in text(client.get("/area"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("00743110158", "La partita IVA non è corretta"),
        ("00000000000", "La partita IVA non è corretta"),
        ("12345678903", "La partita IVA non è corretta"),
        ("", "La partita IVA non è corretta"),
    ],
)
def test_a_wrong_vat_number_is_told(client, session, typed, said):
    sign_in(client, UserFactory())
    answer = submit(client, f"{FIRM}/nuova", vat=typed, legal_name="Alfa", legal_form="S.r.l.")

    assert (answer.status_code, said in text(answer), "Alfa" in text(answer)) == (422, True, True)
    assert session.scalars(select(Company)).all() == []


def test_a_known_vat_number_is_neither_joined_nor_revealed(client, session, company):
    sign_in(client, UserFactory())
    answer = submit(client, f"{FIRM}/nuova", vat=company.vat, legal_name="Alfa", legal_form="S.r.l.")

    assert (answer.status_code, "di invitarti" in text(answer), company.legal_name in text(answer)) == (
        422,
        True,
        False,
    )
    assert session.scalars(select(Membership)).all() == []


def test_a_person_of_several_firms_chooses_and_cannot_choose_anothers(desk, session, owner, company):
    other, stranger = CompanyFactory(legal_name="Beta S.p.A."), CompanyFactory(legal_name="Gamma S.p.A.")
    MembershipFactory(user=owner, company=other)
    session.commit()
    page = text(desk.get("/area/imprese"))
    assert ("Beta S.p.A." in page, "Gamma S.p.A." in page) == (True, False)

    assert post(desk, f"/area/imprese/{other.id}/scegli", form_on="/area/imprese").location == "/area"
    assert "Beta S.p.A." in text(desk.get("/area"))
    assert post(desk, f"/area/imprese/{stranger.id}/scegli", form_on="/area/imprese").status_code == 404
    assert "Beta S.p.A." in text(desk.get("/area"))


# the profile


def test_the_profile_shows_the_size_with_its_steps(desk, session, company):
    page = text(desk.get(FIRM))

    assert "Piccola impresa" in page
    assert "Risultato: piccola impresa." in page
    page = text(desk.get(f"{FIRM}?lang=en"))
    assert ("Small enterprise" in page, "Result: small enterprise." in page) == (True, True)


def test_the_identity_is_saved_and_an_ordinary_mailbox_is_remarked(desk, session, company):
    typed = {"pec": "impresa@gmail.com", "rea": "mi-77", "founded_on": "5/3/2001", "phone": "02 123"}
    for wrong in ({"phone": "nessuno"}, {"rea": "XX-1"}, {"founded_on": "31/2/2001"}, {"pec": "a@b"}, {"website": "x"}):
        assert submit(desk, f"{FIRM}/identita", **typed | wrong).status_code == 422

    assert submit(desk, f"{FIRM}/identita", **typed).location == FIRM
    row = now(session, company)
    assert (row.pec, row.rea, row.phone) == ("impresa@gmail.com", "MI-77", "02 123")
    assert row.founded_on.isoformat() == "2001-03-05"
    assert "sembra una casella di posta ordinaria" in text(desk.get(FIRM))


def test_only_the_fields_of_the_part_are_written(desk, session, company):
    columns = {column.name: "1" for column in Company.__table__.columns}
    before = now(session, company)
    kept = {name: getattr(before, name) for name in columns}
    page = f"{FIRM}/rappresentanti"

    desk.post(page, data=columns | shown(desk, page) | {"people-0-full_name": "Anna Rossi"})
    answer = desk.post(
        page,
        data=columns
        | shown(desk, page)
        | {"people-0-full_name": "Anna Rossi", "people-0-tax_code": "rssmra85m01h501q", "people-0-role": "titolare"},
    )

    assert answer.location == FIRM
    after = now(session, company)
    changed = {name for name, value in kept.items() if getattr(after, name) != value}
    assert changed <= {"updated_at", "revision"}
    assert [one.full_name for one in after.representatives] == ["Anna Rossi"]


def test_two_colleagues_on_one_part_lose_no_word(desk, app, session, company):
    colleague = UserFactory(email="bruno@impresa.example")
    MembershipFactory(user=colleague, company=company, colleague=True)
    other = sign_in(app.test_client(), session.get(User, colleague.id))
    page = f"{FIRM}/identita"
    mine = shown(desk, page) | {"legal_name": "Nome di Anna"}
    theirs = shown(other, page) | {"legal_name": "Nome di Bruno"}
    assert other.post(page, data=theirs).location == FIRM

    answer = desk.post(page, data=mine)

    told = text(answer)
    assert answer.status_code == 422
    assert ("bruno@impresa.example ha modificato" in told, "Nome di Anna" in told, "Nome di Bruno" in told) == (
        True,
    ) * 3
    assert now(session, company).legal_name == "Nome di Bruno"
    mine["seen"] = told.split('name="seen" type="hidden" value="')[1].split('"')[0]
    assert desk.post(page, data=mine).location == FIRM
    assert now(session, company).legal_name == "Nome di Anna"


@pytest.mark.parametrize("typed", ["Bergamo", "bergamo (bg)", "016024"])
def test_a_municipality_brings_its_province_however_typed(desk, session, company, typed):
    answer = submit(desk, f"{FIRM}/sedi", municipality=typed, address="Via Po 2", postcode="24121")

    assert answer.location == FIRM
    row = now(session, company)
    assert (row.municipality, row.municipality_code, row.province) == ("Bergamo", "016024", "BG")
    assert (row.site_municipality, row.site_province) == (None, None)
    assert 'value="Bergamo (BG)"' in text(desk.get(f"{FIRM}/sedi"))


def test_a_municipality_that_is_not_or_is_two_is_asked_again(desk, session, company):
    for typed in ("Paperopoli", "Samone", ""):
        answer = submit(desk, f"{FIRM}/sedi", municipality=typed)
        assert answer.status_code == 422
    answer = submit(desk, f"{FIRM}/sedi", site_address="Via Po 2")
    assert "Scegli anche il comune della sede operativa" in text(answer)
    assert submit(desk, f"{FIRM}/sedi", site_municipality="Samone (TO)", site_address="Via Po 2").location == FIRM
    assert now(session, company).site_province == "TO"


def test_codes_are_of_the_edition_chosen(desk, session, company):
    page = f"{FIRM}/attivita?edizione=2007"
    assert submit(desk, page, ateco_primary="99.99.99").status_code == 422
    assert submit(desk, page, ateco_primary="256200", **{"ateco_secondary-0": "nulla"}).status_code == 422
    answer = submit(
        desk, page, ateco_primary="256200", **{"ateco_secondary-0": "46.69.99", "ateco_secondary-1": "46.69.99"}
    )

    assert answer.location == FIRM
    row = now(session, company)
    assert (row.ateco_edition, row.ateco_primary, row.ateco_secondary) == ("2007", "25.62.00", ["46.69.99"])
    assert submit(desk, f"{FIRM}/attivita?edizione=1991", ateco_primary="25.62.00").status_code == 422


def test_figures_are_read_as_italians_write_them(desk, session, company):
    year = _closed_years()[0]
    blank = {
        f"years-{n}-{name}": "" for n in range(3) for name in ("awu", "turnover_eur", "balance_eur", "export_share")
    }
    some = {"years-0-awu": "7,5", "years-0-turnover_eur": "1.234.567", "years-0-balance_eur": "900.000 €"}

    assert submit(desk, f"{FIRM}/bilanci", **blank | {"years-0-awu": "7,5"}).status_code == 422
    assert submit(desk, f"{FIRM}/bilanci", **blank | some, merged="y").location == FIRM

    row = now(session, company)
    assert [(one.year, one.awu, one.turnover_eur, one.export_share) for one in row.years] == [
        (year, Decimal("7.5"), Decimal(1234567), None)
    ]
    assert row.merged


@pytest.mark.parametrize("typed", ["-1", "molti", "1,234", "9" * 30])
def test_figures_that_are_none_are_asked_again(desk, session, company, typed):
    answer = submit(desk, f"{FIRM}/bilanci", **{"years-0-turnover_eur": typed})

    assert answer.status_code == 422
    assert f'value="{typed}"' in text(answer)


HOLDING = {
    "holder": "Beta S.p.A.",
    "kind": "enterprise",
    "side": "upstream",
    "capital_pct": "60",
    "figures-awu": "100",
    "figures-turnover_eur": "40.000.000",
    "figures-balance_eur": "40.000.000",
    "linked-0-holder": "Gamma",
    "linked-0-awu": "100",
    "linked-0-turnover_eur": "1",
    "linked-0-balance_eur": "1",
    "partners-0-holder": "Delta",
    "partners-0-capital_pct": "30,5",
    "partners-0-awu": "100",
    "partners-0-turnover_eur": "1",
    "partners-0-balance_eur": "1",
}


def test_a_neighbour_with_its_group_makes_the_firm_what_it_is(desk, session, company):
    assert submit(desk, f"{FIRM}/partecipazioni/nuova", **HOLDING).location == f"{FIRM}#partecipazioni"

    row = session.scalars(select(Holding)).one()
    assert row.relation["linked"] == [{"id": "Gamma", "figures": {"awu": "100", "turnover_eur": 1, "balance_eur": 1}}]
    assert row.relation["partners"][0]["capital_pct"] == "30.5"
    assert "250,5 ULA" in text(desk.get(FIRM))
    again = shown(desk, f"{FIRM}/partecipazioni/{row.id}")
    assert (again["partners-0-capital_pct"], again["linked-0-holder"], again["capital_pct"]) == ("30,5", "Gamma", "60")
    assert submit(desk, f"{FIRM}/partecipazioni/{row.id}", capital_pct="20").location == f"{FIRM}#partecipazioni"
    assert post(desk, f"{FIRM}/partecipazioni/{row.id}/togli", form_on=FIRM).location == f"{FIRM}#partecipazioni"
    assert session.scalars(select(Holding)).all() == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"capital_pct": ""}, "Indica la quota del capitale o dei voti"),
        ({"capital_pct": "130"}, "Una percentuale va da 0 a 100"),
        ({"kind": "natural_person", "side": "downstream"}, "Una persona può detenere"),
        ({"side": ""}, "Indica chi detiene la quota"),
        ({"figures-awu": ""}, "Manca questo dato"),
        ({"linked-0-holder": ""}, "Scrivi la denominazione"),
        ({"partners-0-capital_pct": ""}, "Indica la quota"),
        ({"tax_code": "123"}, "Il codice fiscale non è corretto"),
        ({"linked_to": "altro"}, "punt"),
    ],
)
def test_a_neighbour_that_does_not_add_up_is_told_where(desk, session, company, changes, said):
    answer = submit(desk, f"{FIRM}/partecipazioni/nuova", **HOLDING | changes)

    assert (answer.status_code, said in text(answer)) == (422, True)
    assert session.scalars(select(Holding)).all() == []


def test_a_firm_with_two_figures_is_refused_and_nothing_is_lost(desk, session, company):
    submit(desk, f"{FIRM}/partecipazioni/nuova", **HOLDING)
    again = HOLDING | {"side": "downstream", "figures-awu": "7"}
    answer = submit(desk, f"{FIRM}/partecipazioni/nuova", **again)

    assert (answer.status_code, "dati diversi" in text(answer), 'value="7"' in text(answer)) == (422, True, True)
    bare = {
        name: "" if name.startswith(("figures", "linked", "partners")) else value for name, value in HOLDING.items()
    }
    answer = submit(
        desk, f"{FIRM}/partecipazioni/nuova", **bare | {"holder": "Nuda", "votes_pct": "40", "budget_eur": "5"}
    )
    assert answer.status_code == 303
    row = session.scalars(select(Holding).where(Holding.name == "Nuda")).one()
    assert ("figures" in row.relation, row.relation["votes_pct"], row.relation["budget_eur"]) == (False, "40", 5)
    assert "Mancano i dati di Nuda" in text(desk.get(FIRM))


def test_neighbours_that_are_linked_to_each_other_are_ticked(desk, session, company):
    submit(desk, f"{FIRM}/partecipazioni/nuova", **HOLDING | {"holder": "Primo"})
    first = session.scalars(select(Holding)).one()
    submit(desk, f"{FIRM}/partecipazioni/nuova", **HOLDING | {"holder": "Secondo", "linked_to": str(first.id)})

    second = session.scalars(select(Holding).where(Holding.name == "Secondo")).one()
    assert second.relation["linked_to"] == [str(first.id)]
    assert shown(desk, f"{FIRM}/partecipazioni/{second.id}")["linked_to"] == [str(first.id)]


def test_another_firms_neighbour_is_not_there(desk, app, session):
    other = CompanyFactory(
        holdings=[
            Holding(position=1, name="X", relation={"kind": "enterprise", "side": "upstream", "capital_pct": "30"})
        ]
    )
    theirs = other.holdings[0].id
    session.commit()

    page = f"{FIRM}/partecipazioni/{theirs}"
    assert desk.get(page).status_code == 404
    assert post(desk, f"{page}/togli", form_on=FIRM).status_code == 404
    assert session.get(Holding, theirs) is not None


# people


def test_an_owner_invites_a_colleague_and_names_a_delegate_for_one_call(desk, session, company):
    call = SmallCallFactory()
    session.commit()
    assert (
        submit(desk, "/area/deleghe/collega", full_name="Bruno Verdi", email="bruno@impresa.example").location
        == "/area/deleghe"
    )
    answer = submit(
        desk,
        "/area/deleghe/delegato",
        full_name="Carla Neri",
        email="carla@studio.example",
        valid_from="01/01/2026",
        valid_until="31/12/2099",
        call=str(call.id),
        deed="Procura speciale del 2 gennaio 2026",
    )
    assert answer.location == "/area/deleghe"

    rows = {one.user.email: one for one in accounts.members(session, company.id, today=call.opens_at.date())}
    assert set(rows) == {"anna@impresa.example", "bruno@impresa.example", "carla@studio.example"}
    delegate = rows["carla@studio.example"]
    assert (delegate.kind, delegate.call_id, delegate.may_submit) == (MembershipKind.DELEGATE, call.id, True)
    assert (rows["bruno@impresa.example"].valid_until, delegate.granted_by) == (None, "anna@impresa.example")
    page = text(desk.get("/area/deleghe"))
    assert "Procura speciale del 2 gennaio 2026" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"valid_until": ""}, "Scrivi fino a quando vale"),
        ({"valid_until": "31/12/2025"}, "La fine della delega viene prima"),
        ({"deed": ""}, "Scrivi gli estremi della procura"),
        ({"email": "anna@impresa.example"}, "opera già per l'impresa"),
        ({"call": "altro"}, "Quello che hai scritto è ancora qui"),
    ],
)
def test_a_mandate_that_cannot_be_is_told(desk, session, changes, said):
    fields = {
        "full_name": "Carla Neri",
        "email": "carla@studio.example",
        "valid_from": "01/01/2026",
        "valid_until": "31/12/2099",
        "deed": "Procura speciale",
    }
    answer = submit(desk, "/area/deleghe/delegato", **fields | changes)

    assert answer.status_code == 422
    assert said in text(answer).replace("&#39;", "'")
    assert len(session.scalars(select(Membership)).all()) == 1


def test_the_last_owner_stays_until_there_is_another(desk, session, company, owner):
    mine = session.scalars(select(Membership)).one()
    page = f"/area/deleghe/{mine.id}/revoca"
    post(desk, page, form_on="/area/deleghe")
    assert "almeno un titolare" in text(desk.get("/area/deleghe"))

    submit(desk, "/area/deleghe/titolare", full_name="Bruno Verdi", email="bruno@impresa.example")
    post(desk, page, form_on="/area/deleghe")

    assert desk.get("/area/deleghe").status_code == 403


@pytest.mark.parametrize("colleague", [True, False])
def test_only_owners_manage_people(client, session, company, owner, colleague):
    user = UserFactory()
    MembershipFactory(user=user, company=company, **{"colleague" if colleague else "delegate": True})
    mine = session.scalars(select(Membership).where(Membership.user_id == owner.id)).one()
    sign_in(client, user)

    assert "Invita un collega" not in text(client.get("/area/deleghe"))
    for page in ("collega", "titolare", "delegato"):
        assert client.get(f"/area/deleghe/{page}").status_code == 404
    token = csrf(client, "/area/deleghe")
    assert client.post(f"/area/deleghe/{mine.id}/revoca", data={"csrf_token": token}).status_code == 404
    assert session.get(Membership, mine.id, populate_existing=True).revoked_at is None


def test_a_delegate_of_one_call_reads_the_profile_and_changes_nothing(client, session, company):
    user = UserFactory()
    MembershipFactory(user=user, company=company, delegate=True, call_id=SmallCallFactory().id)
    sign_in(client, user)

    assert "Modifica" not in text(client.get(FIRM))
    for page in ("identita", "sedi", "attivita", "bilanci", "rappresentanti", "partecipazioni/nuova"):
        assert client.get(f"{FIRM}/{page}").status_code == 404


def test_another_firms_people_cannot_be_revoked(desk, session):
    theirs = MembershipFactory(colleague=True)
    MembershipFactory(company=session.get(Company, theirs.company_id))
    session.commit()

    assert post(desk, f"/area/deleghe/{theirs.id}/revoca", form_on="/area/deleghe").status_code == 404


def test_staff_without_a_firm_have_no_desk_of_a_firm(client, session):
    sign_in(client, staff())
    assert client.get("/area").status_code == 200
    assert client.get("/area/deleghe").status_code == 403


# searching by typing


def test_codes_are_found_by_word_for_the_script_and_on_a_page(client, session):
    found = json.loads(text(client.get("/cerca/ateco?q=vino")))["results"]
    assert "11.02.10" in [one["value"] for one in found]
    assert all(set(one) == {"value", "label"} for one in found)
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/apng,*/*;q=0.8"}
    page = client.get("/cerca/ateco?q=vino&edizione=2007", headers=browser)
    assert (page.status_code, "11.02" in text(page), page.headers["Vary"].startswith("Accept")) == (200, True, True)
    assert json.loads(text(client.get("/cerca/ateco?q=&edizione=1991"))) == {"results": []}


def test_municipalities_are_found_by_their_beginning(client, session):
    found = json.loads(text(client.get("/cerca/comuni?q=berga")))["results"]
    assert {"value": "016024", "label": "Bergamo (BG)"} in found
    assert "Bergamo (BG)" in text(client.get("/cerca/comuni?q=berga", headers={"Accept": "text/html"}))
    assert "Nessun comune" in text(client.get("/cerca/comuni?q=zzz", headers={"Accept": "text/html"}))
