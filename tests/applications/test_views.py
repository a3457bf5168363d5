"""The pages: the whole way without a script, bad input, strangers, statements."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import func, select

from portal.accounts.rules import MembershipKind
from portal.applications import queries
from portal.applications.models import Answer, Application, Attachment
from portal.applications.rules import Status
from portal.applications.rules.procedure import RequestKind
from portal.audit.models import Entry
from portal.kernel.clock import utcnow
from tests.applications.conftest import enter, token
from tests.documents.papers import p7m, pades, pdf
from tests.factories.accounts import MembershipFactory, UserFactory, staff
from tests.factories.applications import FileFactory, SmallCallFactory, make, waiting
from tests.factories.companies import CompanyFactory

TYPED = {
    "f_pathway": "spain",
    "f_goals": "Aprire il mercato spagnolo.",
    "f_has_agent": "false",
    "f_agent": "",
    "f_budget": "1.234,50",
    "f_products-0-f_name": "Valvole",
    "f_products-0-f_hs": "8481.80",
    "f_products-0-f_share": "12,5",
    "f_languages": ["english", "french"],
}
PROJECT = ("pathway", "goals", "has_agent", "agent", "budget", "products", "languages")


def bases(page: str) -> dict[str, str]:
    """What a page was made from."""
    return {f"base-{key}": base for key, base in re.findall(r'name="base-([a-z_]+)" value="([^"]*)"', page)}


def of(application, path: str = "") -> str:
    return f"/area/domande/{application.id}{path}"


def stored(session, application) -> dict:
    rows = session.execute(
        select(Answer.key, Answer.value, Answer.typed).where(Answer.application_id == application.id)
    )
    return {key: value if typed is None else ("typed", typed) for key, value, typed in rows}


def write(browser, application, typed, *, section="project", **more):
    """Open a section, type, send."""
    page = browser.get(of(application, f"/sezioni/{section}")).text
    data = {"csrf_token": token(page), **bases(page), **typed, **more}
    return browser.post(of(application, f"/sezioni/{section}"), data=data)


def send_file(browser, application, content, *, name="profilo.pdf", document="profile"):
    page = browser.get(of(application, "/documenti")).text
    parts = {'name="csrf_token"': token(page).encode(), f'name="file"; filename="{name}"': content}
    heads = [(f"--x\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode(), body) for head, body in parts.items()]
    data = b"".join(head + body + b"\r\n" for head, body in heads) + b"--x--\r\n"
    address = of(application, f"/documenti/{document}")
    return browser.post(address, data=data, content_type="multipart/form-data; boundary=x")


def post(browser, application, path, **data):
    page = browser.get(of(application)).text
    return browser.post(of(application, path), data={"csrf_token": token(page), **data})


def test_a_firm_applies_without_a_script(session, member):
    company, call = CompanyFactory(), SmallCallFactory()
    browser = member(company.id)
    page = browser.get(f"/bandi/{call.slug}/domanda").text
    started = browser.post(f"/bandi/{call.slug}/domanda", data={"csrf_token": token(page)})
    assert started.status_code == 303
    application = session.scalars(select(Application)).one()
    assert started.location == of(application)
    assert "Mancano ancora 6 elementi" in browser.get(of(application)).text

    firm = {"f_legal_name": company.legal_name, "f_vat": company.vat, "f_pec": company.pec, "f_founded_on": "5/3/2001"}
    assert write(browser, application, firm, section="firm").location == of(application, "/sezioni/project")
    assert write(browser, application, TYPED).location == of(application, "/documenti")
    assert send_file(browser, application, pdf()).location == of(application, "/documenti#doc-profile")
    declared = post(browser, application, "/dichiarazioni", d_not_insolvent="y")
    assert declared.location == of(application, "/riepilogo")
    assert "Non manca nulla" in browser.get(of(application, "/riepilogo")).text
    assert post(browser, application, "/congela").location == of(application, "/invio")

    page = browser.get(of(application, "/invio")).text
    frozen = {"csrf_token": token(page), "sha256": re.search(r'name="sha256"[^>]*value="([0-9a-f]{64})"', page)[1]}
    first, second = (browser.post(of(application, "/invio"), data=frozen) for _ in range(2))
    assert (
        (first.status_code, first.location)
        == (second.status_code, second.location)
        == (303, of(application, "/ricevuta"))
    )

    session.refresh(application)
    receipt = browser.get(of(application, "/ricevuta")).text
    assert application.protocol in receipt
    assert application.sha256 in receipt
    assert browser.get(of(application, "/ricevuta.pdf")).data[:5] == b"%PDF-"
    assert stored(session, application)["founded_on"] == "2001-03-05"
    assert application.content["answers"]["products"] == [{"name": "Valvole", "hs": "848180", "share": "12.5"}]
    assert application.protocol in browser.get("/area/domande").text


def test_form_save_and_submit_take_ten_statements_at_most(session, member, statements):
    application = make(upto="filled")
    browser = member(application.company_id)
    page = browser.get(of(application, "/sezioni/project")).text
    data = {"csrf_token": token(page), **bases(page), **TYPED, "f_goals": "Altro."}
    with statements() as form:
        browser.get(of(application, "/sezioni/project"))
    with statements() as save:
        assert browser.post(of(application, "/sezioni/project"), data=data).status_code == 303
    post(browser, application, "/congela")
    page = browser.get(of(application, "/invio")).text
    sha256 = re.search(r'name="sha256"[^>]*value="([0-9a-f]{64})"', page)[1]
    with statements() as submit:
        browser.post(of(application, "/invio"), data={"csrf_token": token(page), "sha256": sha256})

    session.refresh(application)
    assert application.status is Status.SUBMITTED
    sign_in = [one for one in (*form, *save, *submit) if "user_sessions" in one]
    assert len(sign_in) == 3
    assert (len(form) - 1, len(save) - 1, len(submit) - 1) == (1, 2, 4)


def test_twenty_fields_are_saved_by_one_statement(session, member, statements):
    application = make()
    browser = member(application.company_id)
    page = browser.get(of(application, "/sezioni/project")).text
    with statements() as asked:
        browser.post(of(application, "/sezioni/project"), data={"csrf_token": token(page), **bases(page), **TYPED})
    assert len([one for one in asked if "INSERT INTO answers" in one]) == 1


@pytest.mark.parametrize(
    ("key", "typed", "words"),
    [
        ("founded_on", "31/02/2026", "Scrivi una data che esiste, per esempio 31/12/2025."),
        ("vat", "00743110158", "Controlla le 11 cifre della partita IVA."),
        ("activity", "99.98.97", "Il codice ATECO «99.98.97» non esiste"),
        ("legal_name", "x" * 201, "Il testo può avere al massimo 200 caratteri: ne ha 201."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(session, member, key, typed, words):
    application = make()
    browser = member(application.company_id)
    answer = write(
        browser, application, {"f_legal_name": "Rossi", "f_vat": "00743110157", f"f_{key}": typed}, section="firm"
    )

    assert answer.status_code == 422
    assert words in answer.text
    assert f'href="#f_{key}"' in answer.text
    assert typed in answer.text
    assert stored(session, application)[key] == ("typed", typed)
    again = browser.get(of(application, "/sezioni/firm")).text
    assert typed in again
    assert words in again


def test_a_draft_may_be_left_with_questions_open(session, member):
    application = make()
    answer = write(member(application.company_id), application, {"f_goals": "Metà."}, go="draft")
    assert (answer.status_code, answer.location) == (303, of(application))
    assert stored(session, application)["goals"] == "Metà."


def test_going_on_with_questions_open_says_which(member):
    application = make()
    answer = write(member(application.company_id), application, {"f_goals": "Metà."})
    assert answer.status_code == 422
    assert "Scegli una risposta: Percorso." in answer.text
    assert "Continua comunque" in answer.text
    assert "Chi è l&#39;agente?" in answer.text


def test_links_from_the_summary_show_what_is_missing(member):
    application = make()
    browser = member(application.company_id)
    assert "/sezioni/project?controlla=1#f_goals" in browser.get(of(application, "/riepilogo")).text
    assert "Serve una risposta: Obiettivi." in browser.get(of(application, "/sezioni/project?controlla=1")).text


def test_fields_that_are_not_the_calls_change_nothing(session, member):
    application = make()
    was = {
        column.key: getattr(application, column.key)
        for column in Application.__table__.columns
        if column.key != "updated_at"
    }
    extra = {
        "status": "funded", "company_id": str(CompanyFactory().id), "submitted_at": "2026-01-01", "f_status": "funded",
        "base-status": "0:0", "f_secret": "x", "base-secret": "0:0", "id": "x",
    }  # fmt: skip
    write(member(application.company_id), application, {**TYPED, **extra})

    session.refresh(application)
    assert {key: getattr(application, key) for key in was} == was
    assert set(stored(session, application)) == {"legal_name", "vat", "pec", "town", "activity", *PROJECT} - {"agent"}


def test_two_colleagues_lose_no_word(session, member):
    application = make()
    anna, bruno = member(application.company_id), member(application.company_id, kind=MembershipKind.COLLEAGUE)
    page = bruno.get(of(application, "/sezioni/project")).text
    write(anna, application, {**TYPED, "f_goals": "Di Anna."})
    answer = bruno.post(
        of(application, "/sezioni/project"),
        data={"csrf_token": token(page), **bases(page), "f_goals": "Di Bruno.", "f_budget": "99"},
    )

    assert answer.status_code == 409
    assert "Di Anna." in answer.text
    assert "Di Bruno." in answer.text
    assert 'name="take" value="goals"' in answer.text
    found = stored(session, application)
    assert (found["goals"], found["pathway"], found["budget"]) == ("Di Anna.", "spain", "1234.50")

    data = {"csrf_token": token(answer.text), **bases(answer.text), "f_goals": "Di Bruno.", "f_budget": "1.234,50"}
    assert bruno.post(of(application, "/sezioni/project"), data=data).status_code == 422
    assert (stored(session, application)["goals"], stored(session, application)["pathway"]) == ("Di Bruno.", "spain")


def test_the_colleagues_words_may_be_kept(session, member):
    application = make()
    anna, bruno = member(application.company_id), member(application.company_id)
    page = bruno.get(of(application, "/sezioni/project")).text
    write(anna, application, {"f_goals": "Di Anna."})
    clash = {"csrf_token": token(page), **bases(page), "f_goals": "Di Bruno."}
    page = bruno.post(of(application, "/sezioni/project"), data=clash).text
    taken = {"csrf_token": token(page), **bases(page), "f_goals": "Di Bruno.", "take": "goals"}
    answer = bruno.post(of(application, "/sezioni/project"), data=taken)

    assert (answer.status_code, answer.location) == (303, of(application, "/sezioni/project#f_goals"))
    assert stored(session, application)["goals"] == "Di Anna."


def autosave(browser, application, page, typed, *keys):
    data = {"csrf_token": token(page), **{f"base-{key}": bases(page)[f"base-{key}"] for key in keys}, **typed}
    return browser.post(of(application, "/sezioni/project/salva"), data=data)


def test_one_field_is_saved_as_it_is_left(session, member):
    application = make()
    browser = member(application.company_id)
    page = browser.get(of(application, "/sezioni/project")).text
    answer = autosave(browser, application, page, {"f_goals": "Uno", "f_budget": "5"}, "goals")

    assert answer.status_code == 200
    assert re.fullmatch(r"Salvato alle \d\d:\d\d", answer.json["said"])
    assert answer.json["fields"]["goals"]["base"].startswith("1:")
    assert "budget" not in stored(session, application)
    assert stored(session, application)["goals"] == "Uno"


def test_a_field_saved_wrong_is_kept_and_said(session, member):
    application = make()
    browser = member(application.company_id)
    page = browser.get(of(application, "/sezioni/project")).text
    answer = autosave(browser, application, page, {"f_budget": "molto"}, "budget")

    assert answer.status_code == 422
    assert answer.json["fields"]["budget"]["error"].startswith("Scrivi un importo in euro")
    assert stored(session, application)["budget"] == ("typed", "molto")


def test_a_field_that_a_colleague_changed_comes_back_with_both(session, member):
    application = make()
    anna, bruno = member(application.company_id), member(application.company_id)
    page = bruno.get(of(application, "/sezioni/project")).text
    write(anna, application, {"f_goals": "Di Anna."})
    answer = autosave(bruno, application, page, {"f_goals": "Di Bruno."}, "goals")

    assert answer.status_code == 409
    theirs = answer.json["fields"]["goals"]["theirs"]
    assert (theirs["text"], theirs["shown"]) == ("Di Anna.", "Di Anna.")
    assert answer.json["said"] == "Non salvato: scegli tra il tuo testo e quello del collega."
    assert stored(session, application)["goals"] == "Di Anna."


def test_the_same_answer_saved_twice_is_one_revision(session, member):
    application = make()
    browser = member(application.company_id)
    page = browser.get(of(application, "/sezioni/project")).text
    first = autosave(browser, application, page, {"f_goals": "Uno"}, "goals").json["fields"]["goals"]["base"]
    again = autosave(browser, application, page, {"f_goals": "Uno"}, "goals").json["fields"]["goals"]["base"]
    assert first == again


def test_autosave_after_freezing_is_refused_in_words(member):
    application = make(upto="filled")
    browser = member(application.company_id)
    page = browser.get(of(application, "/sezioni/project")).text
    post(browser, application, "/congela")
    answer = autosave(browser, application, page, {"f_goals": "Tardi"}, "goals")
    assert (answer.status_code, answer.json) == (
        422,
        {"error": "La domanda è congelata: per modificarla, sbloccala dal riepilogo."},
    )


def test_a_section_sent_after_freezing_keeps_what_was_typed(session, member):
    application = make(upto="filled")
    browser = member(application.company_id)
    page = browser.get(of(application, "/sezioni/project")).text
    post(browser, application, "/congela")
    data = {"csrf_token": token(page), **bases(page), **TYPED, "f_goals": "Parole tardive"}
    answer = browser.post(of(application, "/sezioni/project"), data=data)

    assert answer.status_code == 409
    assert "La domanda è congelata" in answer.text
    assert "Parole tardive" in answer.text
    assert stored(session, application)["goals"] == "Aprire il mercato spagnolo."


def test_rows_are_added_and_removed_by_buttons(session, member):
    application = make()
    browser = member(application.company_id)
    added = write(browser, application, {**TYPED, "rows": "add:products"})
    assert added.location == of(application, "/sezioni/project?righe=products.2#f_products")
    page = browser.get(added.location).text
    assert "f_products-1-f_name" in page
    assert "f_products-2-f_name" not in page

    two = {**TYPED, "f_products-1-f_name": "Pompe"}
    data = {"csrf_token": token(page), **bases(page), **two, "rows": "remove:products:0"}
    assert browser.post(of(application, "/sezioni/project"), data=data).status_code == 303
    assert stored(session, application)["products"] == [{"name": "Pompe"}]


@pytest.mark.parametrize(
    "rows", ["add:nowhere", "remove:products:99", "remove:products:x", "drop:products", "x", "add:goals"]
)
def test_odd_wishes_for_rows_break_nothing(member, rows):
    application = make()
    assert write(member(application.company_id), application, {**TYPED, "rows": rows}).status_code == 303


def test_conditional_questions_are_there_without_a_script(member):
    application = make()
    page = member(application.company_id).get(of(application, "/sezioni/project")).text
    assert "Solo se alla domanda «Hai già un agente?» hai risposto: Sì." in page
    assert 'data-when="f_has_agent"' in page


def test_files_are_known_by_content_shown_with_hash_and_given_back_as_attachments(session, member):
    application = make()
    browser = member(application.company_id)
    send_file(browser, application, pdf(), name="../../<b>profilo</b>.exe")
    page = browser.get(of(application, "/documenti")).text
    attachment = session.scalars(select(Attachment)).one()
    file = queries.find(session, application.id).enclosed[0]
    assert file.sha256 in page
    assert "<b>" not in page

    answer = browser.get(of(application, f"/documenti/{attachment.id}"))
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == ("nosniff", "no-store")
    assert answer.data[:5] == b"%PDF-"
    answer.close()


def test_signers_are_shown(session, member):
    application = make()
    browser = member(application.company_id)
    send_file(browser, application, pades())
    assert "Firma di " in browser.get(of(application, "/documenti")).text


@pytest.mark.parametrize(
    ("content", "name", "status", "words"),
    [
        (b"", "profilo.pdf", 422, "Il file è vuoto (0 byte)"),
        (
            b"MZ" + b"\x90" * 400,
            "profilo.pdf",
            422,
            "Il contenuto del file non corrisponde a nessuno dei tipi accettati",
        ),
        (p7m(), "profilo.p7m", 422, "Questo file è un PDF firmato (P7M); qui si accettano: PDF."),
        (pdf()[:200], "profilo.pdf", 422, "Il file è danneggiato o incompleto"),
        (b"%PDF-1.7\n" + b"0" * (21 << 20), "grande.pdf", 413, "Il file supera 20 MB"),
    ],
)
def test_a_bad_file_is_refused_beside_its_field(session, member, content, name, status, words):
    application = make(upto="filled")
    browser = member(application.company_id)
    answer = send_file(browser, application, content, name=name)

    assert answer.status_code == status
    assert words in answer.text.split('id="doc-profile"')[1].split("</section>")[0]
    assert "profilo.pdf" in answer.text
    assert session.scalar(select(func.count()).select_from(Attachment)) == 1


def test_no_file_is_said_so(member):
    application = make()
    answer = send_file(member(application.company_id), application, b"", name="")
    assert answer.status_code == 422
    assert "Scegli un file prima di premere" in answer.text


def test_three_hundred_megabytes_are_refused_beside_the_field(member):
    application = make()
    browser = member(application.company_id)
    answer = browser.post(
        of(application, "/documenti/profile"),
        input_stream=BytesIO(b"x" * 100_000),
        environ_overrides={"CONTENT_LENGTH": str(300 << 20)},
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 413
    assert "Il file supera 20 MB" in answer.text.split('id="doc-profile"')[1]


def test_a_removed_file_is_gone_from_the_page_and_stays_in_the_record(session, member):
    application = make(upto="filled")
    browser = member(application.company_id)
    attachment = session.scalars(select(Attachment)).one()
    assert post(browser, application, f"/documenti/{attachment.id}/rimuovi").status_code == 303
    session.refresh(attachment)
    assert attachment.removed_at is not None
    assert "profilo.pdf" not in browser.get(of(application, "/documenti")).text.split("<main")[1].split("notice")[0]


def test_declarations_are_never_ticked_for_anyone(session, member):
    application = make()
    browser = member(application.company_id)
    page = browser.get(of(application, "/dichiarazioni")).text
    assert 'name="d_not_insolvent"' in page
    assert " checked" not in page
    answer = post(browser, application, "/dichiarazioni", d_newsletter="y")
    assert answer.status_code == 422
    assert "Questa dichiarazione è necessaria per partecipare." in answer.text
    assert stored(session, application)["newsletter"] is True

    post(browser, application, "/dichiarazioni", d_not_insolvent="y", go="draft")
    found = stored(session, application)
    assert (found["not_insolvent"], found["newsletter"]) == (True, False)


def test_an_incomplete_draft_says_what_is_missing_when_frozen(member):
    application = make()
    answer = post(member(application.company_id), application, "/congela")
    assert answer.status_code == 422
    assert "elementi mancanti o da correggere: 6" in answer.text


def test_the_way_to_the_sending_leads_through_the_freezing(member):
    application = make(upto="filled")
    browser = member(application.company_id)
    assert browser.get(of(application, "/invio")).location == of(application, "/riepilogo")
    post(browser, application, "/congela")
    assert browser.get(of(application, "/sezioni/project")).location == of(application, "/riepilogo")
    assert browser.get(of(application, "/dichiarazioni")).location == of(application, "/riepilogo")
    assert post(browser, application, "/sblocca").location == of(application, "/riepilogo")
    assert browser.get(of(application, "/sezioni/project")).status_code == 200


def late(session, application):
    """Close the call behind a frozen application."""
    call = session.get(type(application).call.property.mapper.class_, application.call_id)
    call.opens_at, call.closes_at = utcnow() - timedelta(days=2), utcnow() - timedelta(seconds=1)
    session.commit()


def test_after_the_deadline_the_refusal_is_a_page_and_a_line_in_the_audit(session, member):
    application = make(upto="frozen")
    browser = member(application.company_id)
    late(session, application)
    answer = post(browser, application, "/invio", sha256=application.sha256)

    assert answer.status_code == 422
    assert "Il bando è chiuso dal" in answer.text
    session.refresh(application)
    assert (application.status, application.arrival) == (Status.DRAFT, None)
    refused = session.scalars(select(Entry).where(Entry.action == "applications.submission_refused")).all()
    assert [one.subject_id for one in refused] == [str(application.id)]
    assert "Invio rifiutato" in browser.get(of(application)).text


def test_what_changed_since_the_page_was_opened_is_not_sent(session, member):
    application = make(upto="frozen")
    answer = post(member(application.company_id), application, "/invio", sha256="0" * 64)
    assert answer.status_code == 409
    assert "ricontrollala e inviala" in answer.text
    assert post(member(application.company_id), application, "/invio", sha256="x").status_code == 422


def test_a_delegate_without_that_power_neither_submits_nor_withdraws(session, member):
    application = make(upto="frozen")
    browser = member(application.company_id, delegate=True, may_submit=False)
    assert "Invia la domanda</button>" not in browser.get(of(application, "/invio")).text
    assert post(browser, application, "/invio", sha256=application.sha256).status_code == 422
    refused = post(browser, application, "/ritiro", reason="No", is_meant="y")
    assert refused.status_code == 422
    assert "La tua delega non comprende" in refused.text
    session.refresh(application)
    assert application.status is Status.DRAFT


def test_a_delegate_for_one_call_sees_that_call_alone(session, member):
    company = CompanyFactory()
    mine, other = make(company=company), make(company=company)
    browser = member(company.id, delegate=True, call_id=mine.call_id)
    assert browser.get(of(mine)).status_code == 200
    assert browser.get(of(other)).status_code == 404
    assert str(other.id) not in browser.get("/area/domande").text


PAGES = (
    "", "/sezioni/project", "/documenti", "/dichiarazioni", "/riepilogo", "/invio", "/anteprima.pdf", "/ricevuta",
    "/ricevuta.pdf", "/ritiro",
)  # fmt: skip
ACTIONS = (
    "/sezioni/project",
    "/sezioni/project/salva",
    "/documenti/profile",
    "/dichiarazioni",
    "/congela",
    "/sblocca",
    "/invio",
    "/ritiro",
)


def test_a_stranger_meets_nothing_but_404(session, member):
    application = make(upto="submitted")
    attachment = session.scalars(select(Attachment)).one()
    browser = member(CompanyFactory().id)
    files = (f"/documenti/{attachment.id}",)
    assert {path: browser.get(of(application, path)).status_code for path in (*PAGES, *files)} == dict.fromkeys(
        (*PAGES, *files), 404
    )
    csrf = token(browser.get("/area").text)
    actions = (*ACTIONS, f"/documenti/{attachment.id}/rimuovi")
    found = {path: browser.post(of(application, path), data={"csrf_token": csrf}).status_code for path in actions}
    assert found == dict.fromkeys(actions, 404)


def test_nobody_signed_in_is_sent_to_sign_in(client, session):
    application = make()
    session.commit()
    assert {path: client.get(of(application, path)).status_code for path in PAGES} == dict.fromkeys(PAGES, 303)


def test_staff_have_their_own_pages(app, session):
    application, person = make(), staff()
    session.commit()
    assert enter(app.test_client(), person).get(of(application)).status_code == 403


def test_what_does_not_exist_in_the_call_is_404(member):
    application = make()
    browser = member(application.company_id)
    paths = ("/sezioni/nowhere", "/documenti/00000000-0000-0000-0000-000000000000", "/ricevuta", "/ricevuta.pdf")
    assert [browser.get(of(application, path)).status_code for path in paths] == [404] * 4
    assert post(browser, application, "/documenti/passport").status_code == 404
    assert post(browser, application, "/documenti/mandate").status_code == 404


def test_a_post_without_a_token_changes_nothing(member):
    application = make()
    browser = member(application.company_id)
    assert [browser.post(of(application, path)).status_code for path in ACTIONS] == [400] * len(ACTIONS)


def test_starting_needs_a_firm_and_a_call(app, session, member):
    call, over = SmallCallFactory(), SmallCallFactory(over=True)
    newcomer = UserFactory()
    session.commit()
    browser = enter(app.test_client(), newcomer)
    assert browser.get(f"/bandi/{call.slug}/domanda").location == "/area/impresa"

    browser = member(CompanyFactory().id)
    assert browser.get("/bandi/nessuno/domanda").status_code == 404
    page = browser.get(f"/bandi/{over.slug}/domanda")
    assert "non si possono più iniziare domande" in page.text
    answer = browser.post(f"/bandi/{over.slug}/domanda", data={"csrf_token": token(page.text)})
    assert answer.status_code == 422
    assert "Il bando è chiuso dal" in answer.text


def test_starting_again_leads_to_the_draft(session, member):
    application = make()
    call = session.get(type(application).call.property.mapper.class_, application.call_id)
    assert member(application.company_id).get(f"/bandi/{call.slug}/domanda").location == of(application)


def test_withdrawing_asks_why_and_means_it(session, member):
    application = make(upto="submitted")
    browser = member(application.company_id)
    answer = post(browser, application, "/ritiro", reason="  ")
    assert answer.status_code == 422
    assert "Scrivi in breve il motivo." in answer.text
    done = post(browser, application, "/ritiro", reason="Cambio di programma", is_meant="y")
    assert done.location == of(application)
    page = browser.get(of(application)).text
    assert "Ritirata" in page
    assert "Cambio di programma" in page


@pytest.mark.parametrize("upto", ["draft", "filled", "frozen", "submitted"])
def test_the_whole_is_a_pdf_at_any_time(member, upto):
    application = make(upto=upto)
    answer = member(application.company_id).get(of(application, "/anteprima.pdf"))
    assert answer.data[:5] == b"%PDF-"
    assert answer.headers["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("status", [one for one in Status if one is not Status.DRAFT])
def test_every_state_is_told_in_plain_words(session, member, status, language):
    application = make(upto="submitted")
    if status is Status.SUPPLEMENT_REQUESTED:
        waiting(application, RequestKind.SUPPLEMENT)
    elif status is Status.REJECTION_NOTICE:
        waiting(application, RequestKind.NOTICE)
    application.status = status
    if status is Status.WITHDRAWN:
        application.withdrawn_at = utcnow()
    session.commit()
    answer = member(application.company_id).get(of(application, f"?lang={language}"))
    assert answer.status_code == 200
    assert ("Prossimo passo" if language == "it" else "Next step") in answer.text


def test_a_receipt_is_verified_by_anyone_and_says_no_more_than_it_holds(client, session):
    application = make(upto="submitted")
    session.commit()
    code = application.receipt_code
    asked = client.get("/ricevute", query_string={"code": code.lower().replace("-", " ")})
    assert (asked.status_code, asked.location) == (303, f"/ricevute/{code}")

    page = client.get(f"/ricevute/{code}").text
    company = session.get(type(application).company.property.mapper.class_, application.company_id)
    assert application.protocol in page
    assert application.sha256 in page
    assert company.legal_name not in page
    assert company.vat not in page
    assert application.submitted_by not in page

    def compare(typed):
        return client.get(f"/ricevute/{code}", query_string={"confronta": typed}).text

    assert "Corrisponde:" in compare(application.sha256.upper())
    assert "Corrisponde:" in compare(f"IT {company.vat}")
    assert "Non corrisponde:" in compare("0" * 64)
    assert "Non corrisponde:" in compare("00743110157")
    assert "Scrivi l'impronta" in compare("ciao")


def test_a_code_that_is_no_receipts_is_said_so(client):
    assert client.get("/ricevute/AAAA-BBBB-CCCC-DDDD").status_code == 404
    assert client.get("/ricevute/aaaabbbbccccdddd").location == "/ricevute/AAAA-BBBB-CCCC-DDDD"
    assert client.get("/ricevute/---").status_code == 404
    answer = client.get("/ricevute", query_string={"code": "boh"})
    assert answer.status_code == 422
    assert "Controlla il codice" in answer.text
    assert client.get("/ricevute").status_code == 200


def test_a_row_with_cells_left_blank_is_summed_up(member):
    application = make()
    browser = member(application.company_id)
    write(browser, application, {**TYPED, "f_products-0-f_share": ""})
    assert browser.get(of(application, "/riepilogo")).status_code == 200


def test_hostile_words_are_shown_as_words(session, member):
    application = make()
    browser = member(application.company_id)
    evil = "<script>alert(1)</script>\"'{{7*7}}"
    write(browser, application, {**TYPED, "f_goals": evil, "f_products-0-f_name": evil})
    for path in ("/sezioni/project", "/riepilogo", ""):
        assert "<script>alert" not in browser.get(of(application, path)).text
    assert stored(session, application)["goals"] == evil


def test_files_of_a_stranger_are_not_there(session, member):
    application = make(upto="filled")
    attachment = session.scalars(select(Attachment)).one()
    other = make()
    browser = member(other.company_id)
    assert browser.get(of(other, f"/documenti/{attachment.id}")).status_code == 404
    assert post(browser, other, f"/documenti/{attachment.id}/rimuovi").status_code == 303
    session.refresh(attachment)
    assert attachment.removed_at is None
    assert application.id != other.id


def test_more_members_are_made_by_the_factory(session):
    assert MembershipFactory(company=CompanyFactory()).may_submit
    assert FileFactory().pages == 1
