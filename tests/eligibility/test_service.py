"""The verbs: check once, check again, correct, admit, not admit, a whole call; and what the queue forgot."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.applications.rules import Status
from portal.applications.service import move
from portal.audit import queries as audit
from portal.calls.models import CallVersion
from portal.calls.rules.content import CallContent
from portal.companies.models import Holding, Representative
from portal.eligibility import queries, service
from portal.eligibility.models import Override, Report
from portal.eligibility.rules.assess import assess, version_of
from portal.eligibility.rules.facts import Facts
from portal.eligibility.rules.judged import (
    NoSuchRule,
    NotChecked,
    NothingFails,
    NotTheLatest,
    NotUnderCheck,
    ReasonMissing,
    RecheckRunning,
    StillFails,
)
from portal.eligibility.rules.verdicts import Verdict
from portal.kernel.errors import NotFound
from portal.kernel.outbox import Envelope
from portal.kernel.text import canonical_json
from tests.factories.calls import content, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.eligibility import handed_in, noticed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WHO = "ufficio@unioncamere.example"
WHY = "Visura del 22/11/2026 agli atti"


@pytest.fixture
def call(session):
    return make_call(session)


@pytest.fixture
def checked(session, call):
    application = handed_in(session, call)
    service.check(session, application.id, now=NOW)
    return application


def names(session):
    return [envelope.name for envelope in session.scalars(select(Envelope).order_by(Envelope.id))]


def test_check_makes_one_report_however_often_it_is_asked(session, call):
    application = handed_in(session, call)

    report = service.check(session, application.id, now=NOW)
    again = service.check(session, application.id, now=NOW)

    assert again is None
    assert session.scalars(select(Report)).all() == [report]
    assert (report.number, report.verdict, report.made_by, report.made_at) == (1, Verdict.TO_VERIFY, "system", NOW)
    assert application.status is Status.ELIGIBILITY_CHECK
    assert names(session)[-1:] == ["eligibility.checked"]
    assert [(entry.action, entry.by) for entry in audit.story(session, application.id)] == [
        ("eligibility.checked", "system"),
        ("applications.moved", "system"),
    ]


def test_the_report_is_the_same_bytes_as_without_a_database(session, checked):
    report = session.scalars(select(Report)).one()
    session.expire(report)

    answer = assess(
        content(), Facts.model_validate_json(canonical_json(report.facts)), version=report.content["version"]
    )

    assert canonical_json(answer.as_json()) == canonical_json(report.content)


def test_the_version_in_a_report_is_the_hash_that_the_call_keeps(session, call, checked):
    stored = session.get(CallVersion, call.version_id)
    assert queries.find_standing(session, checked.id).report.content["version"] == stored.sha256
    assert version_of(CallContent.model_validate(stored.content)) == stored.sha256


def test_check_of_what_is_withdrawn_or_unknown(session, call):
    withdrawn = handed_in(session, call, status=Status.WITHDRAWN)
    assert service.check(session, withdrawn.id, now=NOW) is None
    with pytest.raises(NotFound):
        service.check_again(session, withdrawn.id, by=WHO, now=NOW)
    with pytest.raises(NotFound):
        service.check(session, call.id, now=NOW)


def test_check_again_adds_a_report_and_changes_no_state(session, checked):
    move(session, checked.id, Status.ADMITTED, by=WHO, now=NOW)
    report = service.check_again(session, checked.id, by=WHO, now=NOW + timedelta(days=1))
    standing = queries.find_standing(session, checked.id)
    assert (report.number, report.made_by, checked.status) == (2, WHO, Status.ADMITTED)
    assert (standing.report, [one.number for one in standing.before]) == (report, [1])
    assert names(session).count("eligibility.checked") == 1


def test_a_correction_needs_a_reason_and_outlives_a_new_report_that_says_the_same(session, checked):
    report = queries.find_standing(session, checked.id).report
    with pytest.raises(ReasonMissing):
        service.override(session, report.id, "insolvency", Verdict.PASS, reason="  ok  ok ", by=WHO, now=NOW)
    with pytest.raises(NoSuchRule):
        service.override(session, report.id, "charm", Verdict.PASS, reason=WHY, by=WHO, now=NOW)
    with pytest.raises(NotFound):
        service.override(session, checked.id, "insolvency", Verdict.PASS, reason=WHY, by=WHO, now=NOW)

    service.override(session, report.id, "insolvency", Verdict.FAIL, reason=WHY, by=WHO, now=NOW)
    service.override(
        session, report.id, "insolvency", Verdict.PASS, reason=WHY + "  bis", by=WHO, now=NOW + timedelta(hours=1)
    )
    service.check_again(session, checked.id, by=WHO, now=NOW)

    standing = queries.find_standing(session, checked.id)
    rule = next(one for one in standing.rules if one.outcome.id == "insolvency")
    assert (rule.outcome.verdict, rule.verdict, rule.correction.reason) == (
        Verdict.TO_VERIFY,
        Verdict.PASS,
        WHY + " bis",
    )
    assert standing.report.number == 2
    with pytest.raises(NotTheLatest):
        service.override(session, report.id, "insolvency", Verdict.PASS, reason=WHY, by=WHO, now=NOW)


def test_admit_answers_every_doubt_with_the_reason(session, checked):
    with pytest.raises(ReasonMissing):
        service.admit(session, checked.id, by=WHO, now=NOW)

    doubtful = [
        one.outcome.id for one in queries.find_standing(session, checked.id).rules if one.verdict is Verdict.TO_VERIFY
    ]
    service.admit(session, checked.id, reason=WHY, by=WHO, now=NOW)
    service.admit(session, checked.id, reason=WHY, by=WHO, now=NOW)

    assert checked.status is Status.ADMITTED
    assert queries.find_standing(session, checked.id).verdict is Verdict.PASS
    corrections = session.scalars(select(Override)).all()
    assert {(one.rule, one.verdict, one.reason) for one in corrections} == {
        (id_, Verdict.PASS, WHY) for id_ in doubtful
    }
    assert len(corrections) == len(doubtful)
    assert names(session).count("eligibility.admitted") == 1
    assert audit.story(session, checked.id)[-1].action == "applications.moved"


def test_admit_refuses_what_fails(session, call):
    away = {"office_province": "TO", "site_differs": False}
    application = handed_in(session, call, answers=away, declarations={"lombard_seat_by_award": False})
    service.check(session, application.id, now=NOW)
    with pytest.raises(StillFails):
        service.admit(session, application.id, reason=WHY, by=WHO, now=NOW)


def test_not_admit_needs_a_rule_that_fails(session, checked):
    with pytest.raises(NothingFails):
        service.not_admit(session, checked.id, reason=WHY, by=WHO, now=NOW)
    report = queries.find_standing(session, checked.id).report
    service.override(session, report.id, "durc", Verdict.FAIL, reason=WHY, by=WHO, now=NOW)
    with pytest.raises(ReasonMissing):
        service.not_admit(session, checked.id, reason="no", by=WHO, now=NOW)

    noticed(session, checked)
    service.not_admit(session, checked.id, reason=WHY, by=WHO, now=NOW)

    assert checked.status is Status.NOT_ADMITTED
    assert names(session)[-1] == "eligibility.not_admitted"
    with pytest.raises(StillFails):
        service.admit(session, checked.id, reason=WHY, by=WHO, now=NOW)


def test_nobody_decides_before_the_check_nor_after_the_evaluation(session, call, checked):
    fresh = handed_in(session, call)
    with pytest.raises(NotUnderCheck):
        service.admit(session, fresh.id, reason=WHY, by=WHO, now=NOW)
    fresh.status = Status.ELIGIBILITY_CHECK
    session.flush()
    with pytest.raises(NotChecked):
        service.admit(session, fresh.id, reason=WHY, by=WHO, now=NOW)
    checked.status = Status.EVALUATED
    session.flush()
    with pytest.raises(NotUnderCheck):
        service.not_admit(session, checked.id, reason=WHY, by=WHO, now=NOW)
    with pytest.raises(NotFound):
        service.admit(session, call.id, reason=WHY, by=WHO, now=NOW)


def test_a_recheck_goes_by_batches_and_is_one_at_a_time(session, call):
    applications = [handed_in(session, call) for _ in range(5)]
    service.check(session, applications[0].id, now=NOW)
    handed_in(session, call, status=Status.WITHDRAWN)

    recheck = service.ask_recheck(session, call.id, by=WHO, now=NOW)
    with pytest.raises(RecheckRunning):
        service.ask_recheck(session, call.id, by=WHO, now=NOW)
    assert names(session)[-1] == "eligibility.recheck_asked"
    turns = [service.carry_on(session, recheck.id, now=NOW, limit=2) for _ in range(4)]

    assert turns == [True, True, False, False]
    assert (recheck.total, recheck.done, recheck.finished_at) == (5, 5, NOW)
    assert [queries.last_number(session, one.id) for one in applications] == [2, 1, 1, 1, 1]
    assert {one.status for one in applications} == {Status.ELIGIBILITY_CHECK}
    assert queries.latest_recheck(session, call.id) == recheck
    assert service.ask_recheck(session, call.id, by=WHO, now=NOW).total == 5


def test_a_recheck_of_nothing_ends_at_once(session, call):
    recheck = service.ask_recheck(session, call.id, by=WHO, now=NOW)
    assert service.carry_on(session, recheck.id, now=NOW) is False
    assert (recheck.total, recheck.done, recheck.finished_at) == (0, 0, NOW)
    assert service.carry_on(session, call.id, now=NOW) is False


def test_the_sweeper_finds_what_was_forgotten(session, call):
    late = handed_in(session, call, at=NOW - timedelta(minutes=11))
    handed_in(session, call, at=NOW - timedelta(minutes=9))
    done = handed_in(session, call, at=NOW - timedelta(minutes=30))
    service.check(session, done.id, now=NOW)
    recheck = service.ask_recheck(session, call.id, by=WHO, now=NOW)
    assert list(service.forgotten(session, now=NOW)) == [late.id]
    assert list(service.stalled(session, now=NOW + timedelta(minutes=1))) == []
    assert list(service.stalled(session, now=NOW + timedelta(minutes=3))) == [recheck.id]


def relations(session, application):
    return [one.relation for one in queries.earlier_applications(session, [application.id])[application.id]]


def test_earlier_applications_of_the_same_firm_and_of_linked_ones(session, call):
    first = CompanyFactory()
    handed_in(session, call, first)
    stranger = handed_in(session, call)
    twin = handed_in(session, call, CompanyFactory(tax_code=first.tax_code))
    child = CompanyFactory()
    session.add(Holding(company_id=child.id, position=1, name="Madre", tax_code=first.vat, relation={}))
    sister = CompanyFactory()
    session.add(Representative(company_id=sister.id, full_name="Anna", tax_code="RSSMRA85M01H501Q", role="AU"))
    cousin = CompanyFactory()
    session.add(Representative(company_id=cousin.id, full_name="Anna", tax_code="RSSMRA85M01H501Q", role="AU"))
    session.flush()
    by_child, by_sister, by_cousin = (handed_in(session, call, one) for one in (child, sister, cousin))

    assert relations(session, stranger) == []
    assert relations(session, twin) == ["same"]
    assert relations(session, by_child) == ["linked", "linked"]
    assert relations(session, by_sister) == []
    assert relations(session, by_cousin) == ["linked"]


def test_what_came_later_or_was_withdrawn_or_is_of_another_call_counts_for_nothing(session, call):
    firm = CompanyFactory()
    mine = handed_in(session, call, firm)
    handed_in(session, call, CompanyFactory(tax_code=firm.tax_code))
    assert relations(session, mine) == []
    gone = CompanyFactory()
    handed_in(session, call, gone, status=Status.WITHDRAWN)
    assert relations(session, handed_in(session, call, CompanyFactory(tax_code=gone.tax_code))) == []
