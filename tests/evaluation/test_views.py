"""The reviewer sees nothing before declaring, and nobody else's marks before all are in."""

import re
from datetime import UTC, datetime

import pytest

from portal.applications.rules import Status
from portal.calls.queries import content_by_id
from portal.evaluation import service
from portal.evaluation.rules import Stage
from tests.accounts_help import csrf, post, sign_in
from tests.counting import statements
from tests.factories.accounts import MembershipFactory, UserFactory, staff
from tests.factories.calls import make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE, admitted, marks, reviewer, scored, sheets

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SECRET = "Il segreto industriale della ditta"


@pytest.fixture
def call(session):
    return make_call(session)


@pytest.fixture
def anna(session):
    return reviewer()


@pytest.fixture
def application(session, call):
    questions = content_by_id(session, call.version_id).form.fields()
    goals = next(question.key for question in questions if question.type == "longtext")
    return admitted(call, company=CompanyFactory(legal_name="Officine Segrete S.r.l."), answers={goals: SECRET})


def give(session, application, person, *, declared=True):
    given = service.assign(session, application.id, person.id, by=OFFICE, now=NOW)
    if declared:
        service.declare(session, given.id, has_conflict=False, by=person.email, now=NOW)
    return given


def sheet_of(call, share="0.75"):
    fields = {}
    for key, mark in marks(call, share).items():
        fields[f"points_{key}"] = f"{mark.points}".replace(".", ",")
        fields[f"reason_{key}"] = mark.reason
    return fields


def test_before_declaring_only_the_names_around_the_firm_are_shown(session, client, application, anna):
    given = give(session, application, anna, declared=False)
    sign_in(client, anna)

    listed, page = client.get("/valutazione").text, client.get(f"/valutazione/{given.id}").text

    assert "Officine Segrete" not in listed
    assert "Officine Segrete" in page
    assert "Hai un conflitto di interessi?" in page
    assert SECRET not in page
    assert "points_" not in page


@pytest.mark.parametrize("verb", ["bozza", "consegna"])
def test_before_declaring_nothing_is_written(session, client, call, application, anna, verb):
    given = give(session, application, anna, declared=False)
    sign_in(client, anna)

    answer = post(client, f"/valutazione/{given.id}/{verb}", form_on=f"/valutazione/{given.id}", **sheet_of(call))

    assert answer.status_code == 422
    assert SECRET not in answer.text
    assert sheets(application)[0].desk.stage is Stage.TO_DECLARE


def test_after_declaring_the_application_is_shown(session, client, application, anna):
    given = give(session, application, anna, declared=False)
    sign_in(client, anna)

    answer = post(client, f"/valutazione/{given.id}/conflitto", form_on=f"/valutazione/{given.id}", answer="none")

    assert (answer.status_code, answer.location) == (303, f"/valutazione/{given.id}")
    assert SECRET in client.get(f"/valutazione/{given.id}").text


def test_a_declaration_without_an_answer_is_asked_again(session, client, application, anna):
    given = give(session, application, anna, declared=False)
    sign_in(client, anna)

    answer = post(client, f"/valutazione/{given.id}/conflitto", form_on=f"/valutazione/{given.id}")

    assert answer.status_code == 422
    assert "Scegli una delle due risposte." in answer.text


def test_a_declared_conflict_hides_the_case_for_good(session, client, application, anna):
    given = give(session, application, anna, declared=False)
    sign_in(client, anna)
    address = f"/valutazione/{given.id}"

    without = post(client, f"{address}/conflitto", form_on=address, answer="conflict")
    said = post(client, f"{address}/conflitto", form_on=address, answer="conflict", reason="Sono cognato del socio")

    assert (without.status_code, said.status_code) == (422, 303)
    page = client.get(address).text
    assert "Questa domanda non è visibile" in page
    assert SECRET not in page


def test_a_tie_found_after_the_declaration_hides_the_case_at_once(session, client, application, anna):
    given = give(session, application, anna)
    sign_in(client, anna)
    assert SECRET in client.get(f"/valutazione/{given.id}").text

    MembershipFactory(user=anna, company_id=application.company_id)

    page = client.get(f"/valutazione/{given.id}").text
    assert SECRET not in page
    assert "operi o hai operato per questa impresa" in page


def test_another_reviewer_finds_nothing(session, client, application, anna):
    given = give(session, application, anna)

    sign_in(client, reviewer())
    assert client.get(f"/valutazione/{given.id}").status_code == 404
    assert client.get(f"/valutazione/{given.id}/allegati/{given.id}").status_code == 404


def test_who_reviews_nothing_is_kept_out(session, client, application, anna):
    given = give(session, application, anna)
    sign_in(client, UserFactory())

    assert client.get("/valutazione").status_code == 403
    assert client.get(f"/valutazione/{given.id}").status_code == 403


def test_what_was_withdrawn_by_the_firm_is_gone(session, client, application, anna):
    given = give(session, application, anna)
    application.status, application.withdrawn_at = Status.WITHDRAWN, NOW
    session.flush()
    sign_in(client, anna)

    assert client.get(f"/valutazione/{given.id}").status_code == 404
    assert application.protocol not in client.get("/valutazione").text


def test_a_sheet_is_kept_by_itself_and_by_the_button(session, client, call, application, anna):
    given = give(session, application, anna)
    sign_in(client, anna)
    address, fields = f"/valutazione/{given.id}", sheet_of(call)
    key = next(iter(fields))

    quiet = client.post(
        f"{address}/bozza",
        data={"csrf_token": csrf(client, address), key: "dodici", "comment": "Da rivedere"},
        headers={"Accept": "application/json"},
    )
    again = client.get(address).text
    pressed = post(client, f"{address}/bozza", form_on=address, **fields)

    assert re.fullmatch(r"Salvato alle \d\d:\d\d", quiet.json["saved"])
    assert 'value="dodici"' in again
    assert "Da rivedere" in again
    assert pressed.status_code == 303
    assert sheets(application)[0].marks == marks(call)


def test_a_sheet_that_is_not_whole_comes_back_with_every_fault_and_is_kept(session, client, call, application, anna):
    given = give(session, application, anna)
    sign_in(client, anna)
    fields = sheet_of(call)
    first, second = list(marks(call))[:2]
    fields |= {f"points_{first}": "1000", f"reason_{second}": "boh"}

    answer = post(client, f"/valutazione/{given.id}/consegna", form_on=f"/valutazione/{given.id}", **fields)

    assert answer.status_code == 422
    assert "Il punteggio va da 0 a" in answer.text
    assert "Motiva il punteggio con almeno 20 caratteri." in answer.text
    assert sheets(application)[0].marks[second].reason == "boh"
    assert sheets(application)[0].submitted_at is None


def test_a_whole_sheet_is_handed_in_once(session, client, call, application, anna):
    given = give(session, application, anna)
    sign_in(client, anna)
    address = f"/valutazione/{given.id}"
    token = csrf(client, address)

    answers = [client.post(f"{address}/consegna", data={"csrf_token": token, **sheet_of(call)}) for _ in range(2)]

    assert [a.status_code for a in answers] == [303, 422]
    assert application.status is Status.EVALUATED
    assert "points_" not in client.get(address).text


def test_two_worlds_that_differ_only_in_sealed_marks_look_the_same(session, client, call, application, anna):
    """Threat 5: what a reviewer sees may not depend on marks that are still sealed."""
    bruno = reviewer()
    mine, theirs = give(session, application, anna), give(session, application, bruno)
    sign_in(client, anna)
    seen = []
    for share in ("0.25", "1"):
        service.save_draft(session, theirs.id, marks(call, share), comment=f"Quota {share}")
        pages = [client.get("/valutazione").text, client.get(f"/valutazione/{mine.id}").text]
        seen.append([re.sub(r'value="[^"]{40,}"', "", page) for page in pages])
    service.submit(session, theirs.id, marks(call, "1"), by=bruno.email, now=NOW)
    pages = [client.get("/valutazione").text, client.get(f"/valutazione/{mine.id}").text]
    seen.append([re.sub(r'value="[^"]{40,}"', "", page) for page in pages])

    assert seen[0] == seen[1] == seen[2]


def test_the_others_sheets_open_when_all_are_in(session, client, call, application, anna):
    bruno = reviewer()
    mine, theirs = give(session, application, anna), give(session, application, bruno)
    service.submit(session, mine.id, marks(call), by=anna.email, now=NOW)
    sign_in(client, anna)
    assert "Sigillate finché tutte" in client.get(f"/valutazione/{mine.id}").text

    service.submit(session, theirs.id, marks(call), comment="Nota di Bruno", by=bruno.email, now=NOW)

    assert "Nota di Bruno" in client.get(f"/valutazione/{mine.id}").text


def test_the_board_says_who_owes_what_in_a_constant_number_of_statements(session, client, call, anna):
    sign_in(client, staff())
    address = f"/ufficio/bandi/{call.slug}/valutazione"
    counts = []
    for more in (1, 6):
        for _ in range(more):
            give(session, admitted(call), anna)
        session.commit()
        session.expunge_all()
        with statements() as seen:
            page = client.get(address)
        counts.append(len(seen))

    assert page.status_code == 200
    assert anna.full_name in page.text
    assert counts[0] == counts[1], seen


def test_the_office_shares_out_and_corrects_by_hand(session, client, call, anna):
    applications = [admitted(call) for _ in range(2)]
    sign_in(client, staff())
    board = f"/ufficio/bandi/{call.slug}/valutazione"
    panel = f"/ufficio/domande/{applications[0].id}/valutazione"

    wrong = post(client, board, each="0", cap="10")
    shared = post(client, board, each="1", cap="10")
    (sheet,) = sheets(applications[0])
    taken = post(client, f"{panel}/{sheet.assignment_id}/togli", form_on=panel, reason="Assenza prolungata")
    given = post(client, panel, reviewer=str(anna.id))
    twice = post(client, panel, reviewer=str(anna.id))

    assert (wrong.status_code, shared.status_code, taken.status_code, given.status_code) == (422, 303, 303, 303)
    assert twice.status_code == 422
    assert "già assegnata" in twice.text
    assert [s.desk.stage for s in sheets(applications[0])] == [Stage.WITHDRAWN, Stage.TO_DECLARE]


def test_the_office_reopens_a_sheet_with_a_reason(session, client, call, anna):
    application = scored(call, admitted(call), anna)
    sign_in(client, staff())
    panel = f"/ufficio/domande/{application.id}/valutazione"
    reopen = f"{panel}/{sheets(application)[0].assignment_id}/riapri"

    assert post(client, reopen, form_on=panel, reason="no").status_code == 422
    assert post(client, reopen, form_on=panel, reason="Punteggi invertiti").status_code == 303
    assert application.status is Status.ADMITTED


def test_an_auditor_reads_the_board_and_writes_nothing(session, client, call, anna):
    application = admitted(call)
    sign_in(client, UserFactory(auditor=True))
    board, panel = f"/ufficio/bandi/{call.slug}/valutazione", f"/ufficio/domande/{application.id}/valutazione"

    assert client.get(board).status_code == 200
    assert '<button class="btn btn-primary"' not in client.get(panel).text
    token = csrf(client, "/")
    assert client.post(board, data={"csrf_token": token, "each": "1", "cap": "1"}).status_code == 403
    assert client.post(panel, data={"csrf_token": token, "reviewer": str(anna.id)}).status_code == 403


def test_a_manager_of_another_call_finds_nothing(session, client, call):
    other = make_call(session, "UZBEKISTAN-2025")
    sign_in(client, staff(call_id=other.id))

    assert client.get(f"/ufficio/bandi/{call.slug}/valutazione").status_code == 404
    assert client.get(f"/ufficio/domande/{admitted(call).id}/valutazione").status_code == 404
