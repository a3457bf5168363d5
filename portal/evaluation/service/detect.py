"""Look for ties again: at every sharing-out, when facts change, and now and then."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications import queries as applications, service as applications_service
from portal.applications.rules import Status
from portal.evaluation import queries, rules
from portal.evaluation.events import ConflictFound
from portal.evaluation.rules import ConflictState, Detected
from portal.evaluation.service.trace import trace
from portal.kernel import outbox

FOUND = "Il portale ha trovato un legame fra chi valuta e l'impresa: la scheda non conta più."


def detect_again(session: Session, *, call_id: UUID | None = None, now: datetime) -> int:
    """Close every live assignment that the portal now knows to be in conflict; answers how many.

    Reading is barred without this: here the office is told, and the sheet stops counting. An application that was
    evaluated goes back, unless a ranking holds it already.
    """
    live = queries.live(session, call_id=call_id)
    if not live:
        return 0
    known = queries.groups(session)
    people = queries.people(session, {row.reviewer_id for row in live}, known=known)
    applicants = queries.applicants(session, {row.application_id for row in live}, known=known)
    found = 0
    for row in live:
        if ties := rules.detect(people[row.reviewer_id], applicants[row.application_id]):
            _close(session, row.application_id, row.id, ties, now=now)
            found += 1
    return found


def _close(
    session: Session, application_id: UUID, assignment_id: UUID, ties: tuple[Detected, ...], *, now: datetime
) -> None:
    application = applications.lock(session, application_id)
    assignment = queries.lock(session, assignment_id)
    if application is None or assignment is None:
        return
    assignment.conflict, assignment.conflict_reason = ConflictState.DETECTED, in_words(ties)
    session.flush()
    if application.status is Status.EVALUATED:
        applications_service.move(session, application_id, Status.ADMITTED, by="system", now=now, why=FOUND)
    outbox.emit(session, ConflictFound(assignment_id=assignment_id))
    trace(session, "conflict_detected", application_id, by="system", now=now, ties=assignment.conflict_reason)


def in_words(ties: tuple[Detected, ...]) -> str:
    """What was found, as it is kept."""
    return ", ".join(f"{tie.kind.value}: {tie.what}" for tie in ties)


def ties_between(session: Session, person_id: UUID, application_id: UUID) -> tuple[Detected, ...]:
    """What the portal knows of between a person and an applicant; asked again at every reading."""
    person = queries.people(session, [person_id])[person_id]
    return rules.detect(person, queries.applicants(session, [application_id])[application_id])
