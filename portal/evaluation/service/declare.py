"""Conflict or no conflict, before anything is shown."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.evaluation import queries, rules
from portal.evaluation.events import ConflictFound
from portal.evaluation.models import Assignment
from portal.evaluation.rules import ConflictState
from portal.evaluation.service.trace import trace
from portal.kernel import outbox
from portal.kernel.errors import NotFound

LEAST_REASON = 10


def declare(
    session: Session, assignment_id: UUID, *, has_conflict: bool, reason: str = "", by: str, now: datetime
) -> Assignment:
    """Answer for an assignment, once. A tie that the portal knows counts whatever is answered.

    Raises NotFound, AlreadyAnswered, or ReasonNeeded for a conflict without words.
    """
    assignment = queries.lock(session, assignment_id)
    if assignment is None or assignment.withdrawn_at is not None:
        raise NotFound
    if assignment.conflict is not ConflictState.UNANSWERED:
        raise rules.AlreadyAnswered
    if has_conflict and len(reason.strip()) < LEAST_REASON:
        raise rules.ReasonNeeded(field="reason", least=LEAST_REASON)
    ties = ties_of(session, assignment)
    assignment.answered_at = now
    if has_conflict:
        assignment.conflict, assignment.conflict_reason = ConflictState.DECLARED, reason.strip()
    elif ties:
        assignment.conflict = ConflictState.DETECTED
        assignment.conflict_reason = ", ".join(f"{tie.kind.value}: {tie.what}" for tie in ties)
    else:
        assignment.conflict = ConflictState.NONE
    session.flush()
    if assignment.conflict is not ConflictState.NONE:
        outbox.emit(session, ConflictFound(assignment_id=assignment.id))
    trace(session, "declared", assignment.application_id, by=by, now=now, conflict=assignment.conflict.value)
    return assignment


def ties_of(session: Session, assignment: Assignment) -> tuple[rules.Detected, ...]:
    """What the portal knows of between reviewer and applicant."""
    return ties_between(session, assignment.reviewer_id, assignment.application_id)


def ties_between(session: Session, reviewer_id: UUID, application_id: UUID) -> tuple[rules.Detected, ...]:
    """What the portal knows of between a person and an applicant; asked again at every reading."""
    person = queries.people(session, [reviewer_id])[reviewer_id]
    return rules.detect(person, queries.applicants(session, [application_id])[application_id])
