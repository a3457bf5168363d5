"""A blind call shows its reviewers neither names nor originals, whatever becomes of the copies."""

import io
from datetime import UTC, datetime
from time import process_time

import pytest

from portal.applications.models import Attachment
from portal.calls.queries import content_by_id
from portal.calls.rules.content import Evaluation
from portal.documents import service as store
from portal.evaluation import service
from portal.evaluation.rules.blind import MASK, scrub
from tests.accounts_help import sign_in
from tests.documents.papers import pdf
from tests.factories.calls import make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE, admitted, reviewer

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("La ROSSI MECCANICA produce", f"La {MASK} produce"),
        ("Rossi Meccanica S.r.l. esporta", f"{MASK} esporta"),
        ("scrivere a anna@rossi.it o su www.rossi.it", f"scrivere a {MASK} o su {MASK}"),
        ("P. IVA 01234567890, tel. +39 02 1234567", f"P. IVA {MASK}, tel. {MASK}"),
        ("RSSMRA80A01F205X firma", f"{MASK} firma"),
        ("Rossini non c'entra: 40 addetti, 2.500.000 euro", "Rossini non c'entra: 40 addetti, 2.500.000 euro"),
    ],
)
def test_names_and_what_looks_like_one_are_masked(text, shown):
    assert scrub(text, {"Rossi Meccanica S.r.l."}) == shown


@pytest.mark.parametrize("piece", ["a", "a-", "+", "1 ", "www.", "s. r. ", "a@a.", "00"])
def test_a_long_answer_is_masked_at_once(piece):
    begun = process_time()

    scrub(piece * (10_000 // len(piece)), {"Rossi Meccanica S.r.l."})

    assert process_time() - begun < 0.5


@pytest.fixture
def work(session):
    call = make_call(session, evaluation=Evaluation(blind=True))
    questions = content_by_id(session, call.version_id).form.fields()
    goals = next(question.key for question in questions if question.type == "longtext")
    firm = CompanyFactory(legal_name="Officine Segrete S.r.l.", website="https://segrete.example")
    said = f"Noi di Officine Segrete, partita IVA {firm.vat}, vogliamo crescere in Asia."
    application, anna = admitted(call, company=firm, answers={goals: said}), reviewer()
    given = service.assign(session, application.id, anna.id, by=OFFICE, now=NOW)
    return application, anna, given, firm


def declared(session, given, anna):
    service.declare(session, given.id, has_conflict=False, by=anna.email, now=NOW)
    session.commit()


def test_neither_list_nor_declaration_nor_case_names_the_firm(session, client, work):
    _application, anna, given, firm = work
    sign_in(client, anna)
    before = client.get("/valutazione").text + client.get(f"/valutazione/{given.id}").text
    declared(session, given, anna)

    case = client.get(f"/valutazione/{given.id}").text

    assert "vogliamo crescere in Asia" in case
    for page in (before, client.get("/valutazione").text, case):
        assert "segrete" not in page.lower()
        assert firm.vat not in page


def test_an_original_is_never_sent_and_an_emptied_copy_is_nothing(session, client, work):
    application, anna, given, _firm = work
    declared(session, given, anna)
    file, copy = (
        store.store(session, io.BytesIO(pdf()), name=name, by=OFFICE, now=NOW) for name in ("segrete.pdf", "o.pdf")
    )
    paper = Attachment(
        application_id=application.id, document="identity", file_id=file.id, attached_at=NOW, attached_by="a"
    )
    session.add(paper)
    session.flush()
    session.commit()
    sign_in(client, anna)
    address = f"/valutazione/{given.id}/allegati/{paper.id}"

    statuses, names = [client.get(address).status_code], []
    for one in (copy, None):
        service.redact(session, application.id, paper.id, one, by=OFFICE, now=NOW)
        session.commit()
        answer = client.get(address)
        statuses.append(answer.status_code)
        names.append(answer.headers.get("Content-Disposition", ""))
        answer.close()

    assert statuses == [404, 200, 404]
    assert "segrete" not in names[0]
    assert f"documento-{application.arrival}.pdf" in names[0]
