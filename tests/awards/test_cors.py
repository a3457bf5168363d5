"""The CORs of a batch, pasted or from a file: each bad line named, nothing half done."""

import io
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.audit.queries import story
from portal.awards import service
from portal.awards.models import Award
from portal.awards.queries import ledger, register
from portal.awards.rules import cors
from portal.awards.rules.cors import Answer, BadLines, NoLines, TooManyLines
from portal.kernel.errors import NotFound
from tests.accounts_help import csrf, post, sign_in
from tests.factories.accounts import staff
from tests.factories.awards import NOW, TODAY, act, granted, ranked
from tests.factories.calls import around, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE

DAY = date(2026, 11, 20)


def told(text, *, on=DAY):
    _answers, faults = cors.read(text, on=on)
    return [str(fault) for fault in sorted(faults)]


@pytest.mark.parametrize(
    "text",
    [
        "1;111\n2;222;21/11/2026\n",
        "\ufeffprogressivo;COR;data\r\n1;111\r\n\r\n2;222;2026-11-21\r\n",
        "Posizione\tCOR\n1\t111\n2\t222\t21.11.2026",
        '"1","111"\n"2","222","21/11/2026"',
        "1; '111 ;;\n ;; \n2;222;21/11/2026",
    ],
)
def test_lines_are_read_as_they_come(text):
    read, faults = cors.read(text, on=DAY)

    assert faults == []
    assert [(one.row, one.cor, one.on) for one in read] == [("1", "111", DAY), ("2", "222", date(2026, 11, 21))]


def test_every_bad_line_is_named_with_its_number_and_why():
    assert told(f"posizione;cor\n1;111\n2\n3;{'9' * 41}\n4;44;ieri\n1;555\n6;111\n") == [
        "Riga 3: servono la posizione nel lotto e il COR, separati da «;» o da una tabulazione.",
        "Riga 4: il COR ha al massimo 40 caratteri.",
        "Riga 5: «ieri» non è una data, per esempio 31/12/2026.",
        "Riga 6: «1» è già alla riga 2.",
        "Riga 7: il COR «111» è già alla riga 2.",
    ]
    assert told("1;111", on=None) == ["Riga 1: manca la data del COR: scrivila nella riga, o per tutte nel campo."]
    assert told("9" * 200_000) == [
        "Riga 1: servono la posizione nel lotto e il COR, separati da «;» o da una tabulazione."
    ]


@pytest.mark.parametrize("text", ["", " \n;;\n", "posizione;cor"])
def test_no_line_is_said_so(text):
    with pytest.raises(NoLines):
        cors.read(text, on=DAY)


def test_lines_are_so_many_at_most():
    with pytest.raises(TooManyLines):
        cors.read("\n".join(f"{number};{number}" for number in range(cors.MOST + 1)), on=DAY)


@pytest.fixture
def call(session):
    return make_call(session, window=around(NOW - timedelta(days=30)))


@pytest.fixture
def batch(session, call):
    """Three grants, in a batch."""
    _ranking, applications = ranked(call, *(CompanyFactory() for _ in range(3)))
    for one in applications:
        service.award(session, one.id, *act(), by=OFFICE, now=NOW)
    return service.make_batch(session, call.id, by=OFFICE, now=NOW), applications


def answer(line, row, cor, on=TODAY):
    return Answer(line=line, row=row, cor=cor, on=on)


def kept(session, applications):
    session.expire_all()
    rows = session.execute(select(Award.application_id, Award.cor, Award.cor_on)).all()
    found = {row.application_id: (row.cor, row.cor_on) for row in rows}
    return [found[one.id] for one in applications]


def record(session, batch, *answers):
    return service.record_cors(session, batch.id, answers, by=OFFICE, now=NOW)


def test_cors_go_to_awards_ledger_and_audit_and_the_same_again_is_nothing(session, batch):
    made, applications = batch
    lines = [answer(1, "1", "111"), answer(2, applications[1].protocol.lower(), "222")]

    assert record(session, made, *lines) == 2
    assert record(session, made, *lines, answer(3, "3", "333")) == 1

    assert kept(session, applications) == [("111", TODAY), ("222", TODAY), ("333", TODAY)]
    assert ledger.live_entry(session, applications[0].id).cor == "111"
    assert story(session, applications[0].id)[-1].action == "awards.codes_recorded"
    assert {row["cor"] for row in made.rows} == {""}


def test_because_of_one_bad_line_nothing_is_written(session, call, batch):
    made, applications = batch
    elsewhere = granted(make_call(session, "INTERNAZIONALIZZAZIONE-2021"), CompanyFactory())
    other = service.make_batch(session, elsewhere.call_id, by=OFFICE, now=NOW)
    record(session, other, answer(1, "1", "999"))
    record(session, made, answer(1, "1", "111"))

    with pytest.raises(BadLines) as refusal:
        record(
            session,
            made,
            answer(1, "2", "222"),
            answer(2, "4", "444"),
            answer(3, "1", "555"),
            answer(4, applications[1].protocol, "666"),
            answer(5, "3", "999"),
        )

    assert [str(fault) for fault in refusal.value.faults] == [
        "Riga 2: «4» non è una posizione del lotto, che ha 3 righe, né un suo protocollo.",
        f"Riga 3: la domanda {applications[0].protocol} ha già il COR 111: per cambiarlo apri la sua concessione.",
        "Riga 4: è la stessa domanda della riga 1.",
        "Riga 5: un'altra concessione ha già il COR 999.",
    ]
    assert kept(session, applications) == [("111", TODAY), (None, None), (None, None)]


def test_a_day_to_come_undoes_the_lines_before_it(session, batch):
    made, applications = batch
    with pytest.raises(BadLines) as refusal, session.begin_nested():
        record(session, made, *(answer(n, str(n), f"{n}0") for n in (1, 2)), answer(3, "3", "30", TODAY + timedelta(9)))

    assert [str(fault) for fault in refusal.value.faults] == ["Riga 3: Questa data deve ancora venire."]
    assert kept(session, applications) == [(None, None)] * 3


def test_what_somebody_else_writes_meanwhile_is_said_and_not_overwritten(session, batch, monkeypatch):
    made, applications = batch
    record(session, made, answer(1, "1", "111"))
    real = register.registered

    def before(session, protocols):
        """As it was before the other wrote."""
        return {number: one._replace(cor=None) for number, one in real(session, protocols).items()}

    monkeypatch.setattr(register, "registered", before)
    record(session, made, answer(1, "1", "111"))
    with pytest.raises(BadLines) as refusal:
        record(session, made, answer(1, "1", "112"))

    assert str(refusal.value.faults[0]) == "Riga 1: La concessione ha già il COR 111."
    assert kept(session, applications)[0] == ("111", TODAY)


def test_an_unknown_batch_is_not_found(session, call):
    with pytest.raises(NotFound):
        service.record_cors(session, call.id, [], by=OFFICE, now=NOW)


def test_the_page_keeps_what_was_pasted_until_every_line_is_right(session, client, call, batch):
    made, applications = batch
    sign_in(client, staff(call_id=call.id))
    address = f"/ufficio/concessioni/registro/{made.id}/cor"

    assert address in client.get("/ufficio/concessioni/registro").text
    nothing = post(client, address, lines="", on="")
    no_day = post(client, address, lines="1;111", on="domani")
    wrong = post(client, address, lines="1;111\n9;999\n2", on=f"{TODAY:%d/%m/%Y}")
    done = post(client, address, lines="1;111\n2;222", on=f"{TODAY:%d/%m/%Y}")

    assert [one.status_code for one in (nothing, no_day, wrong, done)] == [422, 422, 422, 303]
    assert "Non c'è nessuna riga" in nothing.text.replace("&#39;", "'")
    assert "Riga 2: «9» non è una posizione del lotto" in wrong.text
    assert "Riga 3: servono la posizione nel lotto e il COR" in wrong.text
    assert "1;111\n9;999" in wrong.text.replace("\r\n", "\n")
    assert kept(session, applications) == [("111", TODAY), ("222", TODAY), (None, None)]
    page = client.get(address).text
    assert applications[2].protocol in page
    assert applications[0].protocol not in page


def test_a_file_counts_before_what_is_pasted_and_comes_back_to_be_mended(session, client, call, batch):
    made, applications = batch
    sign_in(client, staff(call_id=call.id))
    address = f"/ufficio/concessioni/registro/{made.id}/cor"

    def send(content):
        data = {"csrf_token": csrf(client, address), "lines": "3;333", "on": f"{TODAY:%d/%m/%Y}"}
        return client.post(address, data=data | {"file": (io.BytesIO(content), "cor.csv")})

    wrong = send("1;111\nnò;x".encode("cp1252"))
    done = send(b"\xef\xbb\xbfposizione;cor\r\n1;111\r\n")

    assert (wrong.status_code, done.status_code) == (422, 303)
    assert "nò;x" in wrong.text
    assert kept(session, applications) == [("111", TODAY), (None, None), (None, None)]


def test_who_decides_on_another_call_writes_none(session, client, call, batch):
    made, _applications = batch
    other = make_call(session, "INTERNAZIONALIZZAZIONE-2021")
    sign_in(client, staff(call_id=other.id))

    assert client.get(f"/ufficio/concessioni/registro/{made.id}/cor").status_code == 404
