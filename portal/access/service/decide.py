"""What the office does: tell the firm concerned, prepare the documents, decide; and every download, noted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.access import queries, rules
from portal.access.events import AccessDecided, AccessNotified
from portal.access.models import Handout, Request
from portal.access.rules import State
from portal.access.service.shared import facts_of, locked, noted
from portal.documents.models import File
from portal.kernel import outbox
from portal.kernel.clock import db_now
from portal.kernel.errors import NotFound


def notify(session: Session, request_id: UUID, *, by: str) -> Request:
    """Tell the firm whose acts are asked for: it has ten days to object.

    Raises NobodyConcerned, AlreadyNotified, AlreadyDecided.
    """
    request = locked(session, request_id)
    rules.check_notifiable(facts_of(session, request))
    now = db_now(session)
    request.notified_at, request.objections_until = now, rules.objection_term(now)
    if request.state is State.ASKED:
        request.state = State.NOTIFIED
    session.flush()
    outbox.emit(session, AccessNotified(request_id=request.id))
    noted(session, "access.notified", request, by=by, now=now, until=request.objections_until.isoformat())
    return request


def add_handout(session: Session, request_id: UUID, file: File, *, by: str, now: datetime) -> Handout:
    """Keep a document to hand over. Raises AlreadyDecided."""
    request = locked(session, request_id)
    if request.state not in rules.OPEN:
        raise rules.AlreadyDecided
    handout = Handout(request_id=request.id, file_id=file.id, added_at=now, added_by=by)
    session.add(handout)
    noted(session, "access.document_added", request, by=by, now=now, file=file.name, sha256=file.sha256)
    return handout


def remove_handout(session: Session, request_id: UUID, handout_id: UUID, *, by: str, now: datetime) -> None:
    """Take a document back before the decision. Raises AlreadyDecided, NotFound."""
    request = locked(session, request_id)
    if request.state not in rules.OPEN:
        raise rules.AlreadyDecided
    handout = queries.find_handout(session, request_id, handout_id)
    if handout is None:
        raise NotFound
    session.delete(handout)
    noted(session, "access.document_removed", request, by=by, now=now, file=handout.file.name)


def decide(
    session: Session,
    request_id: UUID,
    decision: State,
    *,
    reason: str,
    until: datetime | None = None,
    by: str,
) -> Request:
    """Grant, grant in part, refuse, or defer until a day; what was deferred is decided again.

    Whether the firm concerned could still object is asked of the database's clock, once the request is locked.

    Raises AlreadyDecided, NotYet, NothingToGive, DayNeeded, SayMore.
    """
    request = locked(session, request_id)
    now = db_now(session)
    rules.check_decidable(facts_of(session, request), decision, until=until, now=now)
    request.reason = rules.check_said(reason, field="reason")
    request.state, request.decided_at, request.decided_by = decision, now, by
    request.deferred_until = until if decision is State.DEFERRED else None
    request.reminded_at = None
    session.flush()
    outbox.emit(session, AccessDecided(request_id=request.id))
    noted(session, "access.decided", request, by=by, now=now, decision=decision.value, reason=request.reason)
    return request


def downloaded(session: Session, handout: Handout, *, by: str, now: datetime) -> None:
    """Note that somebody took a document."""
    request = locked(session, handout.request_id)
    detail = {"file": handout.file.name, "sha256": handout.file.sha256}
    noted(session, "access.downloaded", request, by=by, now=now, **detail)
