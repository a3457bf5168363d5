"""Who is in conflict with a firm reads nothing of the missions that it goes on, and does nothing there."""

import re
from html import unescape

import pytest

from portal.accounts.rules import StaffRoleName
from portal.kernel.clock import utcnow
from portal.missions import service
from tests.accounts_help import csrf, sign_in
from tests.factories.accounts import MembershipFactory, StaffRoleFactory, UserFactory
from tests.factories.calls import make_call
from tests.factories.companies import CompanyFactory
from tests.factories.missions import FIRM, NOW, application, mission, person

PAGES = ("", "/elenchi", "/presenze", "/modifica")


@pytest.fixture
def going(session):
    """A mission, and the firm that goes on it."""
    call, company = make_call(session), CompanyFactory(legal_name="Telai Galli S.p.A.")
    made = mission(call)
    service.admit(session, made.id, application(call, company).id, person(), by=FIRM, now=NOW)
    return made, company


def in_conflict(client, company, email="persona@gmail.com"):
    """An officer of events who acted for the firm once."""
    officer = UserFactory(email=email)
    StaffRoleFactory(user=officer, role=StaffRoleName.EVENTS)
    MembershipFactory(user=officer, company=company, revoked_at=utcnow())
    return sign_in(client, officer)


def test_a_mission_on_which_the_firm_goes_is_for_others(client, going):
    made, company = going
    client = in_conflict(client, company)
    for tail in PAGES:
        answer = client.get(f"/ufficio/missioni/{made.id}{tail}")
        assert (answer.status_code, "devi astenerti" in unescape(answer.text)) == (403, True), tail
        assert company.legal_name not in unescape(answer.text)
    token = csrf(client, "/profilo")
    assert client.post(f"/ufficio/missioni/{made.id}/chiudi", data={"csrf_token": token}).status_code == 403


def test_the_list_of_missions_counts_without_the_firm(client, going):
    _made, company = going
    tied = in_conflict(client, company).get("/ufficio/missioni")
    assert tied.status_code == 200
    whole = in_conflict(client, CompanyFactory(), email="altra@gmail.com").get("/ufficio/missioni")
    row = re.compile(r'<td class="num">([^<]+)</td>')
    assert row.findall(tied.text) != row.findall(whole.text)


def test_who_is_tied_to_nobody_there_works_on(client, going):
    made, _company = going
    client = in_conflict(client, CompanyFactory())
    assert client.get(f"/ufficio/missioni/{made.id}").status_code == 200
