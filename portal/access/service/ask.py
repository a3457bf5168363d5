"""What firms do: one asks, the other answers."""

from uuid import UUID

from sqlalchemy.orm import Session

from portal.access import queries, rules
from portal.access.events import AccessAnswered, AccessAsked
from portal.access.models import Request
from portal.access.service.shared import facts_of, locked, noted
from portal.applications import queries as applications
from portal.applications.models import Application
from portal.kernel import outbox
from portal.kernel.clock import db_now


def ask(
    session: Session,
    application: Application,
    *,
    protocol: str = "",
    wanted: str,
    interest: str,
    by: str,
) -> Request:
    """Ask for the acts on an application: the firm's own, or the one with this protocol number.

    The same words again, while the first are undecided, are the first: pressed twice, asked once. For that the
    application is locked; the term runs by the database's clock. Raises NotInTheProcedure, UnknownProtocol, SayMore.
    """
    if application.submitted_at is None:
        raise rules.NotInTheProcedure
    number = protocol.strip().upper()
    target_id = queries.find_target(session, application.call_id, number) if number else application.id
    if target_id is None:
        raise rules.UnknownProtocol(field="protocol")
    said = {
        "wanted": rules.check_said(wanted, field="wanted"),
        "interest": rules.check_said(interest, field="interest"),
    }
    applications.lock(session, application.id)
    if (there := queries.find_same(session, application.id, target_id, **said)) is not None:
        return there
    now = db_now(session)
    request = Request(
        application_id=application.id,
        target_id=target_id,
        **said,
        asked_at=now,
        asked_by=by,
        due_at=rules.decision_term(now),
    )
    session.add(request)
    session.flush()
    outbox.emit(session, AccessAsked(request_id=request.id))
    noted(session, "access.asked", request, by=by, now=now, target=str(target_id))
    return request


def answer(session: Session, request_id: UUID, *, objects: bool, text: str, by: str) -> Request:
    """The firm concerned objects with its reasons, or has nothing against; in time by the database's clock.

    Raises AlreadyAnswered, TooLateToObject.
    """
    request = locked(session, request_id)
    now = db_now(session)
    rules.check_objectable(facts_of(session, request), now=now)
    request.objects, request.answered_at, request.answered_by = objects, now, by
    request.answer = rules.check_said(text, field="text") if objects else text.strip()
    session.flush()
    outbox.emit(session, AccessAnswered(request_id=request.id))
    noted(session, "access.answered", request, by=by, now=now, objects=objects)
    return request
