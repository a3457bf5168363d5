"""The panel meets: marks agreed on, with who was there and why, instead of the mean."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications import queries as applications, service as applications_service
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.calls import queries as calls
from portal.calls.rules.content import CallContent
from portal.evaluation import queries, rules
from portal.evaluation.events import ApplicationEvaluated
from portal.evaluation.models import Consensus
from portal.evaluation.queries import Sheet
from portal.evaluation.rules import Gap, Mark, Stage
from portal.evaluation.service.trace import trace
from portal.kernel import outbox
from portal.kernel.errors import NotFound

LEAST_REASON = 20


def content_in_force(session: Session, application: Application) -> CallContent:
    """The call's version now in force."""
    version_id = calls.get(session, application.call_id).version_id or application.version_id
    return calls.content_by_id(session, version_id)


def gaps_of(content: CallContent, sheets: Collection[Sheet]) -> list[Gap]:
    """How far the sheets that count are apart, by reviewer's id. Ask `rules.is_unsealed` first."""
    marks = {str(one.reviewer_id): one.marks for one in sheets if one.desk.stage is Stage.SUBMITTED}
    return rules.gaps(rules.reviewed(content), marks, spread_pct=content.evaluation.spread_pct)


def is_meeting_owed(session: Session, application_id: UUID) -> bool:
    """Whether the call wants the reviewers to agree on these sheets, and they have not."""
    application = queries.find_application(session, application_id)
    if application is None:
        raise NotFound
    sheets = queries.sheets(session, [application_id])
    content = content_in_force(session, application)
    return is_foreseen(content, sheets[application_id]) and application_id not in queries.agreed(session, sheets)


def is_foreseen(content: CallContent, sheets: Collection[Sheet]) -> bool:
    """Whether the call lets a meeting's marks replace the mean of these sheets: nobody else may."""
    return rules.is_meeting_owed(content.evaluation.consensus, gaps_of(content, sheets))


def agree(
    session: Session,
    application_id: UUID,
    marks: Mapping[str, Mark],
    *,
    present: Collection[UUID],
    held_on: date,
    reason: str,
    by: str,
    now: datetime,
) -> Consensus:
    """Record what a meeting agreed on; it counts instead of the mean, and the sheets stay as they are.

    Raises NotFound, NotInEvaluation, NotUnsealed, NoMeetingForeseen, NobodyPresent (nobody of those who scored),
    ReasonNeeded, SheetIncomplete.
    """
    application = applications.lock(session, application_id)
    if application is None:
        raise NotFound
    if application.status not in queries.IN_EVALUATION:
        raise rules.NotInEvaluation
    sheets = queries.sheets(session, [application_id])[application_id]
    if not rules.is_unsealed([sheet.desk for sheet in sheets]):
        raise rules.NotUnsealed
    there = [one for one in sheets if one.reviewer_id in present and one.desk.stage is Stage.SUBMITTED]
    if not there:
        raise rules.NobodyPresent(field="present")
    if len(reason.strip()) < LEAST_REASON:
        raise rules.ReasonNeeded(field="reason", least=LEAST_REASON)
    content = content_in_force(session, application)
    if not is_foreseen(content, sheets):
        raise rules.NoMeetingForeseen
    criteria = rules.reviewed(content)
    rules.check_sheet(criteria, marks)
    meeting = Consensus(
        application_id=application_id,
        number=queries.last_meeting(session, application_id) + 1,
        marks={one.key: _kept(marks[one.key]) for one in criteria},
        present=[{"id": str(one.reviewer_id), "name": one.reviewer} for one in there],
        basis=queries.basis_of(sheets),
        held_on=held_on,
        reason=reason.strip(),
        recorded_by=by,
        recorded_at=now,
    )
    session.add(meeting)
    session.flush()
    if application.status is Status.ADMITTED:
        outbox.emit(session, ApplicationEvaluated(application_id=application_id))
        applications_service.move(session, application_id, Status.EVALUATED, by=by, now=now, why=reason.strip())
    trace(session, "agreed", application_id, by=by, now=now, number=meeting.number, why=reason.strip())
    return meeting


def _kept(mark: Mark) -> dict[str, str]:
    return {"points": f"{mark.points:f}", "reason": mark.reason, "typed": ""}
