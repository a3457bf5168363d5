"""The papers say what the application says."""

import pytest

from portal.applications import queries, service
from portal.applications.models import Application
from portal.applications.service import Change, papers
from portal.kernel.clock import utcnow
from tests.factories.applications import make

pytestmark = pytest.mark.usefixtures("session")


def sheet_of(session, application, lang="it"):
    return papers.sheet(queries.find(session, application.id), at=utcnow(), lang=lang)


def test_a_draft_is_printed_as_it_stands_wrong_answers_too(session):
    application = make()
    changes = [
        Change("has_agent", True),
        Change("founded_on", None, "31/02/2001"),
        Change("products", None, [{"name": "Valvole", "hs": "molte", "share": ""}]),
    ]
    service.save(session, application.id, changes, by="a@b.it", now=utcnow())
    sheet = sheet_of(session, application)

    replies = {one.label: one for step in sheet.sections for one in step.answers}
    assert (sheet.is_draft, sheet.state, sheet.arrival, sheet.sha256) == (True, "Bozza", None, None)
    assert (replies["Data di costituzione"].value, replies["Hai già un agente?"].value) == ("31/02/2001", "Sì")
    assert replies["Prodotti"].rows == [["Valvole", "molte", ""]]
    assert [(one.title, one.name) for one in sheet.attachments] == [
        ("Profilo aziendale", ""),
        ("Procura dell'agente", ""),
    ]
    assert [one.is_made for one in sheet.declarations] == [False, False]


def test_what_is_not_asked_is_not_printed(session):
    sheet = sheet_of(session, make(upto="filled"))
    assert "Chi è l'agente?" not in [one.label for step in sheet.sections for one in step.answers]


def test_what_was_handed_in_is_printed_as_frozen_in_either_language(session):
    application = make(upto="submitted")
    italian, english = (sheet_of(session, application, lang) for lang in ("it", "en"))

    assert (italian.state, english.state) == ("Inviata", "Submitted")
    assert (italian.pathway, english.pathway) == ("Spagna", "Spagna (en)")
    assert italian.arrival == str(application.arrival)
    assert [(one.name, one.size, one.sha256) for one in italian.attachments] == [
        ("profilo.pdf", "1\u00a0kB", application.content["attachments"][0]["sha256"])
    ]
    assert [one.is_made for one in italian.declarations] == [True, False]


def test_a_receipt_is_of_what_was_frozen(session):
    application = make(upto="submitted")
    folder = queries.find(session, application.id)
    folder.application.company.legal_name = "Altro nome"
    receipt = papers.receipt(folder.application, folder.content, public_url="https://p.example", lang="it")

    assert receipt.company == application.content["company"]["company"]["legal_name"] != "Altro nome"
    assert (receipt.arrival, receipt.protocol, receipt.sha256) == (
        str(application.arrival), application.protocol, application.sha256,
    )  # fmt: skip
    assert receipt.verify_url == f"https://p.example/ricevute/{application.receipt_code}"


def test_there_is_no_receipt_of_a_draft(session):
    folder = queries.find(session, make(upto="frozen").id)
    with pytest.raises(ValueError, match="handed in"):
        papers.receipt(session.get(Application, folder.application.id), folder.content, public_url="", lang="it")
