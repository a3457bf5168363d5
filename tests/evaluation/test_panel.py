"""The panel at work: seats, interests, stepping down, meetings, reminders, and ties that come later."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text

from portal.accounts.models import User
from portal.applications.rules import Status
from portal.calls.queries import content_by_id
from portal.calls.rules.content import Evaluation
from portal.companies.models import Company, Holding, Representative
from portal.evaluation import queries, rules, service
from portal.evaluation.models import Assignment
from portal.evaluation.rules import ConflictState, Ending, Kind, Mark, Stage, Why
from portal.evaluation.service import Place
from portal.kernel.house import around, of_house
from tests.evaluation.test_service import events, give, opened
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.calls import make_call
from tests.factories.companies import CompanyFactory, vat
from tests.factories.evaluation import OFFICE, WHY, admitted, marks, reviewer, scored, sheets

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
RULES = {"kind": "enterprise", "side": "upstream"}


@pytest.fixture
def call(session):
    return make_call(session)


@pytest.fixture
def anna(session):
    return reviewer()


@pytest.fixture
def bruno(session):
    return reviewer()


def holds(session, company, code, **share):
    holding = Holding(company_id=company.id, position=1, name="X", tax_code=code, relation={**RULES, **share})
    session.add(holding)
    session.flush()


def kinds(session, person, application):
    return [tie.kind for tie in service.ties_between(session, person.id, application.id)]


def agree_with(session, application, **more):
    facts: dict[str, Any] = {
        "present": {one.reviewer_id for one in sheets(application)},
        "held_on": NOW.date(),
        "reason": WHY,
    }
    return service.agree(session, application.id, more.pop("marks"), **facts | more, by=OFFICE, now=NOW)


def test_groups_are_followed_through_links_and_one_holding_from_either_side(session, call, anna):
    """Anna works for A; A is linked to B, B to C. A tenth ties for one step; two who meet in the middle are tied."""
    first, second, third, near, meets, far = (CompanyFactory() for _ in range(6))
    MembershipFactory(user=anna, company=first)
    holds(session, first, second.vat, capital_pct="60")
    holds(session, third, second.vat, votes_pct="51")
    holds(session, near, third.vat, capital_pct="10")
    holds(session, meets, near.vat, capital_pct="10")
    holds(session, far, meets.vat, capital_pct="10")

    assert Kind.GROUP in kinds(session, anna, admitted(call, company=near))
    assert kinds(session, anna, admitted(call, company=meets)) == [Kind.GROUP]
    assert kinds(session, anna, admitted(call, company=far)) == []
    assert queries.tied_companies(session, anna.id, email=anna.email) == {
        first.id,
        second.id,
        third.id,
        near.id,
        meets.id,
    }


def test_a_representative_of_both_firms_is_a_tie_and_so_is_ones_own_code(session, call, anna, bruno):
    mine, theirs = CompanyFactory(), CompanyFactory()
    MembershipFactory(user=anna, company=mine)
    for company in (mine, theirs):
        session.add(Representative(company_id=company.id, full_name="A", tax_code="RSSMRA80A01F205X", role="legale"))
    service.name_interest(
        session, bruno.id, tax_code="RSSMRA80A01F205X", is_own=True, reason="", by=bruno.email, now=NOW
    )
    application = admitted(call, company=theirs)

    assert kinds(session, anna, application) == [Kind.PEOPLE]
    assert kinds(session, bruno, application) == [Kind.PEOPLE]
    assert theirs.id in queries.tied_companies(session, anna.id, email=anna.email) & queries.tied_companies(
        session, bruno.id, email=bruno.email
    )


def test_a_colleague_of_the_same_desk_who_acts_for_the_firm_is_a_tie(session, call, anna):
    desk, applicant = CompanyFactory(), CompanyFactory()
    colleague = UserFactory(email="collega@altrove.example")
    MembershipFactory(user=anna, company=desk, colleague=True)
    MembershipFactory(user=colleague, company=desk, revoked_at=NOW)
    MembershipFactory(user=colleague, company=applicant, delegate=True)

    assert kinds(session, anna, admitted(call, company=applicant)) == [Kind.DESK]
    assert queries.tied_companies(session, anna.id, email=anna.email) == {desk.id, applicant.id}


def test_a_declared_conflict_counts_for_every_application_of_the_firm(session, call, anna):
    company = CompanyFactory()
    given = give(session, admitted(call, company=company), anna)
    service.declare(session, given.id, has_conflict=True, reason="Consulente nel 2024", by=anna.email, now=NOW)
    other = make_call(session, "UZBEKISTAN-2025")

    again = admitted(other, company=company)
    assert kinds(session, anna, again) == [Kind.DECLARED]
    with pytest.raises(rules.InConflict):
        give(session, again, anna)


def test_an_interest_is_named_once_and_with_words(session, anna):
    named = {"tax_code": vat(1), "is_own": False, "by": anna.email, "now": NOW}
    with pytest.raises(rules.ReasonNeeded):
        service.name_interest(session, anna.id, reason="x", **named)
    service.name_interest(session, anna.id, reason="Socia al tre per cento", **named)
    with pytest.raises(rules.AlreadyNamed):
        service.name_interest(session, anna.id, reason="Socia al tre per cento", **named)

    assert [one.tax_code for one in queries.interests(session, anna.id)] == [vat(1)]


def test_an_interest_named_twice_at_once_is_one(session, anna, monkeypatch):
    named: dict[str, Any] = {"tax_code": vat(1), "is_own": False, "by": anna.email, "now": NOW}
    named["reason"] = "Socia al tre per cento"
    service.name_interest(session, anna.id, **named)
    monkeypatch.setattr(queries, "find_interest", lambda *_: None)

    with pytest.raises(rules.AlreadyNamed):
        service.name_interest(session, anna.id, **named)

    assert len(queries.interests(session, anna.id)) == 1


def test_a_tie_that_comes_later_closes_the_assignment_and_takes_the_application_back(session, call, anna, bruno):
    company = CompanyFactory()
    application = scored(call, admitted(call, company=company), anna, bruno)
    assert service.detect_again(session, now=NOW) == 0
    holds(session, company, vat(4242), capital_pct="100")
    service.name_interest(
        session, anna.id, tax_code=vat(4242), is_own=False, reason="Amministratrice", by=anna.email, now=NOW
    )

    found = [service.detect_again(session, call_id=call.id, now=NOW), service.detect_again(session, now=NOW)]

    assert found == [1, 0]
    assert str(application.status) == Status.ADMITTED.value
    assert {one.reviewer_id: one.desk.stage for one in sheets(application)} == {
        anna.id: Stage.IN_CONFLICT,
        bruno.id: Stage.SUBMITTED,
    }
    assert len(events(session, "evaluation.conflict_found")) == 1


def test_who_steps_down_leaves_the_draft_and_the_office_is_told(session, call, anna):
    application = admitted(call)
    given = opened(session, application, anna)
    service.save_draft(session, given.id, marks(call))
    with pytest.raises(rules.ReasonNeeded):
        service.step_down(session, given.id, reason="", by=anna.email, now=NOW)

    service.step_down(session, given.id, reason="Ho riconosciuto l'impresa", by=anna.email, now=NOW)

    (sheet,) = sheets(application)
    assert (sheet.desk.stage, sheet.ending, sheet.marks) == (Stage.WITHDRAWN, Ending.STEPPED_DOWN, marks(call))
    assert queries.works(session, anna.id) == []
    assert events(session, "evaluation.stepped_down") == [{"assignment_id": str(given.id)}]
    sharing = service.share_out(session, call.id, each=1, cap=9, by=OFFICE, now=NOW)
    assert [dict(one.reasons) for one in sharing.lacking] == [{Why.LEFT: 1}]


def test_a_sheet_handed_in_is_not_left(session, call, anna):
    application = scored(call, admitted(call), anna)

    with pytest.raises(rules.SheetSubmitted):
        service.step_down(session, sheets(application)[0].assignment_id, reason="Non posso più", by=anna.email, now=NOW)


def test_seats_say_how_much_and_what(session, call, anna, bruno):
    sector = admitted(call, company=CompanyFactory(ateco_primary="28.29.99"))
    other = admitted(call, company=CompanyFactory(ateco_primary="10.51.20"))
    service.seat(session, call.id, anna.id, Place(cap=1, divisions=("10",)), by=OFFICE, now=NOW)
    service.seat(session, call.id, bruno.id, Place(cap=1, divisions=("28",)), by=OFFICE, now=NOW)

    service.share_out(session, call.id, each=1, cap=9, by=OFFICE, now=NOW)

    assert [one.reviewer_id for one in sheets(sector)] == [bruno.id]
    assert [one.reviewer_id for one in sheets(other)] == [anna.id]


def test_who_is_away_or_off_the_panel_is_given_nothing(session, call, anna, bruno):
    admitted(call)
    away = Place(away_from=NOW.date() - timedelta(days=1), away_until=NOW.date())
    service.seat(session, call.id, anna.id, away, by=OFFICE, now=NOW)
    service.seat(session, call.id, bruno.id, Place(is_on=False), by=OFFICE, now=NOW)

    sharing = service.share_out(session, call.id, each=1, cap=9, by=OFFICE, now=NOW)

    assert [dict(one.reasons) for one in sharing.lacking] == [{Why.AWAY: 1}]
    with pytest.raises(rules.NotAReviewer):
        service.seat(session, call.id, UserFactory().id, Place(), by=OFFICE, now=NOW)


def test_a_sharing_out_moves_who_has_not_begun_where_that_covers_more(session, call, anna, bruno):
    first = admitted(call)
    service.seat(session, call.id, anna.id, Place(is_on=False), by=OFFICE, now=NOW)
    service.share_out(session, call.id, each=1, cap=1, by=OFFICE, now=NOW)
    company = CompanyFactory()
    MembershipFactory(user=anna, company=company)
    second = admitted(call, company=company)
    service.seat(session, call.id, anna.id, Place(), by=OFFICE, now=NOW)

    sharing = service.share_out(session, call.id, each=1, cap=1, by=OFFICE, now=NOW)

    assert (len(sharing.given), len(sharing.taken), sharing.lacking) == (2, 1, ())
    assert {one.reviewer_id: one.ending for one in sheets(first)} == {bruno.id: Ending.MOVED, anna.id: None}
    assert [one.reviewer_id for one in sheets(second)] == [bruno.id]


@pytest.fixture
def meeting_call(session):
    return make_call(session, evaluation=Evaluation(consensus="on_spread", spread_pct=Decimal(30)))


def test_marks_far_apart_call_a_meeting_whose_marks_count_instead_of_the_mean(session, meeting_call, anna, bruno):
    application = scored(meeting_call, admitted(meeting_call), anna, bruno, shares=("0.2", "0.9"))
    assert str(application.status) == Status.ADMITTED.value
    assert events(session, "evaluation.meeting_needed") == [{"application_id": str(application.id)}]
    with pytest.raises(rules.MeetingOwed):
        service.close(session, application.id, reason="Nessun sostituto", by=OFFICE, now=NOW)
    with pytest.raises(rules.NobodyPresent):
        agree_with(session, application, marks=marks(meeting_call), present=set())
    with pytest.raises(rules.ReasonNeeded):
        agree_with(session, application, marks=marks(meeting_call), reason="sì")
    with pytest.raises(rules.SheetIncomplete):
        agree_with(session, application, marks={})

    agree_with(session, application, marks=marks(meeting_call, "0.5"))

    assert str(application.status) == Status.EVALUATED.value
    found = {application.id: sheets(application)}
    agreed = queries.agreed(session, found)[application.id]
    assert agreed.marks == marks(meeting_call, "0.5")
    assert sorted(agreed.present) == sorted([anna.full_name, bruno.full_name])
    by_person = {one.reviewer_id: one.marks for one in found[application.id]}
    assert by_person == {anna.id: marks(meeting_call, "0.2"), bruno.id: marks(meeting_call, "0.9")}


def test_a_meeting_is_stale_once_a_sheet_is_reopened(session, meeting_call, anna, bruno):
    application = scored(meeting_call, admitted(meeting_call), anna, bruno, shares=("0.2", "0.9"))
    agree_with(session, application, marks=marks(meeting_call, "0.5"))
    first = next(one for one in sheets(application) if one.reviewer_id == anna.id)
    service.reopen(session, first.assignment_id, reason="Punteggio scambiato", by=OFFICE, now=NOW)
    with pytest.raises(rules.NotUnsealed):
        agree_with(session, application, marks=marks(meeting_call))

    service.submit(session, first.assignment_id, marks(meeting_call, "0.9"), by=anna.email, now=NOW)

    assert queries.agreed(session, {application.id: sheets(application)}) == {}
    assert str(application.status) == Status.EVALUATED.value
    with pytest.raises(rules.NoMeetingForeseen):
        agree_with(session, application, marks=marks(meeting_call))


def test_where_the_call_foresees_no_meeting_the_mean_counts(session, call, anna, bruno):
    application = scored(call, admitted(call), anna, bruno, shares=("0.2", "0.9"))

    assert str(application.status) == Status.EVALUATED.value
    with pytest.raises(rules.NoMeetingForeseen):
        agree_with(session, application, marks=marks(call))


def test_a_meeting_about_what_is_not_evaluated_is_refused(session, meeting_call, anna):
    with pytest.raises(rules.NotInEvaluation):
        agree_with(session, admitted(meeting_call, status=Status.ELIGIBILITY_CHECK), marks={})
    with pytest.raises(rules.NotUnsealed):
        agree_with(session, admitted(meeting_call), marks={})


def test_who_owes_sheets_is_reminded_once_for_each_hour_of_the_call(session, anna, bruno):
    closes = content_by_id(session, make_call(session).version_id).window.closes_at
    due = closes + timedelta(days=30)
    call = make_call(session, "UZBEKISTAN-2025", evaluation=Evaluation(due_at=due, reminder_hours=[72, 24]))
    give(session, admitted(call), anna)
    give(session, admitted(call), anna)
    scored(call, admitted(call), bruno)

    told = [service.remind(session, now=due - timedelta(hours=hours)) for hours in (80, 71, 70, 20, 19, 0)]

    assert told == [0, 1, 0, 1, 0, 0]
    assert [(e["reviewer_id"], e["hours"], e["count"]) for e in events(session, "evaluation.sheets_due")] == [
        (str(anna.id), 72, 2),
        (str(anna.id), 24, 2),
    ]


def test_after_a_silence_only_the_nearest_reminder_goes_out(session, anna):
    due = datetime(2031, 1, 31, 11, tzinfo=UTC)
    call = make_call(session, evaluation=Evaluation(due_at=due, reminder_hours=[72, 24]))
    give(session, admitted(call), anna)

    assert [service.remind(session, now=due - timedelta(hours=1)) for _ in range(2)] == [1, 0]
    assert [e["hours"] for e in events(session, "evaluation.sheets_due")] == [24]


def test_by_hand_is_kept(session, call, anna, bruno):
    application = admitted(call)
    given = give(session, application, anna)

    service.share_out(session, call.id, each=1, cap=9, by=OFFICE, now=NOW)

    assert [one.is_locked for one in sheets(application)] == [True]
    assert session.get(Assignment, given.id).conflict is ConflictState.UNANSWERED


def test_marks_of_a_meeting_are_plain_points(session, meeting_call, anna, bruno):
    application = scored(meeting_call, admitted(meeting_call), anna, bruno, shares=("0.2", "0.9"))
    whole = {key: Mark(Decimal(int(mark.points)), WHY) for key, mark in marks(meeting_call).items()}

    kept = agree_with(session, application, marks=whole, held_on=date(2026, 11, 20))

    assert (kept.number, kept.held_on) == (1, date(2026, 11, 20))
    assert {key: one["points"] for key, one in kept.marks.items()} == {k: str(m.points) for k, m in whole.items()}


@pytest.mark.parametrize(("column", "index"), [(Company.pec, "ix_companies_house"), (User.email, "ix_users_house")])
def test_firms_of_a_domain_are_found_by_an_index(session, column, index):
    """Asked at every request of the office: the expression and that of the index must be the same to the letter."""
    session.execute(text("SET LOCAL enable_seqscan = off"))
    asked = select(column).where(of_house(column)).params(around("posta.impresa.it"))

    plan = session.scalars(
        text(f"EXPLAIN {asked.compile(session.connection(), compile_kwargs={'literal_binds': True})}")
    )

    assert index in "\n".join(plan)
