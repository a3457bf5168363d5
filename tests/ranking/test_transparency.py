"""Amministrazione trasparente: what art. 27 asks for, of the funded alone, in cells that no spreadsheet runs."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from portal.calls.queries import content_by_id
from portal.ranking import service
from portal.ranking.rules import TRANSPARENCY, Act
from portal.ranking.views.transparency import ACTS
from tests.counting import statements
from tests.factories.calls import UZBEKISTAN, around, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE, SECOND, admitted, reviewer, scored

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
NEW_YEAR = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
"""Already 2026 in Rome."""


@pytest.fixture
def call(session):
    return make_call(session, window=around(NEW_YEAR - timedelta(days=30)))


@pytest.fixture
def firm(session):
    return CompanyFactory(
        legal_name='=HYPERLINK("x") di Rossi Mario',
        vat="00743110157",
        tax_code="RSSMRA85M01H501Q",
        is_sole_trader=True,
        pec="rossi@pec.example",
    )


@pytest.fixture
def world(session, call, firm):
    """A sole trader funded, a firm below the threshold, one never published."""
    anna = reviewer()
    winner = scored(call, admitted(call, company=firm), anna, shares=["1"])
    scored(call, admitted(call, company=CompanyFactory(legal_name="Bassa S.r.l.")), anna, shares=["0"])
    other = make_call(session, UZBEKISTAN, window=around(NOW - timedelta(days=30)))
    scored(other, admitted(other, company=CompanyFactory(legal_name="Segreta S.r.l.")), anna, shares=["1"])
    service.draw_up(session, other.id, by=OFFICE, now=NOW)
    drawn = service.draw_up(session, call.id, by=OFFICE, now=NEW_YEAR)
    service.approve(session, drawn.id, by=SECOND, now=NEW_YEAR)
    service.publish(session, drawn.id, by=OFFICE, now=NEW_YEAR)
    session.commit()
    return winner


def table(client, query=""):
    answer = client.get(f"/trasparenza/beneficiari.csv{query}")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


def test_the_file_has_the_fields_of_the_law_and_only_the_funded(session, client, call, world):
    content = content_by_id(session, call.version_id)

    assert table(client) == [
        {
            "beneficiario": '\'=HYPERLINK("x") di Rossi Mario',
            "codice_fiscale": "00743110157",
            "importo_eur": "11500.00",
            "norma_titolo": content.programme.act,
            "ufficio": content.contacts.office,
            "responsabile": content.responsible_officer,
            "modalita": "graduatoria",
            "link_progetto": f"http://localhost/bandi/{call.slug}/graduatoria",
            "link_cv": "",
            "atto_n": "",
            "atto_data": "",
            "cor": "",
            "cup": content.budget.cup or "",
        }
    ]


def test_nothing_personal_is_on_the_page_or_in_the_files(client, world):
    for more in ("", "/beneficiari.csv", "/beneficiari.json"):
        text = client.get(f"/trasparenza{more}").text

        assert "00743110157" in text
        for hidden in ("RSSMRA85M01H501Q", "rossi@pec.example", "Bassa S.r.l.", "Segreta S.r.l."):
            assert hidden not in text


def test_a_year_is_one_of_rome(client, world):
    assert len(table(client, "?anno=2026")) == 1
    assert table(client, "?anno=2025") == []
    assert client.get("/trasparenza/beneficiari.csv?anno=domani").status_code == 404
    assert "Nessun beneficio concesso in questo periodo" in client.get("/trasparenza?anno=2025").text
    assert "00743110157" in client.get("/trasparenza?anno=2026").text


def test_the_json_says_the_same(client, world):
    whole = client.get("/trasparenza/beneficiari.json?anno=2026").get_json()

    assert whole["anno"] == 2026
    assert [tuple(line) for line in whole["beneficiari"]] == [TRANSPARENCY]
    assert whole["beneficiari"][0]["importo_eur"] == "11500.00"


def test_an_act_known_above_completes_the_line(app, client, world, monkeypatch):
    act = Act(number="12/2026", on=date(2026, 1, 15), cor="123456", cup="E12", amount_eur=Decimal("9000.00"))
    monkeypatch.setitem(app.extensions, ACTS, [lambda _session, ids: dict.fromkeys(ids, act)])

    line = table(client)[0]

    assert [line[name] for name in ("importo_eur", "atto_n", "atto_data", "cor", "cup")] == [
        "9000.00",
        "12/2026",
        "2026-01-15",
        "123456",
        "E12",
    ]
    assert "COR 123456" in client.get("/trasparenza").text


def test_the_version_in_force_alone_counts(session, client, call, world):
    scored(call, admitted(call), reviewer(), shares=["1"])
    drawn = service.draw_up(session, call.id, reason="Arrivata per posta", by=OFFICE, now=NOW)
    session.commit()
    assert len(table(client)) == 1

    service.approve(session, drawn.id, by=SECOND, now=NOW)
    service.publish(session, drawn.id, by=OFFICE, now=NOW)
    session.commit()

    assert len(table(client)) == 2


def test_the_page_and_the_file_cost_the_same_with_one_line_and_with_many(session, client, call, world):
    counts: list[int] = []
    for _ in range(2):
        session.expunge_all()
        with statements() as seen:
            assert client.get("/trasparenza").status_code == 200
            assert len(table(client)) == 1 + 4 * len(counts)
        counts.append(len(seen))
        anna = reviewer()
        for _more in range(4):
            scored(call, admitted(call), anna, shares=["1"])
        drawn = service.draw_up(session, call.id, reason="Arrivate per posta", by=OFFICE, now=NOW)
        service.approve(session, drawn.id, by=SECOND, now=NOW)
        service.publish(session, drawn.id, by=OFFICE, now=NOW)
        session.commit()

    assert counts[0] == counts[1] <= 8
