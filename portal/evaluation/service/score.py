"""Sheets: kept as drafts, submitted, given back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications import queries as applications, service as applications_service
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.calls.rules.content import Criterion
from portal.evaluation import queries, rules
from portal.evaluation.events import ApplicationEvaluated, MeetingNeeded, SheetReopened
from portal.evaluation.models import Assignment, ScoreSheet
from portal.evaluation.rules import Desk, Mark
from portal.evaluation.service.detect import ties_between
from portal.evaluation.service.meet import content_in_force, is_meeting_owed
from portal.evaluation.service.trace import trace
from portal.kernel import outbox
from portal.kernel.errors import NotFound

LEAST_REASON = 10
TAKEN_UP = "Riammessa: valgono le schede di valutazione già consegnate."


def save_draft(session: Session, assignment_id: UUID, marks: Mapping[str, Mark], *, comment: str = "") -> ScoreSheet:
    """Keep a sheet as far as it has come, right or wrong; nothing is lost, nobody else sees it.

    Raises NotFound and what `rules.check_draft` raises. Drafts leave no line in the audit.
    """
    application, sheet = _open(session, assignment_id)
    return _keep(session, sheet, _criteria(session, application), marks, comment=comment)


def submit(
    session: Session, assignment_id: UUID, marks: Mapping[str, Mark], *, comment: str = "", by: str, now: datetime
) -> ScoreSheet:
    """Hand a whole sheet in; the last one that was owed makes the application evaluated, or calls a meeting.

    Raises NotFound, what `rules.check_draft` raises, SheetIncomplete.
    """
    application, sheet = _open(session, assignment_id)
    criteria = _criteria(session, application)
    rules.check_sheet(criteria, marks)
    _keep(session, sheet, criteria, marks, comment=comment)
    sheet.submitted_at = now
    session.flush()
    if rules.is_unsealed(_desks(session, application.id)):
        if is_meeting_owed(session, application.id):
            outbox.emit(session, MeetingNeeded(application_id=application.id))
        else:
            outbox.emit(session, ApplicationEvaluated(application_id=application.id))
            applications_service.move(session, application.id, Status.EVALUATED, by="system", now=now)
    trace(session, "sheet_submitted", application.id, by=by, now=now)
    return sheet


def reopen(session: Session, assignment_id: UUID, *, reason: str, by: str, now: datetime) -> None:
    """Give a submitted sheet back to its reviewer; all the sheets of the application are sealed again.

    Raises NotFound, ReasonNeeded, NotSubmitted, RankedAlready.
    """
    _check_reason(reason)
    application, assignment = _locked(session, assignment_id)
    sheet = queries.find_sheet(session, assignment_id)
    if sheet is None or sheet.submitted_at is None:
        raise rules.NotSubmitted
    if application.status not in queries.IN_EVALUATION:
        raise rules.RankedAlready
    sheet.submitted_at = None
    session.flush()
    if application.status is not Status.ADMITTED:
        applications_service.move(session, application.id, Status.ADMITTED, by=by, now=now, why=reason.strip())
    outbox.emit(session, SheetReopened(assignment_id=assignment.id))
    trace(session, "sheet_reopened", application.id, by=by, now=now, why=reason.strip())


def close(session: Session, application_id: UUID, *, reason: str, by: str, now: datetime) -> None:
    """Call an application evaluated with the sheets that are in: a reviewer was lost and none takes over.

    Raises NotFound, ReasonNeeded, NotInEvaluation, NotSubmitted while a sheet is owed or none is in, or MeetingOwed.
    """
    _check_reason(reason)
    application = applications.lock(session, application_id)
    if application is None:
        raise NotFound
    if application.status is not Status.ADMITTED:
        raise rules.NotInEvaluation
    if not rules.is_unsealed(_desks(session, application_id)):
        raise rules.NotSubmitted
    if is_meeting_owed(session, application_id):
        raise rules.MeetingOwed
    outbox.emit(session, ApplicationEvaluated(application_id=application_id))
    applications_service.move(session, application_id, Status.EVALUATED, by=by, now=now, why=reason.strip())


def take_up(session: Session, application_id: UUID, *, now: datetime) -> bool:
    """Call an application evaluated that is admitted again and whose sheets are all in already; answers whether it was.

    One whose sheets are owed waits for them, one whose sheets are far apart for the meeting. Safe to run twice.
    """
    application = applications.lock(session, application_id)
    if application is None or application.status is not Status.ADMITTED:
        return False
    if not rules.is_unsealed(_desks(session, application_id)) or is_meeting_owed(session, application_id):
        return False
    outbox.emit(session, ApplicationEvaluated(application_id=application_id))
    applications_service.move(session, application_id, Status.EVALUATED, by="system", now=now, why=TAKEN_UP)
    return True


def _check_reason(reason: str) -> None:
    if len(reason.strip()) < LEAST_REASON:
        raise rules.ReasonNeeded(field="reason", least=LEAST_REASON)


def _locked(session: Session, assignment_id: UUID) -> tuple[Application, Assignment]:
    """The application first, then the assignment: every verb locks in this order."""
    found = session.get(Assignment, assignment_id)
    application = applications.lock(session, found.application_id) if found else None
    assignment = queries.lock(session, assignment_id) if application else None
    if application is None or assignment is None:
        raise NotFound
    return application, assignment


def _open(session: Session, assignment_id: UUID) -> tuple[Application, ScoreSheet]:
    """What is to be written in, both locked; the sheet is new where none was begun."""
    application, assignment = _locked(session, assignment_id)
    sheet = queries.find_sheet(session, assignment_id)
    desks = queries.sheets(session, [application.id])[application.id]
    rules.check_draft(next(one.desk for one in desks if one.assignment_id == assignment_id))
    if application.status is not Status.ADMITTED:
        raise rules.NotInEvaluation
    if ties_between(session, assignment.reviewer_id, application.id):
        raise rules.InConflict
    return application, sheet or ScoreSheet(assignment_id=assignment_id)


def _criteria(session: Session, application: Application) -> list[Criterion]:
    """Those that people judge, in the version of the call now in force."""
    return rules.reviewed(content_in_force(session, application))


def _keep(
    session: Session, sheet: ScoreSheet, criteria: Sequence[Criterion], marks: Mapping[str, Mark], *, comment: str
) -> ScoreSheet:
    sheet.marks = {
        criterion.key: {
            "points": None if mark.points is None else f"{mark.points:f}",
            "reason": mark.reason,
            "typed": mark.typed,
        }
        for criterion in criteria
        if (mark := marks.get(criterion.key)) is not None
    }
    sheet.comment = comment
    session.add(sheet)
    session.flush()
    return sheet


def _desks(session: Session, application_id: UUID) -> list[Desk]:
    return [sheet.desk for sheet in queries.sheets(session, [application_id])[application_id]]
