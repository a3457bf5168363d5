"""The grid: what it shows, what it lets staff do, what it says when it can't."""

import re
from html import unescape

import pytest
from sqlalchemy import event as sqlalchemy_event

from portal.accounts.rules import StaffRoleName
from portal.matching.queries import agenda, events, participants
from portal.matching.rules.states import MeetingState, ParticipantState
from tests.accounts_help import sign_in
from tests.factories.accounts import StaffRoleFactory, UserFactory
from tests.factories.agenda import a_market, propose, put, solved
from tests.factories.calls import make_call
from tests.factories.matching import buyer_at, firm_at


@pytest.fixture
def market(session):
    return a_market(make_call(session), firms=2, buyers=2)


@pytest.fixture
def staff(client, session):
    user = UserFactory(email="eventi@unioncamere.example")
    StaffRoleFactory(user=user, role=StaffRoleName.EVENTS)
    return sign_in(client, user)


def page(client, event, query=""):
    answer = client.get(f"/ufficio/incontri/{event.slug}/agenda{query}")
    assert answer.status_code == 200
    return unescape(answer.text)


def post(client, event, verb, **fields):
    token = re.search(r'name="csrf_token" value="([^"]+)"', page(client, event))[1]
    return client.post(f"/ufficio/incontri/{event.slug}/agenda/{verb}", data={"csrf_token": token, **fields})


@pytest.fixture
def placed(session, market):
    event, *_ = market
    slots, tables = events.slots(session, event.id), events.tables(session, event.id)
    meeting = put(market[3][0], slots[0], tables[0])
    session.commit()
    return event, meeting, slots, tables


def test_a_meeting_is_moved_by_links_and_buttons_alone(session, staff, placed):
    event, meeting, slots, tables = placed
    text = page(staff, event, f"?incontro={meeting.id}")
    assert f'value="{slots[3].id}:{tables[2].id}"' in text
    assert "pause =" in text
    to = {"meeting": meeting.id, "revision": meeting.revision, "cell": f"{slots[3].id}:{tables[2].id}"}
    assert post(staff, event, "sposta", **to).status_code == 303
    session.expire_all()
    assert (meeting.slot_id, meeting.table_id) == (slots[3].id, tables[2].id)
    late = post(staff, event, "sposta", **{**to, "cell": f"{slots[4].id}:{tables[2].id}"})
    assert late.status_code == 409
    assert "un collega ha cambiato questo incontro" in late.text
    session.expire_all()
    assert meeting.slot_id == slots[3].id


def test_a_script_gets_the_same_prices(staff, market, placed):
    event, meeting, slots, tables = placed
    got = staff.get(f"/ufficio/incontri/{event.slug}/agenda/prezzi/{meeting.id}").json["cells"]
    assert len(got) == len(slots) * len(tables)
    assert {one["why"] for one in got} == {""}
    other = staff.get(f"/ufficio/incontri/{event.slug}/agenda/prezzi/{market[3][1].id}").json["cells"]
    first = {one["table"]: one["why"] for one in other if one["slot"] == str(slots[0].id)}
    assert first[str(tables[1].id)] == "uno dei due ha già un incontro in quel turno"


def test_locking_calling_off_and_absence(session, staff, market, placed):
    event, meeting, *_ = placed
    fields = {"meeting": meeting.id, "revision": meeting.revision, "locked": "si"}
    assert post(staff, event, "blocca", **fields).status_code == 303
    session.expire_all()
    assert meeting.is_locked is True
    empty = post(staff, event, "annulla", meeting=meeting.id, reason="")
    assert (empty.status_code, "Scrivi il motivo" in empty.text) == (422, True)
    assert post(staff, event, "annulla", meeting=meeting.id, reason="Volo cancellato").status_code == 303
    firm = market[1][1]
    assert post(staff, event, "assente", participant=firm.id, reason="Malattia").status_code == 303
    session.expire_all()
    assert (meeting.state, firm.state) == (MeetingState.CANCELLED, ParticipantState.LEFT)
    assert post(staff, event, "esito", mark=f"{market[3][1].id}:si").status_code == 422


def test_asking_stopping_and_publishing(session, staff, market):
    event, *_ = market
    session.commit()
    assert post(staff, event, "ferma").status_code == 422
    assert post(staff, event, "calcola", purpose="best", seconds="x").status_code == 303
    text = page(staff, event)
    assert "In attesa del programma che calcola" in text
    assert 'hx-trigger="every 2s"' in text
    assert post(staff, event, "calcola", purpose="repair", seconds="5").status_code == 422
    assert post(staff, event, "ferma").status_code == 303
    assert post(staff, event, "pubblica").status_code == 422
    solved(event)
    session.commit()
    text = page(staff, event)
    assert "non esiste un'agenda migliore" in text
    assert post(staff, event, "pubblica").status_code == 303
    assert "Tutti hanno l'agenda com'è ora" in page(staff, event)
    assert agenda.latest_version(session, event.id).number == 1


@pytest.mark.parametrize("verb", ["sposta", "blocca", "annulla", "esito", "assente"])
def test_what_isnt_there_is_not_found(staff, session, market, verb):
    event, *_ = market
    session.commit()
    assert post(staff, event, verb).status_code == 400
    strange = "00000000-0000-4000-8000-000000000000"
    fields = {"meeting": strange, "participant": strange, "mark": f"{strange}:si", "cell": f"{strange}:{strange}"}
    assert post(staff, event, verb, reason="Un motivo", **fields).status_code == 404


def test_the_grid_asks_the_same_whatever_its_size(session, engine, staff, market):
    event, *_ = market
    solved(event)
    session.commit()

    def statements():
        seen = []
        listener = lambda *args: seen.append(args[2])  # noqa: E731
        sqlalchemy_event.listen(engine, "before_cursor_execute", listener)
        page(staff, event)
        sqlalchemy_event.remove(engine, "before_cursor_execute", listener)
        return len(seen)

    before = statements()
    firm, buyer = firm_at(event), buyer_at(event)
    propose(event, firm, buyer)
    session.commit()
    assert statements() == before


def beside(text, id_):
    """What is said beside a field, once it is named by it."""
    assert f'aria-describedby="{id_}-error"' in text
    return re.search(rf'id="{id_}-error">.*?<span>(.*?)</span>', text, re.DOTALL)[1]


def test_a_refusal_stands_beside_what_was_asked(session, staff, market, placed):
    event, meeting, slots, tables = placed
    busy = put(market[3][3], slots[0], tables[1])
    session.commit()
    cell = f"{slots[0].id}:{tables[0].id}"
    text = unescape(post(staff, event, "sposta", meeting=busy.id, revision=busy.revision, cell=cell).text)
    assert beside(text, "move") == "L'incontro non può stare lì: il tavolo è occupato o non è di chi si incontra."
    assert f'agenda-cell--refused" data-cell="{cell}"' in text
    assert text.count("agenda-cell--refused") == 1
    for verb, fields, id_, words in (
        ("annulla", {"meeting": meeting.id, "reason": " "}, "off-reason", "Scrivi il motivo"),
        ("assente", {"participant": market[1][0].id, "reason": ""}, "absent-reason", "Scrivi il motivo"),
        ("esito", {"mark": f"{meeting.id}:si"}, "move", "non è ancora cominciato"),
        ("ferma", {}, "seconds", "già finito"),
    ):
        answer = post(staff, event, verb, **fields)
        assert (answer.status_code, words in beside(unescape(answer.text), id_)) == (422, True), verb
    assert post(staff, event, "pubblica").status_code == 303
    assert post(staff, event, "blocca", meeting=meeting.id, revision=meeting.revision, locked="si").status_code == 303
    assert post(staff, event, "annulla", meeting=meeting.id, reason="Volo").status_code == 303
    assert "Scrivi il motivo" in beside(unescape(post(staff, event, "pubblica", reason="").text), "publish-reason")


def test_why_there_is_no_agenda_is_said_on_the_agendas_page(session, staff, market):
    event, firms, _buyers, wanted = market
    first = events.slots(session, event.id)[0]
    for one in (wanted[0], wanted[1]):
        one.is_required, one.fixed_slot_id = True, first.id
    session.flush()
    run = solved(event)
    assert run.solution["status"] == "infeasible"
    session.commit()
    text = page(staff, event)
    assert "Queste richieste non stanno insieme:" in text
    firm = next(one for one in participants.of_event(session, event.id) if one.id == firms[0].id)
    assert f"L'incontro {firm.company.legal_name} – " in text
    assert "può essere solo alle 09/03 09:00." in text
