"""The pages of the missions, as each reads them."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from portal.accounts.rules import StaffRoleName
from portal.audit.models import Entry
from portal.missions import service
from portal.missions.models import ListTaking, Mission, Presence, Traveller
from portal.missions.queries import cases
from portal.missions.rules.fields import Purpose
from portal.missions.rules.waiting import MissionState, TravellerState
from tests.accounts_help import csrf, post, sign_in
from tests.counting import statements
from tests.documents.papers import pdf
from tests.factories.accounts import MembershipFactory, UserFactory, staff
from tests.factories.calls import around, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE
from tests.factories.missions import NOW, TODAY, application, entered, mission, person, plan

S = TravellerState


@pytest.fixture
def call(session):
    return make_call(session, window=around(NOW - timedelta(days=90)), at=NOW - timedelta(days=90))


@pytest.fixture
def company(session):
    return CompanyFactory()


@pytest.fixture
def applied(call, company):
    return application(call, company)


@pytest.fixture
def owner(session, company):
    user = UserFactory()
    MembershipFactory(user=user, company=company)
    return user


@pytest.fixture
def clerk(session):
    return staff(StaffRoleName.EVENTS)


def typed(**more):
    """What a person types of a traveller."""
    told = person(**more)
    return {
        name: f"{value[8:]}/{value[5:7]}/{value[:4]}" if name.endswith("_on") else value for name, value in told.items()
    }


def area(made, traveller=None, tail=""):
    return f"/area/missioni/{made.id}" + (f"/partecipanti/{traveller.id}" if traveller else "") + tail


def office(made, tail=""):
    return f"/ufficio/missioni/{made.id}{tail}"


def test_a_firm_enters_a_delegate_and_confirms(session, client, call, applied, owner):
    made = mission(call)
    sign_in(client, owner)
    assert "Missione in Uzbekistan" in client.get("/area/missioni").text

    answer = post(client, area(made, tail="/partecipanti/nuovo"), **typed(number="YA7654321"))
    page = client.get(answer.location).text

    assert answer.status_code == 303
    assert "Mario R." in page
    assert "•••••321" in page
    assert "YA7654321" not in page
    assert "Rossi" not in page
    traveller = session.scalars(select(Traveller)).one()
    post(client, area(made, traveller, "/conferma"), form_on=area(made, traveller))
    assert session.scalars(select(Traveller.state)).one() is S.CONFIRMED
    assert "Confermato" in client.get(area(made)).text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"expires_on": "31/02/2030"}, "Scrivi una data che esiste"),
        ({"nationality": "Italia"}, "tre lettere del passaporto"),
        ({"passport_number": "Y"}, "numero come nel passaporto"),
        ({"mrz": "P<ITA"}, "Le righe in fondo al passaporto non tornano"),
        ({"family_name": ""}, "Scrivi il cognome."),
        ({"phone": "3" * 200}, "Al massimo 120 caratteri."),
    ],
)
def test_wrong_input_is_said_beside_the_field_and_nothing_is_lost(session, client, call, applied, owner, wrong, said):
    made = mission(call)
    sign_in(client, owner)

    answer = post(client, area(made, tail="/partecipanti/nuovo"), **(typed() | {"diet": "Niente noci"} | wrong))

    assert answer.status_code == 422
    assert said in answer.text
    assert "Niente noci" in answer.text
    assert session.scalars(select(Traveller)).all() == []


def test_a_passport_that_expires_during_the_trip_is_told_and_blocks(session, client, call, applied, owner):
    made = mission(call)
    sign_in(client, owner)
    post(client, area(made, tail="/partecipanti/nuovo"), **typed(expires_on=str(plan().returns_on - timedelta(days=1))))
    traveller = session.scalars(select(Traveller)).one()

    page = client.get(area(made, traveller)).text
    answer = post(client, area(made, traveller, "/conferma"), form_on=area(made, traveller))

    assert "scade durante il viaggio" in page
    assert answer.status_code == 422
    assert "Con questo passaporto non si può partire" in answer.text


def test_editing_opens_the_data_and_the_register_says_so(session, client, call, applied, owner):
    made = mission(call)
    traveller = entered(made, applied, number="YA7654321")
    sign_in(client, owner)

    page = post(client, area(made, traveller, "/apri"), form_on=area(made, traveller)).text
    assert "YA7654321" in page
    assert session.scalars(select(Entry.by).where(Entry.action == "missions.read")).all() == [owner.email]
    told = typed(number="YA7654321", room="doppia") | {"revision": "1"}
    answer = post(client, area(made, traveller, "/modifica"), form_on=area(made, traveller), **told)
    late = post(client, area(made, traveller, "/modifica"), form_on=area(made, traveller), **told)

    assert (answer.status_code, late.status_code) == (303, 409)
    assert "doppia" in client.get(area(made, traveller)).text


def test_a_closed_list_is_changed_by_request_and_the_office_sees_the_difference(
    session, client, call, applied, owner, clerk
):
    made = mission(call)
    traveller = entered(made, applied, confirmed=True, number="YA7654321")
    service.close_list(session, made.id, by=OFFICE, now=NOW)
    sign_in(client, owner)
    without = post(client, area(made, traveller, "/modifica"), form_on=area(made, traveller), **typed())
    assert (without.status_code, "Scrivi il motivo." in without.text) == (422, True)
    told = typed(number="YB1234567") | {"reason": "Ha rinnovato il passaporto."}
    post(client, area(made, traveller, "/modifica"), form_on=area(made, traveller), **told)
    assert "richiesta all'ufficio" in client.get(area(made, traveller)).text

    sign_in(client, clerk)
    board = client.get(office(made)).text
    change = cases.changes(session, made.id)[0][0]
    page = client.get(office(made, f"/richieste/{change.id}")).text
    opened = post(client, office(made, f"/richieste/{change.id}"), why="Per decidere").text
    assert "Ha rinnovato il passaporto." in board
    assert ("•••••567" in page, "YB1234567" in page, "YB1234567" in opened) == (True, False, True)
    decide = office(made, f"/richieste/{change.id}/approva")
    first = post(client, decide, form_on=office(made, f"/richieste/{change.id}"), answer="Fatto.")
    again = post(client, decide, form_on=office(made, f"/richieste/{change.id}"), answer="Fatto.")
    assert (first.status_code, again.status_code) == (303, 409)

    sign_in(client, owner)
    assert "Fatto." in client.get(area(made)).text


def test_staff_read_only_by_saying_why(session, client, call, applied, clerk):
    made = mission(call)
    traveller = entered(made, applied, number="YA7654321")
    sign_in(client, clerk)
    address = office(made, f"/partecipanti/{traveller.id}")

    assert "YA7654321" not in client.get(address).text
    silent = post(client, address, why="")
    opened = post(client, address, why="Biglietti aerei")

    assert (silent.status_code, "Scrivi perché servono." in silent.text) == (422, True)
    assert "YA7654321" in opened.text
    assert opened.headers["Cache-Control"] == "no-store"


def test_others_of_the_office_read_nobody(session, client, call, applied):
    made = mission(call)
    traveller = entered(made, applied)
    for user in (staff(), UserFactory(admin=True), UserFactory(auditor=True)):
        sign_in(client, user)
        page = client.get(office(made)).text
        assert "Mario" not in page
        assert client.get(office(made, f"/partecipanti/{traveller.id}")).status_code == 403
        assert client.get(office(made, "/elenchi")).status_code == 403


def test_a_scan_is_kept_sealed_and_given_back_to_who_says_why(session, client, call, applied, owner, clerk):
    made = mission(call)
    traveller = entered(made, applied)
    sign_in(client, owner)
    address = area(made, traveller, "/scansione")
    scan = pdf()
    wrong = post(client, address, form_on=area(made, traveller), scan=(io.BytesIO(b"MZ not a scan"), "a.pdf"))
    none = post(client, address, form_on=area(made, traveller))
    good = post(client, address, form_on=area(made, traveller), scan=(io.BytesIO(scan), "a.pdf"))
    assert [answer.status_code for answer in (wrong, none, good)] == [422, 422, 303]

    sign_in(client, clerk)
    back = post(
        client,
        office(made, f"/partecipanti/{traveller.id}/scansione"),
        form_on=office(made, f"/partecipanti/{traveller.id}"),
        why="Ambasciata",
    )
    assert back.data.startswith(b"%PDF-")


def mission_form(**more):
    usual = {
        "title_it": "Missione in Uzbekistan", "title_en": "Mission to Uzbekistan",
        "starts_on": f"{TODAY + timedelta(days=60):%d/%m/%Y}", "returns_on": f"{TODAY + timedelta(days=66):%d/%m/%Y}",
        "programme": f"{TODAY + timedelta(days=61):%d/%m/%Y} | Tashkent | Incontri | Meetings",
        "moments": "partenza | Partenza | Departure", "country": "uzb", "country_it": "Uzbekistan",
        "country_en": "Uzbekistan", "visa_free": "ITA 30\nDEU 30", "block_months": "3", "warn_months": "6",
        "source": "Viaggiare Sicuri", "places": "20", "delegates_per_firm": "2", "free_delegates": "1",
        "fee_eur": "900,00", "minimum_firms": "8", "opens_at": f"{TODAY:%d/%m/%Y} 00:00",
        "closes_at": f"{TODAY + timedelta(days=30):%d/%m/%Y} 12:00", "offer_hours": "48", "purge_days": "30",
        "contact": "eventi@unioncamere.example",
    }  # fmt: skip
    return usual | more


def test_staff_write_open_amend_and_close_a_mission(session, client, call, clerk):
    sign_in(client, clerk)
    answer = post(client, "/ufficio/missioni/nuova", call=str(call.id), **mission_form())
    made = session.scalars(select(Mission)).one()
    assert answer.location == office(made)
    post(client, office(made, "/apri"), form_on=office(made))
    assert session.get(Mission, made.id).state is MissionState.OPEN

    form = mission_form(places="21", version="1", reason="Un posto in più.")
    assert post(client, office(made, "/modifica"), **form).status_code == 303
    late = post(client, office(made, "/modifica"), **form)
    assert (late.status_code, "Qualcun altro ha modificato la missione" in late.text) == (409, True)
    assert "Un posto in più." in client.get(office(made)).text
    post(client, office(made, "/chiudi"), form_on=office(made))
    no = post(client, office(made, "/annulla"), form_on=office(made), reason="")
    post(client, office(made, "/annulla"), form_on=office(made), reason="Troppo poche imprese.")
    assert no.status_code == 422
    assert session.get(Mission, made.id).state is MissionState.CANCELLED


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"programme": "domani | Tashkent | x | y"}, "quattro parti"),
        ({"programme": f"{TODAY:%d/%m/%Y} | Tashkent | x | y"}, "fuori dalle date"),
        ({"moments": "a | b"}, "tre parti"),
        ({"moments": "a | b | c\na | d | e"}, "sigla unica"),
        ({"moments": "A B | b | c"}, "sigla unica"),
        ({"visa_free": "Italia trenta"}, "tre lettere e un numero"),
        ({"places": "0"}, "da 1 a 500"),
        ({"places": "1", "minimum_firms": "8"}, "supera i posti"),
        ({"returns_on": f"{TODAY:%d/%m/%Y}"}, "Il rientro viene prima"),
        ({"title_it": ""}, "Scrivi il titolo."),
        ({"call": "x"}, "Scegli il bando"),
    ],
)
def test_a_wrong_mission_is_said_in_words(session, client, call, clerk, wrong, said):
    sign_in(client, clerk)
    answer = post(client, "/ufficio/missioni/nuova", **({"call": str(call.id)} | mission_form(**wrong)))

    assert answer.status_code == 422
    assert said in answer.text
    assert session.scalars(select(Mission)).all() == []


def test_lists_are_taken_as_sheet_and_paper_and_the_page_says_by_whom(session, client, call, applied, clerk):
    made = mission(call)
    entered(made, applied, confirmed=True, number="YA7654321", family_name="=Rossi")
    sign_in(client, clerk)
    empty = mission(call, places=1)
    assert post(client, office(empty, "/elenchi/hotel"), form_on=office(empty, "/elenchi")).status_code == 422
    post(client, office(made, "/elenchi/hotel"), form_on=office(made, "/elenchi"))
    drawn = service.draw_up(session, made.id, Purpose.HOTEL, by=OFFICE, now=NOW)

    sheet = post(client, office(made, f"/elenchi/{drawn.id}.xlsx"), form_on=office(made, "/elenchi"), sent_to="Hotel")
    paper = post(client, office(made, f"/elenchi/{drawn.id}.pdf"), form_on=office(made, "/elenchi"))
    rows = list(load_workbook(io.BytesIO(sheet.data)).active.iter_rows(values_only=True))

    assert rows[1][0] == "'=Rossi"
    assert rows[1][3] == "YA7654321"
    assert paper.data.startswith(b"%PDF-")
    assert "Hotel" in client.get(office(made, "/elenchi")).text
    assert [row.kind for row in session.scalars(select(ListTaking).order_by(ListTaking.at))] == ["xlsx", "pdf"]
    badges = post(client, office(made, "/tesserini.pdf"), form_on=office(made, "/elenchi"), why="Da stampare")
    assert badges.data.startswith(b"%PDF-")


def test_attendance_by_form_and_by_phone_is_one(session, client, call, applied, clerk):
    made = mission(call)
    traveller = entered(made, applied, confirmed=True)
    sign_in(client, clerk)
    page = office(made, "/presenze")
    address = f"https://portale.example/ufficio/missioni/x/presenze?codice={traveller.badge}"
    assert post(client, page, codice=address, occasione="partenza").status_code == 303
    assert post(client, page, codice="NESSUNO", occasione="partenza").status_code == 422

    token = csrf(client, page)
    scan = {"key": "8e9a8f0e-1111-4222-8333-444455556666", "badge": traveller.badge, "at": NOW.isoformat()}
    headers = {"X-CSRFToken": token}
    told = {"scans": [scan | {"moment": "incontri"}]}
    answers = [client.post(f"{page}.json", json=told, headers=headers).json for _ in range(2)]
    assert [one["answers"][scan["key"]] for one in answers] == ["kept", "known"]
    assert len(session.scalars(select(Presence)).all()) == 2
    for bad in (
        {},
        {"scans": [{"key": "x"}]},
        {"scans": [scan | {"moment": "x", "at": "2026-01-01"}]},
        ["scans"],
        None,
    ):
        assert client.post(f"{page}.json", json=bad, headers=headers).status_code == 422
    assert client.post(f"{page}.json", json=told).status_code == 400
    assert "2/2" in client.get(office(made)).text


def test_the_proof_of_purge_is_a_page_for_the_auditor_too(session, client, call, applied):
    made = mission(call)
    entered(made, applied, confirmed=True)
    sign_in(client, UserFactory(auditor=True))
    assert "saranno cancellati il" in client.get(f"/controllo/missioni/{made.id}/cancellazione").text
    proof = service.purge(session, made.id, by="system", now=NOW + timedelta(days=97))
    session.commit()

    assert proof.sha256 in client.get(f"/controllo/missioni/{made.id}/cancellazione").text
    assert client.get(f"/controllo/missioni/{made.id}").status_code == 200


def test_after_the_purge_pages_name_nobody_and_still_open(session, client, call, applied, owner, clerk):
    made = mission(call)
    traveller = entered(made, applied, confirmed=True)
    service.purge(session, made.id, by="system", now=NOW + timedelta(days=97))
    sign_in(client, clerk)
    page = office(made, f"/partecipanti/{traveller.id}")
    assert "sono stati cancellati" in client.get(page).text
    assert client.get(office(made, "/presenze")).status_code == 200
    sign_in(client, owner)
    assert "sono stati cancellati" in client.get(area(made, traveller)).text


def test_the_board_asks_as_much_for_ten_as_for_two(session, client, call, clerk):
    made = mission(call, places=12)
    sign_in(client, clerk)
    counts = []
    for more in (2, 8):
        for _ in range(more):
            entered(made, application(call, CompanyFactory()), confirmed=True)
        session.commit()
        with statements() as seen:
            assert client.get(office(made)).status_code == 200
        counts.append(len(seen))

    assert counts[0] == counts[1]


def test_another_firms_delegate_is_not_there(session, client, call, applied, owner):
    made = mission(call)
    theirs = entered(made, application(call, CompanyFactory()))
    sign_in(client, owner)

    assert client.get(area(made, theirs)).status_code == 404
    assert (
        post(client, area(made, theirs, "/conferma"), form_on=area(made, tail="/partecipanti/nuovo")).status_code == 404
    )
