"""Access to acts from the request to the download, as each party lives it."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access import queries, rules, service
from portal.access.models import Handout
from portal.access.rules import State
from portal.audit.queries import story
from portal.documents import service as documents
from portal.kernel.clock import db_now, utcnow
from portal.kernel.errors import NotFound
from portal.kernel.outbox import Envelope
from portal.notifications import service as notifications
from portal.notifications.models import Message
from tests.accounts_help import csrf, post, sign_in
from tests.counting import statements
from tests.documents.papers import pdf
from tests.factories.accounts import MembershipFactory, UserFactory, staff
from tests.factories.calls import around, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE, admitted

WANTED = "Le schede di valutazione e il progetto presentato."
INTEREST = "Siamo il primo dei non finanziati e valutiamo un ricorso."
WHY = "L'interesse difensivo prevale sulla riservatezza invocata."


@pytest.fixture
def call(session):
    return make_call(session, window=around(utcnow() - timedelta(days=30)))


@pytest.fixture
def mine(session, call):
    return admitted(call, company=CompanyFactory(legal_name="Chiede S.r.l."))


@pytest.fixture
def theirs(session, call):
    return admitted(call, company=CompanyFactory(legal_name="Interessata S.p.A."))


def owner_of(application, **more):
    user = UserFactory(**more)
    MembershipFactory(user=user, company_id=application.company_id)
    return user


def ask(session, application, *, protocol="", wanted=WANTED):
    return service.ask(session, application, protocol=protocol, wanted=wanted, interest=INTEREST, by="a@x.example")


def over_in(session, request, days, **more):
    """The request with the end of its term so many days from now."""
    request.due_at = utcnow() + timedelta(days=days)
    for name, value in more.items():
        setattr(request, name, value)
    session.flush()


def hand(session, request):
    file = documents.store(session, io.BytesIO(pdf()), name="scheda.pdf", by=OFFICE, now=utcnow())
    return service.add_handout(session, request.id, file, by=OFFICE, now=utcnow())


def fetch(client, address):
    with client.get(address) as answer:
        return answer, answer.data


def told(session, event, request):
    notifications.tell(session, event, {"request_id": str(request.id)}, occurrence="1", now=utcnow())
    return {row.recipient: row for row in session.scalars(select(Message).where(Message.event == event))}


def test_a_firm_asks_is_granted_and_every_step_stands_in_the_audit(session, mine, theirs):
    request = ask(session, mine, protocol=theirs.protocol.lower())
    service.notify(session, request.id, by=OFFICE)
    service.answer(session, request.id, objects=True, text=WHY, by="b@x.example")
    handout = hand(session, request)
    service.decide(session, request.id, State.PARTLY, reason=WHY, by=OFFICE)
    service.downloaded(session, handout, by="a@x.example", now=utcnow())

    assert (request.state, request.target_id, request.objects) == (State.PARTLY, theirs.id, True)
    assert [entry.action for entry in story(session, request.id)] == [
        "access.asked",
        "access.notified",
        "access.answered",
        "access.document_added",
        "access.decided",
        "access.downloaded",
    ]
    emitted = session.scalars(select(Envelope.name).where(Envelope.name.startswith("access."))).all()
    assert emitted == ["access.asked", "access.notified", "access.answered", "access.decided"]


def test_who_did_not_apply_does_not_ask(session, call, mine):
    mine.submitted_at = None
    with pytest.raises(rules.NotInTheProcedure):
        service.ask(session, mine, wanted=WANTED, interest=INTEREST, by="a@x.example")
    session.expire(mine)
    with pytest.raises(rules.UnknownProtocol):
        ask(session, mine, protocol="PE-2025-9999999")


def test_what_is_not_there_is_not_found(session, mine):
    request = ask(session, mine)
    with pytest.raises(NotFound):
        service.notify(session, mine.id, by=OFFICE)
    with pytest.raises(NotFound):
        service.remove_handout(session, request.id, mine.id, by=OFFICE, now=utcnow())


def test_documents_change_only_before_the_decision(session, mine):
    request = ask(session, mine)
    first, second = hand(session, request), hand(session, request)
    service.remove_handout(session, request.id, first.id, by=OFFICE, now=utcnow())
    session.flush()
    service.decide(session, request.id, State.GRANTED, reason=WHY, by=OFFICE)

    assert [one.id for one in queries.handouts(session, request.id)] == [second.id]
    with pytest.raises(rules.AlreadyDecided):
        hand(session, request)
    with pytest.raises(rules.AlreadyDecided):
        service.remove_handout(session, request.id, second.id, by=OFFICE, now=utcnow())


def test_what_was_deferred_is_decided_again_and_told_again(session, mine):
    request = ask(session, mine)
    until = utcnow() + timedelta(days=5)
    service.decide(session, request.id, State.DEFERRED, reason=WHY, until=until, by=OFFICE)
    assert request.deferred_until == until
    service.decide(session, request.id, State.REFUSED, reason=WHY, by=OFFICE)

    assert (request.state, request.deferred_until) == (State.REFUSED, None)


def test_each_is_told_what_concerns_it_in_its_language(session, call, mine, theirs):
    asker, other = owner_of(mine, language="en"), owner_of(theirs)
    manager = staff(call_id=call.id)
    request = ask(session, mine, protocol=theirs.protocol)
    service.notify(session, request.id, by=OFFICE)

    office = told(session, "access.asked", request)
    concerned = told(session, "access.notified", request)
    service.answer(session, request.id, objects=False, text="", by=other.email)
    answered = told(session, "access.answered", request)
    service.decide(session, request.id, State.REFUSED, reason=WHY, by=OFFICE)
    decided = told(session, "access.decided", request)

    assert [set(rows) for rows in (office, concerned, answered, decided)] == [
        {manager.email},
        {other.email},
        {manager.email},
        {asker.email, other.email},
    ]
    assert "puoi opporti entro dieci giorni" in concerned[other.email].text
    assert "Outcome: Refused" in decided[asker.email].text
    assert f"/area/accesso-atti/{request.id}" in decided[asker.email].text
    assert "richiesta di accesso agli atti della tua domanda" in decided[other.email].text
    assert "Esito: Respinta" in decided[other.email].text


def test_pressing_twice_asks_once_until_it_is_decided(session, mine, theirs):
    first = ask(session, mine, protocol=theirs.protocol)
    again = ask(session, mine, protocol=f" {theirs.protocol.lower()} ")
    own, other = ask(session, mine), ask(session, mine, protocol=theirs.protocol, wanted="Il verbale della riunione.")
    service.decide(session, first.id, State.REFUSED, reason=WHY, by=OFFICE)
    anew = ask(session, mine, protocol=theirs.protocol)

    assert again.id == first.id
    assert len({first.id, own.id, other.id, anew.id}) == 4
    emitted = session.scalars(select(Envelope.name).where(Envelope.name == "access.asked")).all()
    assert len(emitted) == 4


def test_the_page_sent_twice_leads_to_one_request(session, client, mine):
    sign_in(client, owner_of(mine))
    home = f"/area/domande/{mine.id}/accesso-atti"
    sent = {"csrf_token": csrf(client, home), "protocol": "", "wanted": WANTED, "interest": INTEREST}

    first, second = client.post(home, data=sent), client.post(home, data=sent)

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location


def test_whether_the_firm_may_still_object_is_the_database_s_to_say(session, mine, theirs):
    request = ask(session, mine, protocol=theirs.protocol)
    service.notify(session, request.id, by=OFFICE)
    hand(session, request)
    with pytest.raises(rules.NotYet):
        service.decide(session, request.id, State.GRANTED, reason=WHY, by=OFFICE)
    request.objections_until = db_now(session)

    with pytest.raises(rules.TooLateToObject):
        service.answer(session, request.id, objects=True, text=WHY, by="b@x.example")
    service.decide(session, request.id, State.GRANTED, reason=WHY, by=OFFICE)

    assert request.decided_at > request.objections_until


def test_staff_are_reminded_once_of_a_term_that_is_near(session, call, mine, theirs):
    manager = staff(call_id=call.id)
    far, near, done = (ask(session, mine, wanted=f"Il documento numero {number} del fascicolo.") for number in range(3))
    over_in(session, far, 6)
    over_in(session, near, 4)
    over_in(session, done, 4)
    service.decide(session, done.id, State.REFUSED, reason=WHY, by=OFFICE)

    assert (service.remind(session, now=utcnow()), service.remind(session, now=utcnow())) == (1, 0)

    emitted = session.scalars(select(Envelope.payload).where(Envelope.name == "access.decision_due")).all()
    assert emitted == [{"request_id": str(near.id)}]
    letters = told(session, "access.decision_due", near)
    assert set(letters) == {manager.email}
    assert "il silenzio vale rifiuto" in letters[manager.email].text


def test_what_was_deferred_is_reminded_of_when_its_day_comes(session, call, mine):
    manager = staff(call_id=call.id)
    request = ask(session, mine)
    over_in(session, request, 1)
    assert service.remind(session, now=utcnow()) == 1
    until = utcnow() + timedelta(days=20)
    service.decide(session, request.id, State.DEFERRED, reason=WHY, until=until, by=OFFICE)

    assert service.remind(session, now=utcnow()) == 0
    assert service.remind(session, now=until - timedelta(days=4)) == 1
    notifications.tell(
        session, "access.decision_due", {"request_id": str(request.id)}, occurrence="2", now=until - timedelta(days=4)
    )
    [letter] = session.scalars(select(Message).where(Message.recipient == manager.email)).all()
    assert "va decisa di nuovo" in letter.text


def test_who_may_not_submit_neither_asks_nor_answers(session, client, call, mine, theirs):
    clerk, other = UserFactory(), UserFactory()
    MembershipFactory(user=clerk, company_id=mine.company_id, delegate=True, may_submit=False)
    MembershipFactory(user=other, company_id=theirs.company_id, delegate=True, may_submit=False)
    home = f"/area/domande/{mine.id}/accesso-atti"
    request = ask(session, mine, protocol=theirs.protocol)
    service.notify(session, request.id, by=OFFICE)
    session.commit()

    sign_in(client, clerk)
    page = client.get(home).text
    refused = client.post(
        home, data={"csrf_token": csrf(client, "/area/domande"), "wanted": WANTED, "interest": INTEREST}
    )
    sign_in(client, other)
    seen = client.get(f"/area/accesso-atti/{request.id}").text
    mute = client.post(
        f"/area/accesso-atti/{request.id}/risposta",
        data={"csrf_token": csrf(client, "/area/domande"), "objects": "no", "text": ""},
    )

    assert "La tua delega non comprende l'invio" in page
    assert "Invia la richiesta" not in page
    assert "Invia la risposta" not in seen
    assert (refused.status_code, mute.status_code, request.objects) == (404, 404, None)


def test_the_firm_concerned_reads_the_decision(session, client, mine, theirs):
    request = ask(session, mine, protocol=theirs.protocol)
    service.notify(session, request.id, by=OFFICE)
    service.answer(session, request.id, objects=True, text=WHY, by="b@x.example")
    hand(session, request)
    service.decide(session, request.id, State.PARTLY, reason="Accolta, con le parti tecniche oscurate.", by=OFFICE)
    sign_in(client, owner_of(theirs))

    page = client.get(f"/area/accesso-atti/{request.id}").text

    assert "Decisione: Accolta in parte" in page
    assert "Accolta, con le parti tecniche oscurate." in page
    assert "Documenti consegnati" not in page


def test_the_pages_take_a_request_to_its_documents(session, client, call, mine, theirs):
    asker, other, manager = owner_of(mine), owner_of(theirs), staff(call_id=call.id)
    home = f"/area/domande/{mine.id}/accesso-atti"

    sign_in(client, asker)
    bad = post(client, home, protocol="", wanted="boh", interest=INTEREST)
    made = post(client, home, protocol=theirs.protocol, wanted=WANTED, interest=INTEREST)
    page = made.location
    request_id = page.rsplit("/", 1)[1]
    office = f"/ufficio/accesso-atti/{request_id}"
    before = client.get(page).text

    sign_in(client, other)
    hidden = client.get(page).status_code

    sign_in(client, manager)
    early = post(client, f"{office}/decisione", form_on=office, decision="granted", reason=WHY)
    told_ = post(client, f"{office}/avviso", form_on=office)
    twice = client.post(f"{office}/avviso", data={"csrf_token": csrf(client, office)})

    sign_in(client, other)
    mute = post(client, f"{page}/risposta", form_on=page, objects="yes", text="")
    objected = post(client, f"{page}/risposta", form_on=page, objects="yes", text=WHY)
    seen = client.get(page).text

    sign_in(client, manager)
    nothing = post(client, f"{office}/documenti", form_on=office)
    upload = {"csrf_token": csrf(client, office), "file": (io.BytesIO(pdf()), "oscurata.pdf")}
    added = client.post(f"{office}/documenti", data=upload)
    wrong = post(client, f"{office}/decisione", form_on=office, decision="deferred", reason=WHY, until="")
    done = post(client, f"{office}/decisione", form_on=office, decision="partly", reason=WHY)
    handout = session.scalars(select(Handout)).one()
    checked, _ = fetch(client, f"{office}/documenti/{handout.id}")

    sign_in(client, asker)
    taken, content = fetch(client, f"{page}/documenti/{handout.id}")
    after = client.get(page).text
    sign_in(client, other)
    not_theirs = client.get(f"{page}/documenti/{handout.id}")

    codes = [one.status_code for one in (bad, made, early, told_, twice, mute, objected)]
    assert codes == [422, 303, 422, 303, 409, 422, 303]
    assert [one.status_code for one in (nothing, added, wrong, done, checked, taken, not_theirs)] == [
        422,
        303,
        422,
        303,
        200,
        200,
        404,
    ]
    assert "Scrivi almeno 20 caratteri." in bad.text
    assert hidden == 404
    assert "Interessata S.p.A." not in before
    assert "Chiede S.r.l." in seen
    assert "Documenti consegnati" in after
    assert content.startswith(b"%PDF")
    downloads = [entry.by for entry in story(session, request_id) if entry.action == "access.downloaded"]
    assert downloads == [manager.email, asker.email]


def test_silence_is_said_to_the_firm_with_its_date(session, client, mine):
    request = ask(session, mine)
    over_in(session, request, -10)
    sign_in(client, owner_of(mine))

    page = client.get(f"/area/accesso-atti/{request.id}").text

    assert "il silenzio vale rifiuto" in page
    sign_in(client, staff())
    assert "I trenta giorni sono passati" in client.get(f"/ufficio/accesso-atti/{request.id}").text


def test_the_register_costs_the_same_with_one_request_and_with_many(session, client, call, mine, theirs):
    counts = []
    sign_in(client, staff())
    for more in (1, 4):
        for number in range(more):
            ask(session, mine, protocol=theirs.protocol, wanted=f"{more}.{number}: il verbale della riunione.")
        session.commit()
        session.expunge_all()
        with statements() as seen:
            page = client.get("/ufficio/accesso-atti").text
        counts.append(len(seen))
        mine = session.merge(mine)

    assert page.count("Interessata S.p.A.") == 5
    assert counts[0] == counts[1]


def test_managers_of_another_call_see_nothing_of_it(session, client, mine):
    request = ask(session, mine)
    other = make_call(session, "INTERNAZIONALIZZAZIONE-2021")
    sign_in(client, staff(call_id=other.id))

    assert client.get(f"/ufficio/accesso-atti/{request.id}").status_code == 404
    assert "Nessuna richiesta" in client.get("/ufficio/accesso-atti?elenco=tutte").text


def test_the_auditor_reads_and_does_not_decide(session, client, mine):
    request = ask(session, mine)
    sign_in(client, UserFactory(auditor=True))

    page = client.get(f"/controllo/accesso-atti/{request.id}")

    assert "Chiede S.r.l." in client.get("/controllo/accesso-atti").text
    assert page.status_code == 200
    assert "Registra la decisione" not in page.text
