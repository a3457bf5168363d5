"""The office's pages: whose they are, what they cost, what they leave out."""

import io
import re
from datetime import timedelta
from uuid import uuid4

import openpyxl
import pytest

from portal.accounts.rules import StaffRoleName
from portal.applications.rules import Status
from portal.awards import service as awards
from portal.kernel.clock import ROME, utcnow
from portal.office.rules import Funnel, funnel
from tests.accounts_help import sign_in
from tests.counting import statements
from tests.factories.accounts import UserFactory, staff
from tests.factories.awards import act, ranked
from tests.factories.calls import UZBEKISTAN, around, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.eligibility import handed_in, noticed
from tests.factories.evaluation import OFFICE

MOST = 8


@pytest.fixture
def call(session):
    return make_call(session)


@pytest.fixture
def manager(client, session):
    return sign_in(client, staff(StaffRoleName.MANAGER))


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_list_shows_what_was_handed_in_and_no_draft(session, call, manager):
    shown = handed_in(session, call, CompanyFactory(legal_name="Tessitura Uno"))

    text = page(manager, "/ufficio/domande")

    assert shown.protocol in text
    assert "Tessitura Uno" in text


@pytest.mark.parametrize("words", ["tessitura uno", "PE-", "97029770209"])
def test_the_list_is_searched_by_name_vat_and_protocol(session, call, manager, words):
    one = handed_in(session, call, CompanyFactory(legal_name="Tessitura Uno", vat="97029770209"))
    handed_in(session, call, CompanyFactory(legal_name="Caseificio Due"))

    text = page(manager, f"/ufficio/domande?cerca={one.protocol if words == 'PE-' else words}")

    assert "Tessitura Uno" in text
    assert "Caseificio Due" not in text


def test_a_broken_filter_or_key_is_no_error(session, call, manager):
    handed_in(session, call)

    assert manager.get("/ufficio/domande?stato=boh&bando=nessuno&ordina=-niente&dopo=%00x&prima=!!").status_code == 200


@pytest.mark.parametrize("address", ["/ufficio", "/ufficio/domande", "/ufficio/domande?ordina=-impresa"])
def test_more_applications_cost_no_more_statements(session, call, manager, address):
    handed_in(session, call)
    session.commit()
    manager.get(address)
    with statements() as one:
        manager.get(address)
    for _ in range(3):
        handed_in(session, call)
    session.commit()
    with statements() as four:
        manager.get(address)

    assert len(one) == len(four) <= MOST


def test_the_case_page_costs_a_fixed_number_of_statements(session, call, manager):
    case = handed_in(session, call)
    session.commit()
    address = f"/ufficio/domande/{case.id}"
    manager.get(address)

    session.expunge_all()
    with statements() as sent:
        text = page(manager, address)

    assert len(sent) <= MOST
    assert case.sha256 in text


def test_a_manager_of_another_call_finds_nothing(client, session, call):
    case = handed_in(session, call)
    other = make_call(session, "UZBEKISTAN-2025")
    sign_in(client, staff(StaffRoleName.MANAGER, call_id=other.id))

    assert case.protocol not in page(client, "/ufficio/domande")
    assert client.get(f"/ufficio/domande/{case.id}").status_code == 404
    assert client.get(f"/ufficio/domande/{uuid4()}").status_code == 404
    assert case.protocol.encode() not in client.get("/ufficio/domande.csv").data


def test_the_auditor_reads_the_same_under_their_own_address(client, session, call):
    case = handed_in(session, call)
    sign_in(client, UserFactory(is_auditor=True))

    assert case.protocol in page(client, "/controllo/domande")
    assert case.protocol in page(client, f"/controllo/domande/{case.id}")
    assert client.get("/controllo").status_code == 200
    assert "Registro delle operazioni" in page(client, "/controllo/registro")


def test_a_firm_comes_into_no_page_of_the_office(client, session, call):
    case = handed_in(session, call)
    sign_in(client, UserFactory())
    addresses = ("/ufficio", "/ufficio/domande", f"/ufficio/domande/{case.id}", "/ufficio/registro", "/controllo")

    assert {client.get(address).status_code for address in addresses} == {403}


def test_sheets_hold_what_is_shown_and_no_formula(session, call, manager):
    handed_in(session, call, CompanyFactory(legal_name="=HYPERLINK(1)"))
    handed_in(session, call, CompanyFactory(legal_name="Caseificio Due"))

    book = openpyxl.load_workbook(io.BytesIO(manager.get("/ufficio/domande.xlsx?cerca=hyperlink").data))
    rows = list(book.active.iter_rows(min_row=2))

    assert len(rows) == 1
    assert all(cell.data_type != "f" for row in rows for cell in row)


def test_the_funnel_counts_each_application_where_it_has_come():
    counts = {Status.DRAFT: 4, Status.WITHDRAWN: 1, Status.SUBMITTED: 2, Status.ADMITTED: 3, Status.FUNDED: 5}

    later = counts | {Status.FUNDED: 1, Status.AWARDED: 2, Status.ACCEPTED: 1, Status.WAIVED: 1}

    assert funnel(counts) == Funnel(
        drafts=4, submitted=10, in_check=2, admitted=8, not_admitted=0, evaluated=5, funded=5, granted=0
    )
    assert funnel(later) == Funnel(
        drafts=4, submitted=10, in_check=2, admitted=8, not_admitted=0, evaluated=5, funded=4, granted=3
    )


def test_the_desk_counts_what_is_to_grant_to_accept_and_about_to_expire(session, call, manager):
    at = utcnow() - timedelta(days=90)
    _ranking, (waiting, late, _to_grant) = ranked(call, *(CompanyFactory() for _ in range(3)), at=at)
    for one, when in ((waiting, utcnow()), (late, at + timedelta(days=1))):
        awards.award(session, one.id, *act(when.astimezone(ROME).date()), by=OFFICE, now=when)
    session.commit()

    desk = page(manager, "/ufficio")

    jobs = {words: int(number) for number, words in re.findall(r'job__count">(\d+)</strong> <span>([^<]+)<', desk)}
    assert jobs == {
        "concessioni da accettare entro tre giorni, o scadute": 1,
        "domande finanziate, da concedere": 1,
        "concessioni che attendono la risposta dell&#39;impresa": 2,
    }
    assert f"/ufficio/concessioni?bando={call.slug}&amp;stato=awarded" in desk
    assert f"/ufficio/bandi/{call.slug}/graduatorie" in desk


def test_the_auditor_reaches_rankings_and_grants_from_the_menu_and_the_desk(session, client, call):
    sign_in(client, UserFactory(auditor=True))

    desk = client.get("/controllo").text

    for address in (f"/controllo/bandi/{call.slug}/graduatorie", f"/controllo/concessioni?bando={call.slug}"):
        assert f'href="{address}"' in desk
        assert client.get(address).status_code == 200
    assert 'href="/controllo/concessioni"' in desk


@pytest.fixture
def late(session):
    """A call closed eighty-five days ago: five days of ninety are left."""
    at = utcnow() - timedelta(days=92)
    return make_call(session, window=around(at), at=at)


def test_cases_at_risk_come_first_on_the_desk_and_in_the_list(session, late, manager):
    old = handed_in(session, late, CompanyFactory(legal_name="Tessitura Uno"))
    new = handed_in(session, make_call(session, UZBEKISTAN), CompanyFactory(legal_name="Caseificio Due"))
    session.commit()

    desk = page(manager, "/ufficio")
    risky = page(manager, "/ufficio/domande?rischio=1")
    by_term = page(manager, "/ufficio/domande?ordina=termine")

    assert "domande a rischio di superare il termine" in desk
    assert (old.protocol in risky, new.protocol in risky) == (True, False)
    assert by_term.index(old.protocol) < by_term.index(new.protocol)


@pytest.mark.parametrize("address", ["/ufficio", "/ufficio/domande?rischio=1", "/ufficio/domande?ordina=-termine"])
def test_clocks_of_many_cases_cost_what_those_of_one_do(session, late, manager, address):
    handed_in(session, late)
    session.commit()
    manager.get(address)
    with statements() as one:
        manager.get(address)
    for _ in range(3):
        noticed(session, handed_in(session, late, status=Status.ELIGIBILITY_CHECK), is_over=False)
    session.commit()
    with statements() as four:
        manager.get(address)

    assert len(one) == len(four)


def test_the_terms_are_paged_by_key(session, late, manager):
    for number in range(30):
        handed_in(session, late, CompanyFactory(legal_name=f"Ditta {number:02}"))
    session.commit()

    first = page(manager, "/ufficio/domande?rischio=1")
    onward = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = page(manager, onward)

    seen = [re.findall(r"PE-2026-\d+", text) for text in (first, second)]
    assert [len(set(one)) for one in seen] == [25, 5]
