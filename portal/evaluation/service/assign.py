"""Give applications to reviewers, and take them back."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.accounts.rules import StaffRoleName
from portal.applications import queries as applications
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.evaluation import queries, rules
from portal.evaluation.events import ApplicationsAssigned
from portal.evaluation.models import Assignment
from portal.evaluation.service.trace import trace
from portal.kernel import outbox
from portal.kernel.errors import NotFound

LEAST_REASON = 10


def reviewers(session: Session, call_id: UUID) -> Sequence[User]:
    """Who may be given applications of a call, by name."""
    return accounts.people_with_role(session, StaffRoleName.REVIEWER, call_id=call_id)


def assign(session: Session, application_id: UUID, reviewer_id: UUID, *, by: str, now: datetime) -> Assignment:
    """Give one application to one reviewer, by hand.

    Raises NotInEvaluation, NotAReviewer, AlreadyAssigned, or InConflict where the portal knows of a tie.
    """
    application = _admitted(session, application_id)
    if reviewer_id not in {user.id for user in reviewers(session, application.call_id)}:
        raise rules.NotAReviewer(field="reviewer")
    desks = queries.sheets(session, [application_id])[application_id]
    if any(sheet.reviewer_id == reviewer_id and not sheet.desk.is_withdrawn for sheet in desks):
        raise rules.AlreadyAssigned(field="reviewer")
    person = queries.people(session, [reviewer_id])[reviewer_id]
    if rules.detect(person, queries.applicants(session, [application_id])[application_id]):
        raise rules.InConflict(field="reviewer")
    assignment = Assignment(application_id=application_id, reviewer_id=reviewer_id, assigned_by=by, created_at=now)
    session.add(assignment)
    session.flush()
    outbox.emit(session, ApplicationsAssigned(assignment_id=assignment.id, count=1))
    trace(session, "assigned", application_id, by=by, now=now, reviewer=person.email)
    return assignment


def share_out(session: Session, call_id: UUID, *, each: int, cap: int, by: str, now: datetime) -> rules.Sharing:
    """Give every admitted application of a call reviewers until it has `each`, none above `cap`, none in conflict.

    What was given before stays. Safe to run twice. Raises NoReviewers.
    """
    people = reviewers(session, call_id)
    if not people:
        raise rules.NoReviewers
    open_ids = [id_ for id_, _, _, status in queries.in_evaluation(session, call_id) if status is Status.ADMITTED]
    ids = [user.id for user in people]
    loads = queries.loads(session, ids, call_id)
    seats = [rules.Seat(reviewer=id_, cap=cap, load=loads.get(id_, 0)) for id_ in ids]
    sharing = rules.share(_cases(session, open_ids, ids), seats, each=each)
    _give(session, sharing, {user.id: user.email for user in people}, by=by, now=now)
    return sharing


def _cases(session: Session, application_ids: list[UUID], reviewer_ids: list[UUID]) -> list[rules.ToReview]:
    """The applications with who has them (a conflict doesn't count) and who must not have them."""
    people = queries.people(session, reviewer_ids)
    applicants = queries.applicants(session, application_ids)
    sheets = queries.sheets(session, application_ids)
    return [
        rules.ToReview(
            application=id_,
            has=frozenset(sheet.reviewer_id for sheet in sheets[id_] if sheet.desk.counts),
            barred=frozenset(sheet.reviewer_id for sheet in sheets[id_] if not sheet.desk.counts)
            | frozenset(key for key, person in people.items() if rules.detect(person, applicants[id_])),
        )
        for id_ in application_ids
    ]


def _give(session: Session, sharing: rules.Sharing, emails: dict[UUID, str], *, by: str, now: datetime) -> None:
    given: defaultdict[UUID, list[Assignment]] = defaultdict(list)
    for application_id, reviewer_id in sharing.given:
        row = Assignment(application_id=application_id, reviewer_id=reviewer_id, assigned_by=by, created_at=now)
        given[reviewer_id].append(row)
    session.add_all(row for rows in given.values() for row in rows)
    session.flush()
    for rows in given.values():
        outbox.emit(session, ApplicationsAssigned(assignment_id=rows[0].id, count=len(rows)))
    for application_id, reviewer_id in sharing.given:
        trace(session, "assigned", application_id, by=by, now=now, reviewer=emails[reviewer_id])


def withdraw(session: Session, assignment_id: UUID, *, reason: str, by: str, now: datetime) -> None:
    """Take an application off a reviewer; what they wrote stays on record and counts no more.

    Raises NotFound, ReasonNeeded, SheetSubmitted (reopen it first).
    """
    if len(reason.strip()) < LEAST_REASON:
        raise rules.ReasonNeeded(field="reason", least=LEAST_REASON)
    assignment = queries.lock(session, assignment_id)
    if assignment is None or assignment.withdrawn_at is not None:
        raise NotFound
    sheet = queries.find_sheet(session, assignment_id)
    if sheet is not None and sheet.submitted_at is not None:
        raise rules.SheetSubmitted
    assignment.withdrawn_at = now
    trace(session, "withdrawn", assignment.application_id, by=by, now=now, why=reason.strip())


def _admitted(session: Session, application_id: UUID) -> Application:
    application = applications.lock(session, application_id)
    if application is None:
        raise NotFound
    if application.status is not Status.ADMITTED:
        raise rules.NotInEvaluation
    return application
