"""Lists for the day, the pack and the catalogue: from the published agenda, on paper and in sheets."""

from io import BytesIO
from types import SimpleNamespace

import pikepdf
import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from portal.accounts.rules import StaffRoleName
from portal.kernel.clock import utcnow
from portal.matching.models import ExportProfile, Interpreter
from portal.matching.queries import board, events as queries, participants, personal
from portal.matching.service import agendas, lists, telling
from tests.accounts_help import sign_in
from tests.factories.accounts import staff
from tests.factories.agenda import a_market, put
from tests.factories.calls import make_call
from tests.factories.evaluation import OFFICE
from tests.factories.matching import buyer_at


@pytest.fixture
def market(session):
    """Two firms and two buyers; the agenda is published."""
    event, firms, buyers, meetings = a_market(make_call(session), firms=2, buyers=2)
    slots, tables = queries.slots(session, event.id), queries.tables(session, event.id)
    voice = session.scalars(select(Interpreter).where(Interpreter.event_id == event.id)).one()
    put(meetings[0], slots[2], tables[1], voice)
    put(meetings[1], slots[0], tables[1])
    put(meetings[3], slots[3], tables[0])
    telling.publish(session, event.id, reason="", by=OFFICE, now=utcnow())
    known = {one.id: one for one in participants.of_event(session, event.id)}
    names = [known[one.id].company.legal_name for one in firms] + [
        known[one.id].counterpart.legal_name for one in buyers
    ]
    session.commit()
    return SimpleNamespace(event=queries.find(session, event.slug), names=names, firms=firms, buyers=buyers)


def told(session, market):
    return personal.read(session, market.event)


def test_the_door_knows_everybody_by_name(session, market):
    made = lists.door(told(session, market))
    assert [row[0] for row in made.rows] == sorted(market.names, key=str.casefold)
    first = next(row for row in made.rows if row[0] == market.names[0])
    assert first[4:] == [2, "09/03 09:00", "2"]


def test_each_table_and_each_interpreter_in_time(session, market):
    firm, other, buyer, taker = market.names
    by_table = lists.tables(told(session, market))
    assert by_table.rows == [
        ["1", "09/03/2027", "10:15–10:35", other, taker, ""],
        ["2", "09/03/2027", "09:00–09:20", firm, taker, ""],
        ["2", "09/03/2027", "09:50–10:10", firm, buyer, "Olga Ivanova"],
    ]
    voices = queries.interpreters(session, market.event.id)
    by_voice = lists.interpreters(told(session, market), voices)
    assert by_voice.rows == [["Olga Ivanova (ru)", "09/03/2027", "09:50–10:10", "2", firm, buyer]]


def test_the_pack_holds_every_list_and_everybodys_agenda(session, market):
    voices = queries.interpreters(session, market.event.id)
    call = agendas.call_of(session, market.event)
    paper = lists.pack_paper(call, told(session, market), voices, lang="it")
    assert [len(one.groups) for one in paper.sheets] == [1, 2, 1]
    assert [one.name for one in paper.agendas] == market.names
    assert paper.sheets[1].groups[1].title == "Tavolo 2 – 09/03/2027"
    english = lists.pack_paper(call, told(session, market), voices, lang="en")
    assert [one.title for one in english.sheets] == ["Door list", "List of tables", "List of interpreters"]


def test_the_catalogue_shows_who_comes_and_was_validated(session, market):
    buyer_at(market.event, confirmed=False)
    buyer_at(market.event, validated=False)
    session.execute(
        update(ExportProfile)
        .where(ExportProfile.company_id == market.firms[0].company_id)
        .values(validated_at=utcnow(), validated_by=OFFICE)
    )
    call, whole = agendas.call_of(session, market.event), board.read(session, market.event)
    paper = lists.catalogue(call, whole, lang="en")
    assert [one.name for one in paper.firms] == market.names[:1]
    assert [one.name for one in paper.buyers] == market.names[2:]
    assert {one.label: one.value for one in paper.firms[0].facts} == {
        "What they do": "Machinery maker",
        "Products": "845129 Drying machines",
        "Languages": "English, Italian",
        "Looks for": "Importer",
    }
    assert lists.catalogue(call, whole, lang="it").buyers[0].place == "Tashkent, Uzbekistan"


def test_staff_take_them_as_files(session, client, market):
    browser = sign_in(client, staff(StaffRoleName.EVENTS))
    here = f"/ufficio/incontri/{market.event.slug}"
    text = browser.get(f"{here}/elenchi").text
    assert "elenchi/porta.pdf" in text
    for which, rows in (("porta", 4), ("tavoli", 3), ("interpreti", 1)):
        book = load_workbook(BytesIO(browser.get(f"{here}/elenchi/{which}.xlsx").data))
        assert book.worksheets[0].max_row == rows + 1
    for path in ("elenchi/tavoli.pdf", "pacchetto.pdf", "catalogo-it.pdf", "catalogo-en.pdf"):
        with pikepdf.open(BytesIO(browser.get(f"{here}/{path}").data)) as paper:
            assert paper.Root.MarkInfo.Marked, path


def test_before_publishing_only_the_catalogue_is_there(session, client):
    event, *_rest = a_market(make_call(session), firms=1, buyers=1)
    here = f"/ufficio/incontri/{event.slug}"
    browser = sign_in(client, staff(StaffRoleName.EVENTS))
    assert "Nessun elenco, per ora" in browser.get(f"{here}/elenchi").text
    assert browser.get(f"{here}/elenchi/porta.pdf").status_code == 404
    assert browser.get(f"{here}/pacchetto.pdf").status_code == 404
    assert browser.get(f"{here}/catalogo-it.pdf").status_code == 200
