"""Who is in conflict with a firm reads nothing of the meetings that it comes to, and does nothing there."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from portal.accounts.rules import StaffRoleName
from portal.kernel.clock import utcnow
from portal.kernel.outbox import Envelope
from portal.matching.queries import events as queries, participants
from portal.matching.service import telling
from portal.notifications import service as notifications
from portal.notifications.models import Message
from tests.accounts_help import csrf, sign_in
from tests.factories.accounts import MembershipFactory, StaffRoleFactory, UserFactory
from tests.factories.agenda import a_market, put
from tests.factories.calls import make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE, admitted
from tests.factories.matching import make_event

PAGES = (
    "", "/agenda", "/proposte", "/elenchi", "/cifre", "/modifica", "/catalogo-it.pdf", "/pacchetto.pdf",
    "/elenchi/porta.xlsx", "/buyer/nuovo",
)  # fmt: skip


@pytest.fixture
def market(session):
    return a_market(make_call(session), firms=2, buyers=2)


def in_conflict(client, company):
    """An officer of events who acted for the firm once."""
    person = UserFactory(email="persona@gmail.com")
    StaffRoleFactory(user=person, role=StaffRoleName.EVENTS)
    MembershipFactory(user=person, company=company, revoked_at=utcnow())
    return sign_in(client, person)


def test_an_event_to_which_the_firm_comes_is_for_others(session, client, market):
    event, firms, buyers, _meetings = market
    firm = participants.find(session, firms[0].id)
    name, here = firm.company.legal_name, f"/ufficio/incontri/{event.slug}"
    people = [f"/partecipanti/{one.id}" for one in (firms[0], buyers[0])]
    client = in_conflict(client, firm.company)
    for tail in (*PAGES, *people):
        answer = client.get(here + tail)
        assert (answer.status_code, "devi astenerti" in unescape(answer.text)) == (403, True), tail
        assert name not in unescape(answer.text)
    token = csrf(client, "/profilo")
    for tail in ("/proposte", "/agenda/pubblica", "/imprese", f"{people[1]}/ritira"):
        assert client.post(here + tail, data={"csrf_token": token, "reason": "prova"}).status_code == 403, tail


def test_the_list_of_events_counts_without_the_firm(session, client, market):
    event, firms, _buyers, _meetings = market
    company = participants.find(session, firms[0].id).company
    page = unescape(in_conflict(client, company).get("/ufficio/incontri").text)
    row = page[page.index(event.title_it) :]
    assert re.findall(r'<td class="num">(\d+)</td>', row)[:2] == ["1", "2"]


def test_who_is_tied_to_nobody_there_works_on(session, client, market):
    event, _firms, _buyers, _meetings = market
    client = in_conflict(client, CompanyFactory())
    assert client.get(f"/ufficio/incontri/{event.slug}").status_code == 200


def test_nobody_is_invited_in_the_absence_of_a_firm_that_applied(session, client):
    call = make_call(session)
    company = CompanyFactory()
    admitted(call, company=company)
    event = make_event(call)
    client = in_conflict(client, company)
    assert client.get(f"/ufficio/incontri/{event.slug}").status_code == 200
    token = csrf(client, f"/ufficio/incontri/{event.slug}")
    assert client.post(f"/ufficio/incontri/{event.slug}/imprese", data={"csrf_token": token}).status_code == 403


def test_letters_and_audit_of_the_meetings_are_for_others(session, client, market):
    event, firms, _buyers, meetings = market
    put(meetings[0], queries.slots(session, event.id)[0], queries.tables(session, event.id)[0])
    telling.publish(session, event.id, reason="", by=OFFICE, now=utcnow())
    company = participants.find(session, firms[0].id).company
    MembershipFactory(company=company)
    for told in session.scalars(select(Envelope).where(Envelope.name == "matching.agenda_told")).all():
        notifications.tell(session, told.name, told.payload, occurrence=str(told.id), now=utcnow())
    sent = [str(one) for one in session.scalars(select(Message.id))]
    assert len(sent) == 2
    person = UserFactory(email="persona@gmail.com", admin=True)
    MembershipFactory(user=person, company=company, revoked_at=utcnow())
    sign_in(client, person)
    assert [client.get(f"/ufficio/messaggi/{one}").status_code for one in sent] == [404, 404]
    assert str(event.id) not in client.get("/ufficio/registro").text
    sign_in(client, UserFactory(email="altra@gmail.com", admin=True))
    assert [client.get(f"/ufficio/messaggi/{one}").status_code for one in sent] == [200, 200]
    assert str(event.id) in client.get("/ufficio/registro").text
