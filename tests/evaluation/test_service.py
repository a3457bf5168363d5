"""Assigning, declaring, scoring, against PostgreSQL."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from portal.applications.rules import Status
from portal.audit.queries import story
from portal.evaluation import queries, rules, service
from portal.evaluation.rules import ConflictState, Mark, Stage
from portal.kernel.errors import NotFound
from portal.kernel.outbox import Envelope
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.calls import make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE, WHY, admitted, marks, reviewer, scored, sheets

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.fixture
def call(session):
    return make_call(session)


@pytest.fixture
def anna(session):
    return reviewer()


@pytest.fixture
def bruno(session):
    return reviewer()


def give(session, application, person):
    return service.assign(session, application.id, person.id, by=OFFICE, now=NOW)


def opened(session, application, person):
    given = give(session, application, person)
    return service.declare(session, given.id, has_conflict=False, by=person.email, now=NOW)


def events(session, name):
    return [e.payload for e in session.scalars(select(Envelope).where(Envelope.name == name).order_by(Envelope.id))]


def test_an_application_is_given_by_hand_and_the_reviewer_is_told(session, call, anna):
    application = admitted(call)

    given = give(session, application, anna)

    assert [sheet.desk.stage for sheet in sheets(application)] == [Stage.TO_DECLARE]
    assert events(session, "evaluation.assigned") == [{"assignment_id": str(given.id), "count": 1}]


def test_nobody_is_given_the_same_application_twice(session, call, anna):
    application = admitted(call)
    give(session, application, anna)

    with pytest.raises(rules.AlreadyAssigned):
        give(session, application, anna)


def test_only_a_reviewer_of_the_call_is_given_it(session, call):
    stranger, other_call = UserFactory(), make_call(session, "UZBEKISTAN-2025")
    of_another = reviewer(other_call.id)

    for person in (stranger, of_another):
        with pytest.raises(rules.NotAReviewer):
            give(session, admitted(call), person)


def test_only_what_is_admitted_is_given(session, call, anna):
    with pytest.raises(rules.NotInEvaluation):
        give(session, admitted(call, status=Status.ELIGIBILITY_CHECK), anna)


def test_a_reviewer_who_ever_acted_for_the_firm_is_never_given_it(session, call, anna):
    company = CompanyFactory()
    MembershipFactory(user=anna, company=company, revoked_at=NOW)

    with pytest.raises(rules.InConflict):
        give(session, admitted(call, company=company), anna)


def test_sharing_out_is_even_skips_conflicts_and_runs_twice_without_harm(session, call, anna, bruno):
    tied = CompanyFactory()
    MembershipFactory(user=anna, company=tied)
    applications = [admitted(call, company=tied), *(admitted(call) for _ in range(4))]

    first = service.share_out(session, call.id, each=1, cap=10, by=OFFICE, now=NOW)
    again = service.share_out(session, call.id, each=1, cap=10, by=OFFICE, now=NOW)

    loads = queries.loads(session, [anna.id, bruno.id], call.id)
    assert sorted(loads.values()) == [2, 3]
    assert [sheet.reviewer_id for sheet in sheets(applications[0])] == [bruno.id]
    assert (len(first.given), len(again.given), again.lacking) == (5, 0, ())
    assert sorted(e["count"] for e in events(session, "evaluation.assigned")) == [2, 3]


def test_what_cannot_be_given_is_counted(session, call, anna):
    for _ in range(3):
        admitted(call)

    sharing = service.share_out(session, call.id, each=2, cap=2, by=OFFICE, now=NOW)

    assert (len(sharing.given), sorted(one.missing for one in sharing.lacking)) == (2, [1, 1, 2])


def test_sharing_out_needs_reviewers(session, call):
    with pytest.raises(rules.NoReviewers):
        service.share_out(session, call.id, each=1, cap=1, by=OFFICE, now=NOW)


def test_a_declaration_is_made_once(session, call, anna):
    given = opened(session, admitted(call), anna)

    with pytest.raises(rules.AlreadyAnswered):
        service.declare(session, given.id, has_conflict=True, reason=WHY, by=anna.email, now=NOW)

    assert (given.conflict, given.answered_at) == (ConflictState.NONE, NOW)


def test_a_conflict_needs_words_and_closes_the_case(session, call, anna):
    application = admitted(call)
    given = give(session, application, anna)

    with pytest.raises(rules.ReasonNeeded):
        service.declare(session, given.id, has_conflict=True, reason="  no  ", by=anna.email, now=NOW)
    service.declare(session, given.id, has_conflict=True, reason="Consulente nel 2024", by=anna.email, now=NOW)
    with pytest.raises(rules.InConflict):
        service.save_draft(session, given.id, marks(call))

    assert sheets(application)[0].conflict_reason == "Consulente nel 2024"
    assert events(session, "evaluation.conflict_found") == [{"assignment_id": str(given.id)}]


def test_a_tie_that_the_portal_learns_of_later_counts_whatever_is_answered(session, call, anna):
    company = CompanyFactory()
    application = admitted(call, company=company)
    given = give(session, application, anna)
    MembershipFactory(user=anna, company=company)

    service.declare(session, given.id, has_conflict=False, by=anna.email, now=NOW)

    assert (given.conflict, given.conflict_reason) == (
        ConflictState.DETECTED,
        f"company: {company.id}, company: {company.vat}",
    )


def test_a_tie_made_after_the_declaration_stops_the_scoring(session, call, anna):
    company = CompanyFactory()
    given = opened(session, admitted(call, company=company), anna)
    MembershipFactory(user=anna, company=company)

    with pytest.raises(rules.InConflict):
        service.submit(session, given.id, marks(call), by=anna.email, now=NOW)


def test_nothing_is_scored_before_the_declaration(session, call, anna):
    given = give(session, admitted(call), anna)

    with pytest.raises(rules.NotDeclared):
        service.save_draft(session, given.id, marks(call))


def test_a_draft_keeps_what_is_wrong_and_what_is_unknown_is_dropped(session, call, anna):
    application = admitted(call)
    given = opened(session, application, anna)
    key = next(iter(marks(call)))

    service.save_draft(session, given.id, {key: Mark(None, "a", "dodici"), "other": Mark(Decimal(1))}, comment="bene")

    (sheet,) = sheets(application)
    assert (sheet.marks, sheet.comment, sheet.desk.stage) == ({key: Mark(None, "a", "dodici")}, "bene", Stage.DRAFT)


def test_a_sheet_that_is_not_whole_is_not_handed_in(session, call, anna):
    application = admitted(call)
    given = opened(session, application, anna)
    whole = marks(call)
    key = next(iter(whole))

    with pytest.raises(rules.SheetIncomplete):
        service.submit(session, given.id, {**whole, key: Mark(Decimal(999), WHY)}, by=anna.email, now=NOW)

    assert sheets(application)[0].submitted_at is None


def test_the_last_sheet_makes_the_application_evaluated(session, call, anna, bruno):
    application = admitted(call)
    first, second = opened(session, application, anna), opened(session, application, bruno)

    service.submit(session, first.id, marks(call), by=anna.email, now=NOW)
    assert str(application.status) == "admitted"
    service.submit(session, second.id, marks(call), by=bruno.email, now=NOW)

    assert application.status is Status.EVALUATED
    assert events(session, "evaluation.completed") == [{"application_id": str(application.id)}]
    with pytest.raises(rules.SheetSubmitted):
        service.save_draft(session, second.id, marks(call))


def test_a_reopened_sheet_takes_the_application_back(session, call, anna):
    application = scored(call, admitted(call), anna)
    (sheet,) = sheets(application)

    with pytest.raises(rules.ReasonNeeded):
        service.reopen(session, sheet.assignment_id, reason="", by=OFFICE, now=NOW)
    service.reopen(session, sheet.assignment_id, reason="Punteggio scambiato", by=OFFICE, now=NOW)

    assert application.status is Status.ADMITTED
    (sheet,) = sheets(application)
    assert (sheet.desk.stage, sheet.marks) == (Stage.DRAFT, marks(call))
    with pytest.raises(rules.NotSubmitted):
        service.reopen(session, sheet.assignment_id, reason="Punteggio scambiato", by=OFFICE, now=NOW)


def test_a_sheet_of_a_published_ranking_is_not_reopened(session, call, anna):
    application = scored(call, admitted(call), anna)
    application.status = Status.FUNDED
    session.flush()

    with pytest.raises(rules.RankedAlready):
        service.reopen(session, sheets(application)[0].assignment_id, reason="Punteggio scambiato", by=OFFICE, now=NOW)


def test_work_taken_away_is_gone_for_the_reviewer_and_may_be_given_again(session, call, anna):
    application = admitted(call)
    given = opened(session, application, anna)

    with pytest.raises(rules.ReasonNeeded):
        service.withdraw(session, given.id, reason="", by=OFFICE, now=NOW)
    service.withdraw(session, given.id, reason="Assenza prolungata", by=OFFICE, now=NOW)

    assert queries.works(session, anna.id) == []
    with pytest.raises(NotFound):
        service.withdraw(session, given.id, reason="Assenza prolungata", by=OFFICE, now=NOW)
    with pytest.raises(rules.Withdrawn):
        service.save_draft(session, given.id, marks(call))
    give(session, application, anna)
    assert len(queries.works(session, anna.id)) == 1


def test_a_sheet_that_was_handed_in_is_not_taken_away(session, call, anna):
    application = scored(call, admitted(call), anna)

    with pytest.raises(rules.SheetSubmitted):
        service.withdraw(session, sheets(application)[0].assignment_id, reason="Assenza prolungata", by=OFFICE, now=NOW)


def test_an_evaluation_short_of_a_reviewer_is_closed_by_a_person_with_a_reason(session, call, anna, bruno):
    application = admitted(call)
    first, second = opened(session, application, anna), give(session, application, bruno)
    service.submit(session, first.id, marks(call), by=anna.email, now=NOW)
    with pytest.raises(rules.NotSubmitted):
        service.close(session, application.id, reason="Nessun sostituto", by=OFFICE, now=NOW)
    service.declare(session, second.id, has_conflict=True, reason="Parente del socio", by=bruno.email, now=NOW)
    assert str(application.status) == "admitted"

    service.close(session, application.id, reason="Nessun sostituto", by=OFFICE, now=NOW)

    assert application.status is Status.EVALUATED
    with pytest.raises(rules.NotInEvaluation):
        service.close(session, application.id, reason="Nessun sostituto", by=OFFICE, now=NOW)


def test_every_step_stands_in_the_story(session, call, anna):
    application = scored(call, admitted(call), anna)

    assert [(entry.action, entry.by) for entry in story(session, application.id)] == [
        ("evaluation.assigned", OFFICE),
        ("evaluation.declared", anna.email),
        ("applications.moved", "system"),
        ("evaluation.sheet_submitted", anna.email),
    ]
