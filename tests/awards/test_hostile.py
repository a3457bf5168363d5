"""Hostile input to the awards: the ends of the calendar, codes of another award, characters that no file holds."""

from xml.etree import ElementTree as ET

import pytest

from portal.awards import service
from portal.kernel.clock import utcnow
from tests.accounts_help import post, sign_in
from tests.factories.accounts import MembershipFactory, UserFactory, staff
from tests.factories.awards import granted
from tests.factories.calls import make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE

FAR = ("01/01/0001", "31/12/9999", "29/02/0004")


@pytest.fixture
def firm(session):
    return CompanyFactory()


@pytest.fixture
def case(session, firm):
    return granted(make_call(session), firm)


@pytest.mark.parametrize("day", FAR)
def test_the_ledger_is_shown_on_any_day_there_is(session, client, firm, day):
    person = UserFactory()
    MembershipFactory(user=person, company=firm)
    sign_in(client, person)

    assert client.get(f"/area/aiuti?al={day}").status_code == 200
    answer = post(client, "/area/aiuti/nuovo", recipient="own", body="Regione", granted_on=day, eur="1,00")
    assert answer.status_code in {303, 422}
    assert client.get("/area/aiuti").status_code == 200


@pytest.mark.parametrize("name", ["cor_on", "covar_on", "cor_confirmed_on"])
@pytest.mark.parametrize("day", FAR)
def test_codes_of_an_impossible_day_break_no_page(session, client, case, name, day):
    sign_in(client, staff())
    codes = {"cor": "123", "cor_on": "01/02/2026", "covar": "9", "covar_on": "01/02/2026"} | {name: day}

    answer = post(client, f"/ufficio/concessioni/{case.id}/codici", **codes)

    assert answer.status_code in {303, 422}
    assert client.get(f"/ufficio/concessioni/{case.id}").status_code == 200
    assert client.get("/ufficio/concessioni").status_code == 200


def test_a_cor_that_another_award_has_is_refused_beside_its_field(session, client, case):
    other = granted(make_call(session, "INTERNAZIONALIZZAZIONE-2021"), CompanyFactory())
    sign_in(client, staff())
    for one, status in ((case, 303), (other, 422)):
        answer = post(client, f"/ufficio/concessioni/{one.id}/codici", cor="7777", cor_on="01/02/2026")
        assert answer.status_code == status
    assert 'value="7777"' in answer.text


def test_a_batch_is_xml_whatever_a_name_holds(session, client, firm, case):
    firm.legal_name = "Officine\x01 <&> \x0b\ufffe\u202e S.r.l."
    session.flush()
    batch = service.make_batch(session, case.call_id, by=OFFICE, now=utcnow())
    sign_in(client, staff())

    answer = client.get(f"/ufficio/concessioni/registro/{batch.id}.xml")

    assert ET.fromstring(answer.data).findtext("aiuto/denominazione") is not None
    for kind in ("csv", "xlsx"):
        assert client.get(f"/ufficio/concessioni/registro/{batch.id}.{kind}").status_code == 200


def test_numbers_and_words_beyond_every_bound_are_refused(session, client, case):
    sign_in(client, staff())
    at = f"/ufficio/concessioni/{case.id}"
    for form, fields in (
        ("decadenza", {"reason": "x" * 2001}),
        ("decadenza", {"reason": "Motivo di prova.", "provided_eur": "9" * 15}),
        ("decadenza", {"reason": "Motivo di prova.", "provided_eur": "NaN"}),
        ("decadenza", {"reason": "Motivo di prova.", "provided_eur": "1", "recover_eur": "1e9"}),
        ("revoca", {"reason": "Motivo di prova.", "act_number": "A", "act_on": "31/02/2026"}),
        ("collegamento", {"link": "\u202e-=1+1", "reason": "Motivo di prova."}),
    ):
        assert post(client, f"{at}/{form}", **fields).status_code == 422, (form, fields)
    assert client.get("/ufficio/concessioni?cerca=%00%ED%A0%80&bando=%00&stato=x").status_code in {200, 400}
