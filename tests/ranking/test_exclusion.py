"""A firm excluded after the ranking was published, and taken in again: versions, moves in words, letters."""

import csv
import io
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from openpyxl import load_workbook
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from portal.applications import service as asking
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.applications.service import move
from portal.audit.queries import story
from portal.awards import service as awards
from portal.awards.queries import ledger
from portal.calls.queries import content_by_id
from portal.calls.rules.content import Proceeding
from portal.companies.models import Company
from portal.eligibility import queries as eligibility, service as deciding
from portal.eligibility.models import Reopening
from portal.eligibility.rules.judged import NoticeNeeded, ReasonMissing
from portal.eligibility.rules.reopening import AlreadyReopened, GrantedAlready, NotReopenable
from portal.eligibility.rules.verdicts import Verdict
from portal.evaluation import service as evaluation
from portal.kernel.errors import NotFound
from portal.kernel.outbox import Envelope
from portal.kernel.text import canonical_json
from portal.notifications import service as notifications
from portal.notifications.models import Message
from portal.office.queries import clocks
from portal.ranking import queries, rules, service
from portal.ranking.models import Place
from portal.ranking.rules import Cause
from portal.ranking.rules.refusals import Overtaken, StillOwed
from portal.ranking.service import papers
from portal.ranking.service.moves import words
from tests.accounts_help import csrf, post, sign_in
from tests.factories import ranking as made
from tests.factories.accounts import UserFactory, staff
from tests.factories.calls import around, make_call
from tests.factories.eligibility import noticed
from tests.factories.evaluation import OFFICE, SECOND, admitted, reviewer

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
CHECKED = "Visura e DURC del 22/11/2026 agli atti."
WHY = "Il DURC, riesaminato dopo un esposto, risulta irregolare alla data della domanda."
AGAIN = "L'INPS ha rettificato: il DURC era regolare alla data della domanda."


@pytest.fixture
def call(session):
    proceeding = Proceeding(notice_before_exclusion=False)
    return make_call(session, window=around(NOW - timedelta(days=30)), proceeding=proceeding)


@pytest.fixture
def anna(session):
    return reviewer()


entered = partial(made.entered, now=NOW)
publish = partial(made.publish, now=NOW)


def company_of(session, application):
    return session.get(Company, application.company_id)


def correct(session, application, verdict, *, at):
    report = eligibility.find_standing(session, application.id).report
    deciding.override(session, report.id, "durc", verdict, reason=WHY, by=OFFICE, now=at)


def exclude(session, application, *, at=NOW):
    deciding.reopen(session, application.id, reason=WHY, by=OFFICE, now=at)
    correct(session, application, Verdict.FAIL, at=at + timedelta(seconds=1))
    deciding.not_admit(session, application.id, reason=WHY, by=OFFICE, now=at + timedelta(seconds=2))


def readmit(session, application, *, at):
    deciding.reopen(session, application.id, reason=AGAIN, by=OFFICE, now=at)
    correct(session, application, Verdict.PASS, at=at + timedelta(seconds=1))
    deciding.admit(session, application.id, by=OFFICE, now=at + timedelta(seconds=2))


def table(response):
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.text.lstrip("\ufeff")), delimiter=";"))


def said(session, ranking):
    """Registry number -> how it moved, in words."""
    rows = session.scalars(select(Place).where(Place.ranking_id == ranking.id).order_by(Place.position))
    return [(row.line["registry_number"], words(row.move, {})) for row in rows]


def frozen(session, ranking):
    """All that a version is, byte by byte."""
    rows = session.scalars(select(Place).where(Place.ranking_id == ranking.id).order_by(Place.position))
    return canonical_json([ranking.content, ranking.signature, ranking.inputs, [[row.line, row.move] for row in rows]])


def tell(session):
    """Tell everything that waits, as the worker does; answers the events of the check that were told, in order."""
    events = ("eligibility.admitted", "eligibility.not_admitted", "eligibility.reopened", "eligibility.confirmed")
    found = session.scalars(select(Envelope).where(Envelope.name.in_(events)).order_by(Envelope.id)).all()
    return [
        (one.name, notifications.tell(session, one.name, one.payload, occurrence=str(one.id), now=NOW)) for one in found
    ]


def test_excluded_after_the_publication_then_readmitted(session, call, anna):
    first = entered(call, anna, share="1")
    second = entered(call, anna, share="0.9")
    third = entered(call, anna, share="0.8")
    one = publish(call)
    was = frozen(session, one)

    exclude(session, second)
    two = publish(call, cause=Cause.EXCLUSION, reason=WHY)

    assert second.status is Status.NOT_ADMITTED
    assert said(session, two) == [
        (first.protocol, ""),
        (third.protocol, "salita di 1: esclusione di un'impresa"),
    ]
    assert two.content["left"] == [{"registry_number": second.protocol, "code": "excluded"}]
    assert two.content["not_admitted"] == []
    assert frozen(session, one) == was

    then = frozen(session, two)
    readmit(session, second, at=NOW + timedelta(days=1))
    assert evaluation.take_up(session, second.id, now=NOW + timedelta(days=1))
    assert not evaluation.take_up(session, second.id, now=NOW + timedelta(days=1))
    three = publish(call, cause=Cause.CORRECTION, reason=AGAIN, now=NOW + timedelta(days=1))

    assert said(session, three) == [
        (first.protocol, ""),
        (second.protocol, "riammessa in graduatoria"),
        (third.protocol, "scesa di 1: un'impresa riammessa davanti"),
    ]
    assert (second.status, three.content["left"]) == (Status.FUNDED, [])
    assert [frozen(session, one), frozen(session, two)] == [was, then]
    for ranking in (one, two, three):
        assert rules.verify(canonical_json({**ranking.content, "signature": ranking.signature})) is None


def test_until_it_is_decided_no_version_is_drawn_up_approved_or_published(session, call, anna):
    entered(call, anna, share="1")
    doubtful = entered(call, anna, share="0.9")
    publish(call)
    again = service.draw_up(session, call.id, reason=WHY, by=OFFICE, now=NOW)
    service.approve(session, again.id, by=SECOND, now=NOW)

    deciding.reopen(session, doubtful.id, reason=WHY, by=OFFICE, now=NOW)

    with pytest.raises(Overtaken):
        service.publish(session, again.id, by=OFFICE, now=NOW)
    with pytest.raises(StillOwed):
        service.draw_up(session, call.id, reason=AGAIN, by=OFFICE, now=NOW)


def test_one_found_in_order_is_where_it_was_and_nothing_is_published_anew(session, call, anna):
    firm = entered(call, anna, share="1")
    ranking = publish(call)

    deciding.reopen(session, firm.id, reason=WHY, by=OFFICE, now=NOW)
    assert (firm.status, firm.reopened_at) == (Status.ELIGIBILITY_CHECK, NOW)
    deciding.admit(session, firm.id, by=OFFICE, now=NOW)

    assert (firm.status, firm.reopened_at) == (Status.FUNDED, None)
    assert queries.latest_published(session, call.id).id == ranking.id
    assert tell(session) == [
        ("eligibility.admitted", 1),
        ("eligibility.reopened", 1),
        ("eligibility.confirmed", 1),
    ]


def test_where_the_call_wants_a_notice_nobody_is_excluded_without(session, anna):
    call = make_call(session, window=around(NOW - timedelta(days=30)))
    firm = entered(call, anna, share="1")
    publish(call)
    deciding.reopen(session, firm.id, reason=WHY, by=OFFICE, now=NOW)
    correct(session, firm, Verdict.FAIL, at=NOW + timedelta(seconds=1))

    with pytest.raises(NoticeNeeded):
        deciding.not_admit(session, firm.id, reason=WHY, by=OFFICE, now=NOW)
    notice = noticed(session, firm, at=NOW)
    deciding.not_admit(session, firm.id, reason=WHY, by=OFFICE, now=notice.due_at + timedelta(days=1))

    assert (firm.status, firm.reopened_at) == (Status.NOT_ADMITTED, None)


def test_a_notice_keeps_the_case_reopened_and_a_confirmation_after_it_restores_it(session, call, anna):
    firm = entered(call, anna, share="1")
    publish(call)
    deciding.reopen(session, firm.id, reason=WHY, by=OFFICE, now=NOW)
    correct(session, firm, Verdict.FAIL, at=NOW + timedelta(seconds=1))
    noticed(session, firm, is_over=False, at=NOW)
    assert (firm.status, firm.reopened_at) == (Status.REJECTION_NOTICE, NOW)
    correct(session, firm, Verdict.PASS, at=NOW + timedelta(seconds=2))

    deciding.admit(session, firm.id, by=OFFICE, now=NOW)

    assert firm.status is Status.FUNDED


def test_each_decision_is_told_again_and_none_twice(session, call, anna):
    firm = entered(call, anna, share="1")
    entered(call, anna, share="0.8")
    publish(call)
    exclude(session, firm)
    readmit(session, firm, at=NOW + timedelta(days=1))
    evaluation.take_up(session, firm.id, now=NOW + timedelta(days=1))
    exclude(session, firm, at=NOW + timedelta(days=2))

    told = tell(session)

    assert [name for name, many in told if many == 1] == [name for name, _many in told]
    assert [name.removeprefix("eligibility.") for name, _many in told[2:]] == [
        "reopened",
        "not_admitted",
        "reopened",
        "admitted",
        "reopened",
        "not_admitted",
    ]
    assert {many for _name, many in tell(session)} == {0}
    letters = session.scalars(select(Message).where(Message.event == "eligibility.reopened")).all()
    assert sorted(WHY in one.text for one in letters) == [False, True, True]
    assert all("artt. 7 e 8" in one.text and "22 dicembre" not in one.subject for one in letters)
    acts = session.scalars(select(Message).where(Message.event == "eligibility.not_admitted")).all()
    assert all("sostituisce quella di prima" in one.text for one in acts)


def test_the_term_runs_from_the_reopening(session, call, anna):
    firm = entered(call, anna, share="1")
    publish(call)
    later = NOW + timedelta(days=200)

    deciding.reopen(session, firm.id, reason=WHY, by=OFFICE, now=later)

    _call_id, clock = clocks(session, None, now=later)[firm.id]
    assert (clock.starts_at, clock.used) == (later, 0)


def test_the_story_tells_who_and_why(session, call, anna):
    firm = entered(call, anna, share="1")
    publish(call)
    deciding.reopen(session, firm.id, reason=WHY, by=OFFICE, now=NOW)

    told = [(one.action, one.by) for one in story(session, firm.id)][-2:]

    assert told == [("eligibility.reopened", OFFICE), ("applications.moved", OFFICE)]
    assert eligibility.latest_reopening(session, firm.id).was.value == "funded"


def test_what_may_not_be_reopened(session, call, anna):
    firm = entered(call, anna, share="1")
    with pytest.raises(ReasonMissing):
        deciding.reopen(session, firm.id, reason="  breve ", by=OFFICE, now=NOW)
    deciding.reopen(session, firm.id, reason=WHY, by=OFFICE, now=NOW)
    with pytest.raises(AlreadyReopened):
        deciding.reopen(session, firm.id, reason=WHY, by=OFFICE, now=NOW)
    with pytest.raises(NotReopenable):
        deciding.reopen(session, admitted(call).id, reason=WHY, by=OFFICE, now=NOW)
    with pytest.raises(GrantedAlready):
        deciding.reopen(session, admitted(call, status=Status.AWARDED).id, reason=WHY, by=OFFICE, now=NOW)
    with pytest.raises(NotFound):
        deciding.reopen(session, call.id, reason=WHY, by=OFFICE, now=NOW)


def test_the_database_keeps_the_reopening(session, call, anna):
    firm = entered(call, anna, share="1")
    deciding.reopen(session, firm.id, reason=WHY, by=OFFICE, now=NOW)
    for statement in (update(Reopening).values(reason="Un altro motivo."), delete(Reopening)):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(statement)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Application).values(status=Status.FUNDED))
    asking.withdraw(session, firm.id, reason="Ci ritiriamo.", by="firma@impresa.example", now=NOW)
    assert firm.reopened_at is None


def test_what_was_reserved_for_the_excluded_is_given_back(session, call, anna):
    firm = entered(call, anna, share="1")
    other = entered(call, anna, share="0.9")
    one = publish(call)
    awards.reserve(session, one.id, by="system", now=NOW)
    exclude(session, firm)
    two = publish(call, cause=Cause.EXCLUSION, reason=WHY)

    awards.reserve(session, two.id, by="system", now=NOW)

    live = awards_live(session, [firm.id, other.id])
    assert live == {other.id}


def awards_live(session, ids):
    return {one for one in ids if ledger.live_entry(session, one) is not None}


def test_the_office_reopens_from_the_page(session, client, call, anna):
    firm = entered(call, anna, share="1")
    publish(call)
    boss = staff(call_id=call.id)
    session.commit()
    sign_in(client, boss)
    address = f"/ufficio/domande/{firm.id}/riapri"

    case = client.get(f"/ufficio/domande/{firm.id}")
    assert address in case.text
    assert "Fino alla decisione non si redige" in client.get(address).text
    token = csrf(client, address)
    short = post(client, address, reason="breve")
    assert (short.status_code, "Scrivi il motivo, da 10 a 2.000 caratteri." in short.text) == (422, True)
    done = post(client, address, reason=WHY)

    assert (done.status_code, done.location) == (303, f"/ufficio/domande/{firm.id}#requisiti")
    case = client.get(f"/ufficio/domande/{firm.id}")
    assert "Istruttoria riaperta il" in case.text
    assert WHY in case.text
    assert address not in case.text
    twice = client.post(address, data={"csrf_token": token, "reason": WHY})
    assert (twice.status_code, "è già aperta" in twice.text) == (422, True)
    assert client.get(address).location == f"/ufficio/domande/{firm.id}#requisiti"


def test_the_firm_reads_that_it_is_looked_at_again_then_that_it_was_excluded(session, client, call, anna):
    owner = UserFactory()
    firm = entered(call, anna, share="1", owner=owner)
    entered(call, anna, share="0.8")
    publish(call)
    deciding.reopen(session, firm.id, reason=WHY, by=OFFICE, now=NOW)
    sign_in(client, owner)
    address = f"/area/domande/{firm.id}/graduatoria"

    assert "L'ufficio ha riaperto la verifica dei requisiti" in client.get(address).text.replace("&#39;", "'")

    correct(session, firm, Verdict.FAIL, at=NOW + timedelta(seconds=1))
    deciding.not_admit(session, firm.id, reason=WHY, by=OFFICE, now=NOW)
    publish(call, cause=Cause.EXCLUSION, reason=WHY)
    session.commit()
    assert "La domanda è stata esclusa" in client.get(address).text


@pytest.fixture
def corrected(session, call, anna):
    """A second version, published: one excluded, one that waived, two that moved up."""
    gone = [entered(call, anna, share="1"), entered(call, anna, share="0.95")]
    stay = [entered(call, anna, share=share) for share in ("0.9", "0.8")]
    publish(call)
    exclude(session, gone[0])
    move(session, gone[1].id, Status.WAIVED, by=OFFICE, now=NOW, why="Rinuncia via PEC.")
    ranking = publish(call, cause=Cause.EXCLUSION, reason=WHY)
    session.commit()
    return ranking, gone, stay


MOVED = "salita di 2: esclusione di un'impresa; rinuncia di un'impresa"


def test_pages_and_files_say_who_left_and_who_moved(session, client, call, corrected):
    _ranking, gone, stay = corrected
    address = f"/bandi/{call.slug}/graduatoria"
    left = {(gone[0].protocol, "esclusione"), (gone[1].protocol, "rinuncia")}

    page = client.get(f"{address}?elenco=uscite").text
    whole = table(client.get(f"{address}.csv"))
    listed = table(client.get(f"{address}/elenco.csv?elenco=uscite"))
    book = load_workbook(io.BytesIO(client.get(f"{address}/elenco.xlsx?elenco=uscite").data)).active
    narrowed = table(client.get(f"{address}/elenco.csv?elenco=uscite&cerca={gone[0].protocol}"))

    assert all(number in page and why in page for number, why in left)
    assert all(company_of(session, one).legal_name not in page for one in gone)
    assert {(row["Protocollo"], row["Uscita per"]) for row in listed} == left
    assert {tuple(row) for row in book.iter_rows(min_row=2, values_only=True)} == left
    assert [row["Protocollo"] for row in narrowed] == [gone[0].protocol]
    assert [(row["protocollo"], row["esito"], row["beneficiario"], row["spostamento"]) for row in whole] == [
        *[
            (one.protocol, "ammesso e finanziato", company_of(session, one).legal_name, MOVED)
            for one in sorted(stay, key=lambda one: one.protocol)
        ],
        *sorted((number, "uscito dalla graduatoria", "", why) for number, why in left),
    ]
    assert rules.verify(client.get(f"{address}.json").data) is None


def test_the_office_s_sheet_and_the_paper_say_the_same(session, client, call, corrected):
    ranking, gone, _stay = corrected
    sign_in(client, staff(call_id=call.id))
    address = f"/ufficio/graduatorie/{ranking.id}"

    page = client.get(f"{address}?elenco=uscite").text
    book = load_workbook(io.BytesIO(client.get(f"{address}.xlsx").data)).active
    content = content_by_id(session, ranking.version_id)
    paper = papers.paper(ranking, ranking.content, content, queries.moved(session, ranking.id), lang="it")

    assert f'href="/ufficio/domande?cerca={gone[0].protocol}"' in page
    column = [row[-1] for row in book.iter_rows(values_only=True)]
    assert column[:3] == ["spostamento", MOVED, MOVED]
    assert sorted(map(str, column[3:])) == ["esclusione", "rinuncia"]
    assert [row.note.partition("; ")[2] for row in paper.lists[0].rows] == [MOVED, MOVED]
    assert paper.lists[-1].title == "Domande uscite dalla graduatoria"
    assert [(one.number, one.outcome) for one in paper.lists[-1].numbers] == sorted(
        [(gone[0].protocol, "esclusione"), (gone[1].protocol, "rinuncia")]
    )
    assert client.get(f"{address}.pdf").data.startswith(b"%PDF")


def test_a_first_version_has_no_list_of_who_left(session, client, call, anna):
    entered(call, anna, share="1")
    publish(call)
    session.commit()
    address = f"/bandi/{call.slug}/graduatoria"

    assert "Uscite" not in client.get(address).text
    assert "Nessuna domanda è uscita dalla graduatoria" in client.get(f"{address}?elenco=uscite").text
    assert table(client.get(f"{address}/elenco.csv?elenco=uscite")) == []
