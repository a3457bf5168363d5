"""The office's pages of events: all of them, one, its people, its pairs; what is typed is kept."""

import re
from html import unescape
from typing import Any

import html5lib
import pytest
from sqlalchemy import select

from portal import db
from portal.accounts.rules import StaffRoleName
from portal.companies.models import Company
from portal.matching.models import Exclusion, MatchingEvent, Meeting
from portal.matching.queries import agenda, events, participants
from portal.matching.rules.settings import Settings
from portal.matching.rules.states import EventState, Level, ParticipantState
from portal.matching.service import events as verbs, wishes
from tests.accounts_help import sign_in
from tests.counting import statements
from tests.factories.accounts import StaffRoleFactory, UserFactory
from tests.factories.agenda import a_market, propose, put, solved
from tests.factories.calls import make_call
from tests.factories.evaluation import OFFICE, admitted
from tests.factories.matching import NOW, buyer_at, firm_at, make_event


@pytest.fixture
def call(session):
    return make_call(session)


@pytest.fixture
def event(session, call):
    return make_event(call)


@pytest.fixture
def staff(client, session):
    user = UserFactory(email="eventi@unioncamere.example")
    StaffRoleFactory(user=user, role=StaffRoleName.EVENTS)
    session.flush()
    return sign_in(client, user)


def read(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return unescape(answer.text)


def token(client, path="/ufficio/incontri/nuovo"):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', read(client, path))[1]


def post(client, path, **fields):
    db.session().commit()  # a refusal undoes what was not
    return client.post(path, data={"csrf_token": token(client), **fields})


def name_of(session, participant):
    return agenda.name_of(participants.find(session, participant.id))


def typed(client, path, **changes: Any) -> dict[str, Any]:
    """The form as it stands on the page, with changes."""
    page = html5lib.parse(client.get(path).text, namespaceHTMLElements=False)
    inputs = [one for one in page.findall(".//main//input") if one.get("type") != "checkbox"]
    found = {one.get("name"): one.get("value", "") for one in inputs}
    found |= {one.get("name"): (one.text or "").strip() for one in page.findall(".//main//textarea")}
    for select_ in page.findall(".//main//select"):
        chosen = [one.get("value") for one in select_.findall(".//option") if "selected" in one.attrib]
        found[select_.get("name")] = chosen[0] if chosen else ""
    return found | changes


GOOD = {
    "title_it": "Incontri a Samarcanda",
    "title_en": "Meetings in Samarkand",
    "slug": "samarcanda-2027",
    "place": "Samarcanda",
    "timezone": "Asia/Tashkent",
    "wishes_from": "01/02/2027 9:00",
    "wishes_until": "20/02/2027 18:00",
    "sittings": "09/03/2027 | 9:00 | 12:00 | Mattina\n10/03/2027 | 9:00 | 11:00 | Mattina",
    "tables": "1\n2 | Sala B | 6",
    "interpreters": "ru | Olga Ivanova | olga@traduce.example || 09/03/2027 Mattina",
}


def test_an_event_is_written_and_read_back(session, staff, call):
    answer = staff.post(
        "/ufficio/incontri/nuovo", data=typed(staff, "/ufficio/incontri/nuovo", call=str(call.id), **GOOD)
    )
    assert answer.status_code == 303, unescape(answer.text)
    made = events.find(session, "samarcanda-2027")
    assert made is not None
    assert verbs.settings_of(made) == Settings()
    assert [(one.name, one.zone, one.chairs) for one in made.tables] == [("1", "", 4), ("2", "Sala B", 6)]
    [voice] = events.interpreters(session, made.id)
    assert (voice.language, voice.full_name, len(voice.away)) == ("ru", "Olga Ivanova", 7)
    slots, tables = [one.id for one in made.slots], [one.id for one in made.tables]

    path = "/ufficio/incontri/samarcanda-2027/modifica"
    again = staff.post(path, data=typed(staff, path, title_it="Incontri a Bukhara", firms_least="2", firms_most="6"))
    assert again.status_code == 303, unescape(again.text)
    session.expire_all()
    made = events.find(session, "samarcanda-2027")
    assert made is not None
    assert (made.title_it, verbs.settings_of(made).firms.most) == ("Incontri a Bukhara", 6)
    assert ([one.id for one in made.slots], [one.id for one in made.tables]) == (slots, tables)
    assert [one.id for one in events.interpreters(session, made.id)] == [voice.id]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"slug": "Non Va"}, "Usa solo lettere minuscole"),
        ({"slug": "nuovo"}, "Usa solo lettere minuscole"),
        ({"timezone": "Marte"}, "Scrivi un fuso che esiste"),
        ({"sittings": ""}, "Serve almeno una sessione"),
        ({"sittings": "ieri | 9:00 | 12:00 | Mattina"}, "Riga 1: la data non esiste"),
        ({"sittings": "\n09/03/2027 | nove | 12:00 | Mattina"}, "Riga 2: scrivi gli orari"),
        ({"sittings": "09/03/2027 | 25:00 | 26:00 | Mattina"}, "Riga 1: scrivi gli orari"),
        ({"sittings": "09/03/2027 | 12:00 | 9:00 | Mattina"}, "finisce prima di cominciare"),
        ({"sittings": "09/03/2027 | 9:00 | 9:10 | Mattina"}, "non contiene nemmeno un incontro"),
        ({"sittings": "09/03/2027 | 9:00 | 12:00"}, "Riga 1: servono data"),
        ({"tables": "1 | A | tanti"}, "Riga 1: i posti sono un numero"),
        ({"tables": "1\n1"}, "compare due volte"),
        ({"tables": "1 | A | 4 | Nessuno S.r.l."}, "nessun partecipante si chiama «Nessuno S.r.l.»"),
        ({"tables": "\n".join(str(number) for number in range(501))}, "Al massimo 500 righe"),
        ({"tables": "1 | A | 4 | x | y"}, "troppe parti"),
        ({"tables": "x" * 121}, "supera i 120 caratteri"),
        ({"interpreters": "russo | Olga"}, "sigla della lingua"),
        ({"interpreters": "ru"}, "manca il nome"),
        ({"wishes_until": "31/01/2027 9:00"}, "La fine viene prima dell'inizio"),
        ({"firms_least": "5", "firms_most": "2"}, "Il minimo di incontri supera il massimo"),
        ({"term_2": "shortfall"}, "compare due volte"),
        ({"would": "1", "want": "0,2"}, "Questi pesi non stanno insieme"),
        ({"minutes": "tre"}, "numero intero"),
        ({"call": ""}, "Scegli il bando"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(session, staff, call, changes, words):
    fields = typed(staff, "/ufficio/incontri/nuovo", call=str(call.id), **GOOD) | changes
    answer = staff.post("/ufficio/incontri/nuovo", data=fields)
    text = unescape(answer.text)
    assert answer.status_code == 422
    assert words in text
    assert "Incontri a Samarcanda" in text
    assert session.scalars(select(MatchingEvent)).all() == []


def test_somebody_elses_call_is_none(session, client, call):
    user = UserFactory()
    StaffRoleFactory(
        user=user, role=StaffRoleName.MANAGER, call_id=make_call(session, "INTERNAZIONALIZZAZIONE-2021").id
    )
    manager = sign_in(client, user)
    fields = typed(manager, "/ufficio/incontri/nuovo", **GOOD) | {"call": str(call.id)}
    assert manager.post("/ufficio/incontri/nuovo", data=fields).status_code == 422
    assert session.scalars(select(MatchingEvent)).all() == []
    event = make_event(call)
    assert manager.get(f"/ufficio/incontri/{event.slug}").status_code == 404
    assert event.title_it not in read(manager, "/ufficio/incontri")


def test_two_who_change_an_event_do_not_overwrite_each_other(session, staff, event):
    session.commit()
    path = f"/ufficio/incontri/{event.slug}/modifica"
    mine, theirs = typed(staff, path, place="Bukhara"), typed(staff, path, place="Khiva")
    assert staff.post(path, data=mine).status_code == 303
    answer = staff.post(path, data=theirs)
    assert answer.status_code == 409
    assert 'value="Khiva"' in answer.text
    session.expire_all()
    assert event.place == "Bukhara"


def test_what_meetings_hold_is_not_taken_away(session, staff, call):
    event, _firms, _buyers, (meeting,) = a_market(call, firms=1, buyers=1)
    put(meeting, events.slots(session, event.id)[0], events.tables(session, event.id)[0])
    session.commit()
    path = f"/ufficio/incontri/{event.slug}/modifica"
    answer = staff.post(path, data=typed(staff, path, tables="9"))
    assert answer.status_code == 422
    assert "ci sono incontri" in unescape(answer.text)


def test_the_list_says_what_each_event_asks(session, staff, call, event):
    text = read(staff, "/ufficio/incontri")
    assert "Nulla, per ora" in text
    buyer_at(event, validated=False, confirmed=False)
    text = read(staff, "/ufficio/incontri")
    assert "1 profilo da leggere." in text
    assert "1 invitato non ha ancora risposto." in text


def test_the_list_costs_the_same_for_one_and_for_five(session, staff, call, event):
    with statements() as one:
        read(staff, "/ufficio/incontri")
    for _ in range(4):
        buyer_at(make_event(call))
    with statements() as five:
        read(staff, "/ufficio/incontri")
    assert len(five) == len(one)


def test_firms_and_buyers_are_added_and_groups_kept_apart(session, staff, call, event):
    company = session.get(Company, firm_at(event).company_id)
    admitted(call)
    path = f"/ufficio/incontri/{event.slug}"
    known = buyer_at(make_event(call), legal_name=company.legal_name)
    assert post(staff, f"{path}/imprese").status_code == 303
    assert post(staff, f"{path}/buyer-noti", buyer=str(known.counterpart_id)).status_code == 303
    assert len(participants.of_event(session, event.id)) == 3
    assert [one.reason for one in session.scalars(select(Exclusion))] == ["same_group"]
    assert "Stesso gruppo" in read(staff, path)
    assert post(staff, f"{path}/buyer-noti", buyer="x").status_code == 422


def test_pairs_are_kept_apart_and_let_together_again(session, staff, event):
    firm, buyer = firm_at(event), buyer_at(event)
    path = f"/ufficio/incontri/{event.slug}/esclusioni"
    fields = {"firm": str(firm.id), "buyer": str(buyer.id), "why": "", "other": ""}
    answer = post(staff, path, **fields)
    assert (answer.status_code, "Scegli o scrivi il motivo" in answer.text) == (422, True)
    assert post(staff, path, **{**fields, "buyer": str(firm.id), "why": "competitors"}).status_code == 404
    assert post(staff, path, **{**fields, "other": "Stessa fiera"}).status_code == 303
    [row] = session.scalars(select(Exclusion))
    assert "Stessa fiera" in read(staff, f"/ufficio/incontri/{event.slug}")
    assert post(staff, f"{path}/{row.id}/togli").status_code == 303
    assert session.scalars(select(Exclusion)).all() == []


def test_steps_follow_each_other(session, staff, call):
    event = make_event(call, state=EventState.DRAFT)
    path = f"/ufficio/incontri/{event.slug}/stato"
    for verb, state in (("apri", "wishes"), ("agenda", "scheduling"), ("apri", "wishes")):
        assert post(staff, f"{path}/{verb}").status_code == 303
        session.expire_all()
        assert event.state.value == state
    assert post(staff, f"{path}/chiudi").status_code == 409


def test_a_participant_is_judged_limited_and_gone(session, staff, event):
    buyer = buyer_at(event, validated=False, confirmed=False)
    path = f"/ufficio/incontri/{event.slug}/partecipanti/{buyer.id}"
    text = read(staff, path)
    assert "Importatore" in text
    revision = re.search(r'name="revision" value="(\d+)"', text)[1]
    answer = post(staff, f"{path}/rimanda", reason="", revision=revision)
    assert (answer.status_code, "Scrivi il motivo" in answer.text) == (422, True)
    assert post(staff, f"{path}/rimanda", reason="Which machines?", revision=revision).status_code == 303
    assert "Which machines?" in read(staff, path)
    assert post(staff, f"{path}/convalida", revision=revision).status_code == 409
    revision = re.search(r'name="revision" value="(\d+)"', read(staff, path))[1]
    assert post(staff, f"{path}/convalida", revision=revision).status_code == 303
    assert post(staff, f"{path}/conferma").status_code == 303
    for least, most, status in (("x", "", 422), ("3", "2", 422), ("201", "", 422), ("1", "4", 303)):
        assert post(staff, f"{path}/limiti", least=least, most=most).status_code == status
    slots = [str(one.id) for one in events.slots(session, event.id)[:2]]
    assert post(staff, f"{path}/orari", slot=["x"]).status_code == 422
    assert post(staff, f"{path}/orari", slot=slots).status_code == 303
    session.expire_all()
    assert (buyer.state, buyer.most_meetings, buyer.unavailable) == (ParticipantState.CONFIRMED, 4, slots)
    assert post(staff, f"{path}/ritira", reason="").status_code == 422
    assert post(staff, f"{path}/ritira", reason="Malattia").status_code == 303
    assert "Malattia" in read(staff, path)
    assert post(staff, f"{path}/riammetti").status_code == 303


def test_somebody_of_another_event_is_nobody_whatever_is_typed(session, staff, call, event):
    other = buyer_at(make_event(call))
    path = f"/ufficio/incontri/{event.slug}/partecipanti/{other.id}"
    assert staff.get(path).status_code == 404
    assert post(staff, f"{path}/limiti", least="x").status_code == 404


def test_suggestions_come_best_first_with_their_sentence(session, staff, event):
    firm, buyer, other = firm_at(event), buyer_at(event), buyer_at(event)
    wishes.wish(session, buyer.id, firm.id, Level.WANT, by=OFFICE, now=NOW)
    text = read(staff, f"/ufficio/incontri/{event.slug}/proposte")
    assert text.index(name_of(session, buyer), text.index("<tbody>")) < text.index(
        name_of(session, other), text.index("<tbody>")
    )
    assert "su 100: l'impresa non ha detto nulla" in text
    path = f"/ufficio/incontri/{event.slug}/proposte"
    assert post(staff, path).status_code == 303
    assert len(session.scalars(select(Meeting)).all()) == 2
    assert read(staff, f"{path}?chi={buyer.id}").count("<tr>") == 2


def test_a_meeting_that_must_take_place(session, staff, event):
    firm, buyer = firm_at(event), buyer_at(event)
    path = f"/ufficio/incontri/{event.slug}/proposte/obbligo"
    pair = {"firm": str(firm.id), "buyer": str(buyer.id)}
    assert post(staff, path, required="si", when="Notte", **pair).status_code == 404
    assert post(staff, path, required="si", when="Mattina", **pair).status_code == 303
    [meeting] = session.scalars(select(Meeting))
    assert (meeting.is_required, meeting.session, meeting.weight > 1) == (True, "Mattina", True)
    slot = events.slots(session, event.id)[3].id
    assert post(staff, path, required="si", when=str(slot), **pair).status_code == 303
    session.expire_all()
    assert (meeting.session, meeting.fixed_slot_id) == (None, slot)
    assert post(staff, path, required="no", **pair).status_code == 303
    session.expire_all()
    assert (meeting.is_required, meeting.session, meeting.fixed_slot_id) == (False, None, None)
    wishes.exclude(session, event.id, firm.id, buyer.id, reason="competitors", by=OFFICE, now=NOW)
    assert post(staff, path, required="si", **pair).status_code == 422


def test_an_impossible_event_says_which_demands_clash(session, staff, call):
    event = make_event(call)
    buyer = buyer_at(event, unavailable=[one.id for one in events.slots(session, event.id)[1:]])
    firms = [firm_at(event), firm_at(event)]
    for firm in firms:
        propose(event, firm, buyer, is_required=True)
    solved(event)
    session.expire_all()
    text = read(staff, f"/ufficio/incontri/{event.slug}")
    assert "Nessuna agenda è possibile" in text
    name = name_of(session, buyer)
    for firm in firms:
        assert f"L'incontro {name_of(session, firm)} – {name} deve tenersi." in text
    assert "Nessuna agenda rispetta tutti gli obblighi" in read(staff, "/ufficio/incontri")
    english = unescape(staff.get(f"/ufficio/incontri/{event.slug}?lang=en").text)
    assert f"The meeting {name_of(session, firms[0])} – {name} must take place." in english
