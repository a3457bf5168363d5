"""Conflict or no conflict, before anything is shown."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.service import record
from portal.evaluation import queries, rules
from portal.evaluation.events import ConflictFound
from portal.evaluation.models import Assignment, Interest
from portal.evaluation.rules import ConflictState
from portal.evaluation.service.detect import in_words, ties_between
from portal.evaluation.service.trace import trace
from portal.kernel import outbox
from portal.kernel.errors import NotFound
from portal.kernel.text import sha256_hex

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
    ties = ties_between(session, assignment.reviewer_id, assignment.application_id)
    assignment.answered_at = now
    if has_conflict:
        assignment.conflict, assignment.conflict_reason = ConflictState.DECLARED, reason.strip()
    elif ties:
        assignment.conflict = ConflictState.DETECTED
        assignment.conflict_reason = in_words(ties)
    else:
        assignment.conflict = ConflictState.NONE
    session.flush()
    if assignment.conflict is not ConflictState.NONE:
        outbox.emit(session, ConflictFound(assignment_id=assignment.id))
    trace(session, "declared", assignment.application_id, by=by, now=now, conflict=assignment.conflict.value)
    return assignment


def name_interest(
    session: Session, user_id: UUID, *, tax_code: str, is_own: bool, reason: str, by: str, now: datetime
) -> Interest:
    """Keep a code that ties a person to firms: their own, or that of a firm or person they name. It bars from now on.

    Raises ReasonNeeded for another's code without words, AlreadyNamed.
    """
    if not is_own and len(reason.strip()) < LEAST_REASON:
        raise rules.ReasonNeeded(field="reason", least=LEAST_REASON)
    if queries.find_interest(session, user_id, tax_code) is not None:
        raise rules.AlreadyNamed(field="tax_code")
    interest = Interest(
        user_id=user_id, tax_code=tax_code, is_own=is_own, reason=reason.strip(), declared_by=by, created_at=now
    )
    try:
        with session.begin_nested():
            session.add(interest)
    except IntegrityError as twin:
        raise rules.AlreadyNamed(field="tax_code") from twin
    detail = {"code": sha256_hex(tax_code.encode()), "own": is_own}
    record(session, "evaluation.interest_named", subject_type="user", subject_id=user_id, by=by, at=now, detail=detail)
    return interest
