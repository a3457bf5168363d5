"""Supplements and notices as the office decides them: silence, new facts, the act that must answer."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from portal.applications import service as asking
from portal.applications.models import Request
from portal.applications.rules import Status
from portal.applications.rules.requests import Asks, RequestState
from portal.calls.rules.content import Proceeding
from portal.eligibility import queries, service
from portal.eligibility.models import Refusal, Report
from portal.eligibility.rules.judged import NothingFails, NoticeNeeded, NoticeRunning, ReplyMissing
from portal.eligibility.rules.verdicts import Verdict
from portal.eligibility.service.silence import GOES_ON, SILENCE
from portal.kernel.outbox import Envelope
from tests.factories.calls import make_call
from tests.factories.eligibility import handed_in, noticed

WHO, FIRM = "ufficio@unioncamere.example", "anna@impresa.example"
WHY = "Visura del 22/11/2026 agli atti"
REASONS = [
    {"rule": "durc", "text": "Il DURC agli atti risulta irregolare."},
    {"rule": "", "text": "La polizza catastrofale è scaduta."},
]


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def call(session):
    return make_call(session)


def checked(session, call, now):
    application = handed_in(session, call)
    service.check(session, application.id, now=now)
    return application


def failing(session, call, now):
    application = checked(session, call, now)
    report = queries.find_standing(session, application.id).report
    service.override(session, report.id, "durc", Verdict.FAIL, reason=WHY, by=WHO, now=now)
    return application


def ask(session, application, now):
    asks, words = Asks((), ("policy_number",)), "Il numero di polizza non si legge."
    return asking.supplement(session, application.id, asks=asks, words=words, days=10, by=WHO, now=now)


def names(session):
    return [envelope.name for envelope in session.scalars(select(Envelope).order_by(Envelope.id))]


def test_a_supplement_makes_one_new_report_on_the_new_facts(session, call, now):
    application = checked(session, call, now)
    request = ask(session, application, now)
    draft = {"answers": {"policy_number": {"value": "CAT-2"}}, "note": ""}
    asking.save_draft(session, request.id, draft, revision=0, by=FIRM, now=now)
    asking.answer(session, request.id, by=FIRM)
    later = datetime.now(UTC)

    report = service.check_supplement(session, request.id, now=later)

    assert (report.number, report.facts["answers"]["policy_number"]) == (2, "CAT-2")
    assert application.content["answers"]["policy_number"] == "CAT-1"
    assert application.status is Status.ELIGIBILITY_CHECK
    assert service.check_supplement(session, request.id, now=later) is None
    first = session.scalars(select(Report).where(Report.number == 1)).one()
    assert first.facts["answers"]["policy_number"] == "CAT-1"
    # a recheck of the whole call sees it too
    recheck = service.ask_recheck(session, call.id, by=WHO, now=later)
    service.carry_on(session, recheck.id, now=later)
    assert queries.find_standing(session, application.id).report.facts["answers"]["policy_number"] == "CAT-2"


def test_a_supplement_that_the_queue_forgot_is_found(session, call, now):
    application = checked(session, call, now - timedelta(days=1))
    request = ask(session, application, now - timedelta(days=1))
    draft = {"note": "La polizza è stata rinnovata."}
    asking.save_draft(session, request.id, draft, revision=0, by=FIRM, now=now)
    assert service.check_supplement(session, request.id, now=now) is None
    asking.answer(session, request.id, by=FIRM)

    assert service.unseen_supplements(session, now=now) == []
    assert service.unseen_supplements(session, now=now + timedelta(minutes=11)) == [request.id]

    service.check_supplement(session, request.id, now=now + timedelta(minutes=11))
    assert service.unseen_supplements(session, now=now + timedelta(minutes=30)) == []


def test_silence_lapses_the_application_with_an_act(session, call, now):
    application = checked(session, call, now)
    request = ask(session, application, now)
    later = request.due_at + timedelta(seconds=1)
    assert service.due(session, now=request.due_at) == []
    assert service.due(session, now=later) == [request.id]

    assert service.close_due(session, request.id, now=later)
    assert not service.close_due(session, request.id, now=later)

    assert (application.status, request.state) == (Status.NOT_ADMITTED, RequestState.LAPSED)
    assert [(one.reason, one.made_by, one.request_id) for one in queries.refusals_of(session, application.id)] == [
        (SILENCE, "system", request.id)
    ]
    assert service.due(session, now=later) == []


def test_or_the_case_goes_on_with_what_is_there_where_the_call_says_so(session, now):
    call = make_call(session, proceeding=Proceeding(on_silence="resume"))
    application = checked(session, call, now)
    request = ask(session, application, now)

    service.close_due(session, request.id, now=request.due_at + timedelta(seconds=1))

    assert application.status is Status.ELIGIBILITY_CHECK
    assert queries.refusals_of(session, application.id) == []
    assert GOES_ON.endswith("agli atti.")


def test_nobody_is_excluded_without_notice_where_the_call_wants_one(session, call, now):
    application = failing(session, call, now)
    with pytest.raises(NoticeNeeded):
        service.not_admit(session, application.id, reason=WHY, by=WHO, now=now)

    notice = service.give_notice(session, application.id, reasons=REASONS, words="", by=WHO, now=now)

    assert application.status is Status.REJECTION_NOTICE
    with pytest.raises(NoticeRunning):
        service.not_admit(session, application.id, reason=WHY, by=WHO, now=now)
    assert service.close_due(session, notice.id, now=notice.due_at + timedelta(seconds=1))
    assert application.status is Status.REJECTION_NOTICE
    service.not_admit(session, application.id, reason=WHY, by=WHO, now=now)
    service.not_admit(session, application.id, reason=WHY, by=WHO, now=now)
    assert {application.status} == {Status.NOT_ADMITTED}
    assert [one.request_id for one in queries.refusals_of(session, application.id)] == [notice.id]
    assert names(session).count("eligibility.not_admitted") == 1


def test_and_at_once_where_it_wants_none(session, now):
    call = make_call(session, proceeding=Proceeding(notice_before_exclusion=False))
    application = failing(session, call, now)

    service.not_admit(session, application.id, reason=WHY, by=WHO, now=now)

    assert [one.request_id for one in queries.refusals_of(session, application.id)] == [None]


def test_a_notice_needs_a_ground(session, call, now):
    application = checked(session, call, now)
    with pytest.raises(NothingFails):
        service.give_notice(session, application.id, reasons=REASONS, words="", by=WHO, now=now)


def test_the_act_answers_every_observation(session, call, now):
    application = failing(session, call, now)
    notice = service.give_notice(session, application.id, reasons=REASONS, words="", by=WHO, now=now)
    draft = {"observations": {"m2": "La polizza è stata rinnovata."}, "note": "Chiediamo di essere ammessi."}
    asking.save_draft(session, notice.id, draft, revision=0, by=FIRM, now=now)
    asking.answer(session, notice.id, by=FIRM)
    assert application.status is Status.REJECTION_NOTICE
    replies = {"m2": "Il rinnovo è successivo alla domanda.", "m1": "Mai osservato."}

    with pytest.raises(ReplyMissing) as refusal:
        service.not_admit(session, application.id, reason=WHY, replies=replies, by=WHO, now=now)
    assert refusal.value.field == "reply_nota"
    replies["nota"] = "Non ci sono i presupposti."
    service.not_admit(session, application.id, reason=WHY, replies=replies, by=WHO, now=now)

    act = queries.refusals_of(session, application.id)[0]
    assert act.replies == {"m2": replies["m2"], "nota": replies["nota"]}


def test_a_notice_that_no_longer_holds_ends_in_admission(session, call, now):
    application = failing(session, call, now)
    notice = noticed(session, application, is_over=False)
    report = queries.find_standing(session, application.id).report
    later = now + timedelta(seconds=1)
    service.override(session, report.id, "durc", Verdict.PASS, reason=WHY, by=WHO, now=later)

    service.admit(session, application.id, reason=WHY, by=WHO, now=later)

    assert (application.status, notice.state) == (Status.ADMITTED, RequestState.CALLED_OFF)


def test_or_is_taken_back_even_when_the_firm_has_answered(session, call, now):
    application = failing(session, call, now)
    notice = noticed(session, application)

    asking.call_off(session, notice.id, reason="Le osservazioni sono fondate.", by=WHO, now=now)

    assert (application.status, notice.state) == (Status.ELIGIBILITY_CHECK, RequestState.LAPSED)
    with pytest.raises(NoticeNeeded):
        service.not_admit(session, application.id, reason=WHY, by=WHO, now=now)


def test_one_admitted_may_be_given_notice(session, call, now):
    application = checked(session, call, now)
    service.admit(session, application.id, reason=WHY, by=WHO, now=now)
    report = queries.find_standing(session, application.id).report
    later = now + timedelta(seconds=1)
    service.override(session, report.id, "durc", Verdict.FAIL, reason=WHY, by=WHO, now=later)

    service.give_notice(session, application.id, reasons=REASONS, words="", by=WHO, now=now)

    assert application.status is Status.REJECTION_NOTICE


def test_the_database_keeps_the_act(session, call, now):
    application = failing(session, call, now)
    noticed(session, application)
    service.not_admit(session, application.id, reason=WHY, by=WHO, now=now)
    for statement in (update(Refusal).values(reason="Un altro motivo."), delete(Refusal), delete(Request)):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(statement)
