"""Who is in conflict with a firm reads of it by no side door: batches, messages, mail, the audit, what is kept."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.access import service as access
from portal.applications.models import Application
from portal.audit.service import record
from portal.awards import service as awards
from portal.awards.models import AidDenial, AidLink, RegisterBatch
from portal.kernel.clock import utcnow
from portal.notifications import service as notifications
from portal.notifications.models import Message
from portal.ranking import queries as rankings
from tests.accounts_help import csrf, post, sign_in
from tests.factories.accounts import MembershipFactory, StaffRoleFactory, UserFactory, staff
from tests.factories.awards import act, granted, ranked
from tests.factories.calls import around, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE, admitted

TIED, OTHER = "Cugini Legati S.r.l.", "Estranea S.p.A."
SUBSIDIARY = "01234567897"
WHO = "persona@legati.example"
SAID = {
    "wanted": "Le schede di valutazione e il progetto presentato.",
    "interest": "Siamo il primo dei non finanziati e valutiamo un ricorso.",
}
DENIED = "Non risulta dalla visura camerale."


@pytest.fixture
def call(session):
    return make_call(session, window=around(utcnow() - timedelta(days=30)))


@pytest.fixture
def tied(session):
    return CompanyFactory(legal_name=TIED)


@pytest.fixture
def other(session):
    return CompanyFactory(legal_name=OTHER)


def in_conflict(company, **more):
    """Somebody of the office who acted for the firm once; at a domain of their own, which ties nobody else to it."""
    person = UserFactory(email=f"{uuid4().hex[:8]}@gmail.com", **more)
    if not more:
        StaffRoleFactory(user=person)
    MembershipFactory(user=person, company=company, revoked_at=utcnow())
    return person


def ask(session, asking, about=None):
    number = about.protocol if about else ""
    return access.ask(session, asking, protocol=number, **SAID, by=WHO)


def link(session, application, vat):
    session.add(AidLink(stated_by=vat, other=SUBSIDIARY, name="Controllata", application_id=application.id))
    session.flush()


@pytest.mark.parametrize("kind", ["csv", "xlsx", "xml"])
def test_a_batch_in_which_the_firm_stands_is_not_there(session, client, call, tied, other, kind):
    elsewhere = make_call(session, "INTERNAZIONALIZZAZIONE-2021", window=around(utcnow() - timedelta(days=30)))
    granted(call, tied)
    granted(elsewhere, other)
    theirs, another = (awards.make_batch(session, one.id, by=OFFICE, now=utcnow()) for one in (call, elsewhere))
    sign_in(client, in_conflict(tied))

    assert client.get(f"/ufficio/concessioni/registro/{theirs.id}.{kind}").status_code == 404
    assert client.get(f"/ufficio/concessioni/registro/{another.id}.{kind}").status_code == 200


def test_the_list_of_batches_says_the_same_whether_the_firm_stands_in_one_or_not(session, client, call, tied, other):
    """Neither a count nor a hash tells of it: batches of a call to which the firm applied are not listed."""
    elsewhere = make_call(session, "INTERNAZIONALIZZAZIONE-2021", window=around(utcnow() - timedelta(days=30)))
    granted(call, other)
    admitted(call, company=tied)
    granted(elsewhere, other)
    without, another = (awards.make_batch(session, one.id, by=OFFICE, now=utcnow()) for one in (call, elsewhere))
    sign_in(client, in_conflict(tied))

    page = client.get("/ufficio/concessioni/registro").text

    assert without.sha256[:16] not in page
    assert another.sha256[:16] in page
    assert client.get(f"/ufficio/concessioni/registro/{without.id}.csv").status_code == 404
    sign_in(client, staff())
    assert without.sha256[:16] in client.get("/ufficio/concessioni/registro").text


def test_who_is_tied_makes_the_next_batch_of_another_call(session, client, call, tied, other):
    elsewhere = make_call(session, "INTERNAZIONALIZZAZIONE-2021", window=around(utcnow() - timedelta(days=30)))
    granted(call, tied)
    granted(elsewhere, other)
    first = awards.make_batch(session, call.id, by=OFFICE, now=utcnow())
    sign_in(client, in_conflict(tied))

    assert post(client, "/ufficio/concessioni/registro", call=str(elsewhere.id)).status_code == 303

    numbers = session.scalars(select(RegisterBatch.number).order_by(RegisterBatch.number)).all()
    assert numbers == [first.number, first.number + 1]


def test_no_batch_is_made_that_leaves_the_firm_out(session, client, call, tied, other):
    _ranking, applications = ranked(call, tied, other)
    for one in applications:
        awards.award(session, one.id, *act(), by=OFFICE, now=utcnow())
    sign_in(client, in_conflict(tied))

    for said in (str(call.id), str(call.id).upper(), f"{{{call.id}}}", call.id.hex):
        answer = post(client, "/ufficio/concessioni/registro", call=said)
        assert answer.status_code == 403
    assert session.scalars(select(RegisterBatch)).all() == []


def test_no_link_of_the_firm_is_denied_by_way_of_another_case(session, client, call, tied, other):
    granted(call, other)
    theirs = admitted(make_call(session, "INTERNAZIONALIZZAZIONE-2021"), company=tied)
    link(session, theirs, tied.vat)
    case = session.scalars(select(Application).where(Application.company_id == other.id)).one()
    sign_in(client, in_conflict(tied))

    answer = post(
        client, f"/ufficio/concessioni/{case.id}/collegamento", link=f"{tied.vat}-{SUBSIDIARY}", reason=DENIED
    )

    assert answer.status_code == 422
    assert session.scalars(select(AidDenial)).all() == []


@pytest.mark.parametrize("base", ["/ufficio", "/controllo"])
def test_requests_of_access_are_hidden_whichever_side_the_firm_is_on(session, client, call, tied, other, base):
    mine, theirs = admitted(call, company=tied), admitted(call, company=other)
    asked = [ask(session, mine, theirs), ask(session, theirs, mine), ask(session, mine)]
    seen = ask(session, theirs)
    sign_in(client, in_conflict(tied))

    page = client.get(f"{base}/accesso-atti?elenco=tutte").text

    assert TIED not in page
    assert mine.protocol not in page
    assert page.count(OTHER) == 1
    token = csrf(client, f"/ufficio/accesso-atti/{seen.id}")
    for one in asked:
        assert client.get(f"{base}/accesso-atti/{one.id}").status_code == 404
        for verb in ("avviso", "documenti", "decisione"):
            refused = client.post(f"/ufficio/accesso-atti/{one.id}/{verb}", data={"csrf_token": token})
            assert refused.status_code == 404


def test_two_people_in_conflict_with_two_firms_miss_each_their_own(session, client, call, tied, other):
    mine, theirs = admitted(call, company=tied), admitted(call, company=other)
    ask(session, mine)
    ask(session, theirs)
    for company, hidden, shown in ((tied, TIED, OTHER), (other, OTHER, TIED)):
        sign_in(client, in_conflict(company))
        page = client.get("/ufficio/accesso-atti?elenco=tutte").text
        assert (hidden in page, shown in page) == (False, True)


def test_messages_about_what_hangs_on_the_firm_are_hidden(session, client, call, tied):
    staff()
    asked = ask(session, admitted(call, company=tied))
    owner = MembershipFactory(company=tied, user=UserFactory(email=WHO))
    for event, payload in (
        ("access.asked", {"request_id": str(asked.id)}),
        ("accounts.mandate_given", {"membership_id": str(owner.id)}),
    ):
        notifications.tell(session, event, payload, occurrence="1", now=utcnow())
    sent = session.scalars(select(Message)).all()
    assert len(sent) == 2
    sign_in(client, in_conflict(tied, admin=True))

    page = client.get("/ufficio/messaggi").text

    for one in sent:
        assert str(one.id) not in page
        assert client.get(f"/ufficio/messaggi/{one.id}").status_code == 404


def test_the_audit_says_nothing_of_the_firm(session, client, call, tied):
    mine = admitted(call, company=tied)
    ask(session, mine)
    about = {"subject_type": "company", "subject_id": tied.id}
    record(session, "companies.updated", **about, by=WHO, at=utcnow(), detail={"what": "figures"})
    link(session, mine, tied.vat)
    awards.deny_link(session, SUBSIDIARY, tied.vat, of=tied.vat, reason=DENIED, by=WHO, now=utcnow())
    sign_in(client, in_conflict(tied, auditor=True))

    page = client.get("/controllo/registro").text

    assert WHO not in page
    assert tied.vat not in page
    sign_in(client, UserFactory(auditor=True))
    assert client.get("/controllo/registro").text.count(f"<td>{WHO}</td>") == 3


def test_what_a_process_remembers_of_a_ranking_is_whole_whoever_asks_first(session, client, call, tied, other):
    ranking, _applications = ranked(call, other, tied)
    sign_in(client, in_conflict(tied))

    client.get(f"/ufficio/bandi/{call.slug}/scorrimento")

    assert sum(rankings.counts(session, ranking.id).by_outcome.values()) == 2
    last = rankings.last_funded(session, ranking.id)
    assert last is not None
    assert last.position == 2


def test_who_is_in_conflict_is_written_nothing_about_the_firm(session, call, tied, other):
    fair, biased = staff(), in_conflict(tied)
    mine, theirs = granted(call, tied), admitted(call, company=other)
    asked = [str(ask(session, *pair).id) for pair in ((mine,), (theirs, mine), (mine, theirs))]
    awards.waive(session, mine.id, reason="Non abbiamo più il personale.", by=WHO, now=utcnow())
    events = [("access.asked", {"request_id": one}) for one in asked]
    events += [(name, {"application_id": str(mine.id)}) for name in ("awards.ended", "awards.aid_overflowed")]
    for number, (event, payload) in enumerate(events):
        notifications.tell(session, event, payload, occurrence=str(number), now=utcnow())

    told = session.scalars(select(Message.recipient)).all()

    assert told.count(fair.email) == len(events)
    assert biased.email not in told
