"""Give applications to reviewers, by hand or all at once, and take them back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.accounts.rules import StaffRoleName
from portal.applications import queries as applications
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.calls import queries as calls
from portal.evaluation import queries, rules
from portal.evaluation.events import ApplicationsAssigned, ReviewerSteppedDown
from portal.evaluation.models import Assignment, PanelSeat
from portal.evaluation.rules import Ending, Stage, Why
from portal.evaluation.service.detect import detect_again
from portal.evaluation.service.trace import trace
from portal.kernel import outbox
from portal.kernel.clock import ROME
from portal.kernel.errors import NotFound

LEAST_REASON = 10


def reviewers(session: Session, call_id: UUID) -> Sequence[User]:
    """Who may be given applications of a call, by name."""
    return accounts.people_with_role(session, StaffRoleName.REVIEWER, call_id=call_id)


def assign(session: Session, application_id: UUID, reviewer_id: UUID, *, by: str, now: datetime) -> Assignment:
    """Give one application to one reviewer, by hand: no sharing-out moves it.

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
    assignment = Assignment(
        application_id=application_id, reviewer_id=reviewer_id, assigned_by=by, is_locked=True, created_at=now
    )
    session.add(assignment)
    session.flush()
    outbox.emit(session, ApplicationsAssigned(assignment_id=assignment.id, count=1))
    trace(session, "assigned", application_id, by=by, now=now, reviewer=person.email)
    return assignment


def share_out(session: Session, call_id: UUID, *, each: int, cap: int, by: str, now: datetime) -> rules.Sharing:
    """Give every admitted application of a call reviewers until it has `each`, none in conflict.

    Nobody gets more than the cap of their seat, or `cap` where it has none. What was given by hand or begun stays;
    what was not yet answered moves only where an application would else stay short. Safe to run twice; ties are
    looked for again first. Raises NoReviewers.
    """
    detect_again(session, call_id=call_id, now=now)
    seated = queries.seats(session, call_id)
    people = [user for user in reviewers(session, call_id) if user.id not in seated or seated[user.id].is_on]
    if not people:
        raise rules.NoReviewers
    seats = [_seat(user.id, seated.get(user.id), cap=cap, now=now) for user in people]
    open_ids = [id_ for id_, _, _, status in queries.in_evaluation(session, call_id) if status is Status.ADMITTED]
    seats = _less_what_is_closed(session, call_id, seats, open_ids)
    sharing = rules.share(_cases(session, call_id, open_ids, seated=seated, people=people), seats, each=each)
    emails = {user.id: user.email for user in people}
    _move(session, sharing.taken, emails, by=by, now=now)
    _give(session, sharing.given, emails, by=by, now=now)
    return sharing


def _seat(reviewer_id: UUID, seat: PanelSeat | None, *, cap: int, now: datetime) -> rules.Seat:
    today = now.astimezone(ROME).date()
    is_away = seat is not None and seat.away_from is not None and seat.away_from <= today <= (seat.away_until or today)
    most = cap if seat is None or seat.cap is None else seat.cap
    return rules.Seat(reviewer=reviewer_id, cap=most, is_away=is_away)


def _less_what_is_closed(
    session: Session, call_id: UUID, seats: list[rules.Seat], open_ids: list[UUID]
) -> list[rules.Seat]:
    """The same seats with what they have already done of the call counted within their caps and their loads."""
    done = queries.loads(session, [seat.reviewer for seat in seats], call_id, leaving_out=open_ids)
    return [replace(seat, done=done.get(seat.reviewer, 0)) for seat in seats]


def _cases(
    session: Session,
    call_id: UUID,
    application_ids: list[UUID],
    *,
    seated: dict[UUID, PanelSeat],
    people: Sequence[User],
) -> list[rules.ToReview]:
    """The applications with who has them, who must not, and who would know them best."""
    ids = [user.id for user in people]
    known = queries.groups(session)
    ties = queries.people(session, ids, known=known)
    applicants = queries.applicants(session, application_ids, known=known)
    sheets = queries.sheets(session, application_ids)
    call = calls.get(session, call_id)
    languages = {one.key: one.languages for one in calls.content_of(call.version).pathways} if call.version else {}
    subjects = queries.subjects(session, application_ids, languages, with_words=_has_keywords(seated))
    known_best = {id_: _expertise(seat) for id_, seat in seated.items()}
    cases = []
    for id_ in application_ids:
        barred = {key: Why.CONFLICT for key, person in ties.items() if rules.detect(person, applicants[id_])}
        match = {key: rules.match(known_best[key], subjects[id_]) for key in ids if key in known_best}
        cases.append(_case(id_, sheets[id_], frozenset(ids), barred=barred, match=match))
    return cases


def _case(
    application_id: UUID,
    sheets: Sequence[queries.Sheet],
    panel: frozenset[UUID],
    *,
    barred: dict[UUID, Why],
    match: dict[UUID, int],
) -> rules.ToReview:
    have = [sheet for sheet in sheets if sheet.desk.counts]
    loose = frozenset(
        sheet.reviewer_id
        for sheet in have
        if sheet.desk.stage is Stage.TO_DECLARE and not sheet.is_locked and sheet.reviewer_id in panel
    )
    for sheet in sheets:
        if sheet.desk.stage is Stage.IN_CONFLICT:
            barred[sheet.reviewer_id] = Why.CONFLICT
        elif sheet.desk.is_withdrawn and sheet.ending is not Ending.MOVED:
            barred.setdefault(sheet.reviewer_id, Why.LEFT)
    fixed = frozenset(sheet.reviewer_id for sheet in have) - loose
    for reviewer_id in fixed | loose:
        if barred.get(reviewer_id) is Why.LEFT:
            del barred[reviewer_id]
    return rules.ToReview(application=application_id, fixed=fixed, loose=loose, barred=barred, match=match)


def _expertise(seat: PanelSeat) -> rules.Expertise:
    return rules.Expertise(
        divisions=frozenset(seat.divisions),
        pathways=frozenset(seat.pathways),
        keywords=frozenset(seat.keywords),
        languages=frozenset(seat.languages),
    )


def _has_keywords(seated: dict[UUID, PanelSeat]) -> bool:
    return any(seat.keywords for seat in seated.values())


def _move(session: Session, taken: Iterable[rules.Given], emails: dict[UUID, str], *, by: str, now: datetime) -> None:
    for application_id, reviewer_id in taken:
        assignment = queries.find_live(session, application_id, reviewer_id)
        if assignment is None:
            raise NotFound
        assignment.withdrawn_at, assignment.ending = now, Ending.MOVED
        trace(session, "moved", application_id, by=by, now=now, reviewer=emails[reviewer_id])
    session.flush()


def _give(session: Session, new: Iterable[rules.Given], emails: dict[UUID, str], *, by: str, now: datetime) -> None:
    given: defaultdict[UUID, list[Assignment]] = defaultdict(list)
    for application_id, reviewer_id in new:
        row = Assignment(application_id=application_id, reviewer_id=reviewer_id, assigned_by=by, created_at=now)
        given[reviewer_id].append(row)
    session.add_all(row for rows in given.values() for row in rows)
    session.flush()
    for rows in given.values():
        outbox.emit(session, ApplicationsAssigned(assignment_id=rows[0].id, count=len(rows)))
    for row in (row for rows in given.values() for row in rows):
        trace(session, "assigned", row.application_id, by=by, now=now, reviewer=emails[row.reviewer_id])


def withdraw(session: Session, assignment_id: UUID, *, reason: str, by: str, now: datetime) -> None:
    """Take an application off a reviewer; what they wrote stays on record and counts no more.

    Raises NotFound, ReasonNeeded, SheetSubmitted (reopen it first).
    """
    _end(session, assignment_id, Ending.TAKEN, reason=reason, by=by, now=now)


def step_down(session: Session, assignment_id: UUID, *, reason: str, by: str, now: datetime) -> None:
    """Leave an application, as its reviewer: the draft stays on record and counts no more; the office is told.

    Raises NotFound, ReasonNeeded, SheetSubmitted (ask the office to reopen it first).
    """
    _end(session, assignment_id, Ending.STEPPED_DOWN, reason=reason, by=by, now=now)
    outbox.emit(session, ReviewerSteppedDown(assignment_id=assignment_id))


def _end(session: Session, assignment_id: UUID, how: Ending, *, reason: str, by: str, now: datetime) -> None:
    if len(reason.strip()) < LEAST_REASON:
        raise rules.ReasonNeeded(field="reason", least=LEAST_REASON)
    assignment = queries.lock(session, assignment_id)
    if assignment is None or assignment.withdrawn_at is not None:
        raise NotFound
    sheet = queries.find_sheet(session, assignment_id)
    if sheet is not None and sheet.submitted_at is not None:
        raise rules.SheetSubmitted
    assignment.withdrawn_at, assignment.ending, assignment.ending_reason = now, how, reason.strip()
    session.flush()
    verb = "withdrawn" if how is Ending.TAKEN else "stepped_down"
    trace(session, verb, assignment.application_id, by=by, now=now, why=reason.strip())


def _admitted(session: Session, application_id: UUID) -> Application:
    application = applications.lock(session, application_id)
    if application is None:
        raise NotFound
    if application.status is not Status.ADMITTED:
        raise rules.NotInEvaluation
    return application
