"""Ask a firm something within a term: the request, its draft, its answer, its end. What follows, others decide."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.applications import events, queries, rules
from portal.applications.models import Application, Attachment, Request
from portal.applications.rules import Status, requests
from portal.applications.rules.procedure import RequestKind
from portal.applications.rules.requests import Asks, RequestState
from portal.applications.service.attach import MOST_FILES
from portal.applications.service.move import move
from portal.applications.service.trace import trace
from portal.calls.queries import content_by_id
from portal.calls.rules.content import CallContent
from portal.calls.rules.deadlines import firm_term, is_over
from portal.documents.models import File
from portal.kernel import outbox
from portal.kernel.clock import db_now
from portal.kernel.errors import NotFound
from portal.kernel.text import canonical_json, sha256_hex

WAITS = {RequestKind.SUPPLEMENT: Status.SUPPLEMENT_REQUESTED, RequestKind.NOTICE: Status.REJECTION_NOTICE}


def supplement(
    session: Session, application_id: UUID, *, asks: Asks, words: str, days: int, by: str, now: datetime
) -> Request:
    """Ask a firm for what is missing, within `days`; its case waits.

    Raises NothingAsked, WordsMissing, TooFewOrTooManyDays, AlreadyAsked, NotAskable, NotFound.
    """
    application, content = _askable(session, application_id)
    asks = requests.check_asks(content, asks)
    if not (words.strip() or asks.documents or asks.fields):
        raise requests.NothingAsked(field="words")
    words = requests.check_words(words, field="words")
    due_at = firm_term(now, requests.check_days(days, content), hour=content.proceeding.hour)
    return _make(
        session,
        application,
        Request(kind=RequestKind.SUPPLEMENT, asks=asks.as_json(), words=words, due_at=due_at),
        by=by,
        now=now,
    )


def give_notice(
    session: Session, application_id: UUID, *, reasons: Sequence[Mapping[str, str]], words: str, by: str, now: datetime
) -> Request:
    """Tell a firm why its application will not be admitted, and wait for its observations.

    `reasons`: [{"rule", "text"}]. Raises WordsMissing, AlreadyAsked, NotAskable, NotFound.
    """
    application, content = _askable(session, application_id, Status.ADMITTED)
    told = [{"rule": one["rule"], "text": requests.check_words(one["text"], field="reasons")} for one in reasons]
    if not told:
        raise requests.WordsMissing(field="reasons")
    due_at = firm_term(now, content.days.rejection_notice, hour=content.proceeding.hour)
    made = Request(kind=RequestKind.NOTICE, reasons=told, words=words.strip()[: requests.LONGEST_WORDS], due_at=due_at)
    return _make(session, application, made, by=by, now=now)


def _askable(session: Session, application_id: UUID, *more: Status) -> tuple[Application, CallContent]:
    application = queries.lock(session, application_id)
    if application is None:
        raise NotFound
    has_open = queries.open_request(session, application_id) is not None
    requests.check_askable(application.status, *more, has_open=has_open)
    return application, content_by_id(session, application.version_id)


def _make(session: Session, application: Application, made: Request, *, by: str, now: datetime) -> Request:
    last = session.scalar(select(func.max(Request.number)).where(Request.application_id == application.id)) or 0
    made.application_id, made.number, made.asked_by, made.asked_at = application.id, last + 1, by, now
    made.remind_at = requests.reminder_at(now, made.due_at)
    session.add(made)
    session.flush()
    outbox.emit(session, events.RequestMade(request_id=made.id))
    if application.status is not Status.ELIGIBILITY_CHECK and made.kind is RequestKind.NOTICE:
        move(session, application.id, Status.ELIGIBILITY_CHECK, by=by, now=now)
    detail = {"request": made.number, "due_at": made.due_at.isoformat()}
    trace(session, f"{made.kind.value}_asked", application.id, by=by, now=now, detail=detail)
    move(session, application.id, WAITS[made.kind], by=by, now=now)
    return made


def save_draft(
    session: Session, request_id: UUID, draft: Mapping[str, Any], *, revision: int, by: str, now: datetime
) -> Request:
    """Keep what the firm has written so far, on top of the `revision` that it saw.

    Kept after the term too, while the request is open: it cannot be sent any more. Raises RequestClosed,
    ChangedMeanwhile, NotFound.
    """
    request = _lock_open(session, request_id)
    if request.revision != revision and request.draft != draft:
        raise requests.ChangedMeanwhile
    if request.draft != draft:
        request.draft, request.revision = dict(draft), request.revision + 1
        request.drafted_at, request.drafted_by = now, by
        session.flush()
    return request


def enclose(session: Session, request_id: UUID, file: File, *, document: str, by: str, now: datetime) -> UUID:
    """Put a stored file into an answer; the same bytes twice are one. Returns its id.

    Raises RequestClosed, AnswerTooLate, TooManyFiles, and NotFound for a document that was not asked for.
    """
    request = _lock_open(session, request_id)
    requests.check_in_time(request.due_at, now=db_now(session))
    if document not in {*Asks.of(request.asks).documents, requests.OTHER}:
        raise NotFound
    there = [one for one in queries.enclosed_with(request) if one.document == document]
    twin = next((one for one in there if one.sha256 == file.sha256), None)
    if twin is not None:
        return twin.id
    if len(there) >= MOST_FILES:
        raise rules.TooManyFiles(most=MOST_FILES)
    attachment = Attachment(
        application_id=request.application_id,
        request_id=request.id,
        document=document,
        file_id=file.id,
        attached_at=now,
        attached_by=by,
    )
    session.add(attachment)
    detail = {"document": document, "name": file.name, "sha256": file.sha256, "request": request.number}
    trace(session, "attached", request.application_id, by=by, now=now, detail=detail)
    return attachment.id


def take_out(session: Session, request_id: UUID, attachment_id: UUID, *, by: str, now: datetime) -> None:
    """Take a file out of an answer not sent yet; a second time does nothing. Raises RequestClosed, NotFound."""
    request = _lock_open(session, request_id)
    attachment = next((one for one in request.files if one.id == attachment_id), None)
    if attachment is None:
        raise NotFound
    if attachment.removed_at is None:
        attachment.removed_at, attachment.removed_by = now, by
        detail = {"document": attachment.document, "file": str(attachment.file_id), "request": request.number}
        trace(session, "detached", request.application_id, by=by, now=now, detail=detail)


def answer(session: Session, request_id: UUID, *, by: str) -> Request:
    """Send the answer as it stands, once, within the term by the database's clock, read when the lock is held.

    A second time does nothing. A case that waited for a supplement goes on; a notice waits for the office's act.
    Raises RequestClosed, AnswerTooLate, NothingAnswered, Unread, Unexplained, NotFound.
    """
    request = _lock(session, request_id)
    if request.state is RequestState.ANSWERED:
        return request
    requests.check_open(request.state)
    now = db_now(session)
    requests.check_in_time(request.due_at, now=now)
    application = _application(session, request)
    content = content_by_id(session, application.version_id)
    request.content = _sent(content, request)
    request.sha256 = sha256_hex(canonical_json(request.content))
    _close(session, request, RequestState.ANSWERED, by=by, now=now)
    outbox.emit(session, events.RequestAnswered(request_id=request.id))
    detail = {"request": request.number, "sha256": request.sha256}
    trace(session, f"{request.kind.value}_answered", application.id, by=by, now=now, detail=detail)
    if request.kind is RequestKind.SUPPLEMENT:
        move(session, application.id, Status.ELIGIBILITY_CHECK, by=by, now=now)
    return request


def _sent(content: CallContent, request: Request) -> dict[str, Any]:
    asks, answers = Asks.of(request.asks), requests.draft_answers(request.draft)
    note = str(request.draft.get("note", "")).strip()
    observed = {key: words for key, words in request.draft.get("observations", {}).items() if words.strip()}
    enclosed = queries.enclosed_with(request)
    given = {key: answers[key].value for key in asks.fields if key in answers and answers[key].value is not None}
    lacks = requests.lacking(content, asks, answers, enclosed)
    requests.check_answer(lacks, note=note, is_blank=not (note or observed or enclosed or given))
    return {
        "answers": given,
        "note": note,
        "observations": observed,
        "attachments": [
            {
                "document": one.document,
                "name": one.name,
                "sha256": one.sha256,
                "size": one.size,
                "media_type": one.media_type,
                "signers": list(one.signers),
            }
            for one in enclosed
        ],
    }


def extend(session: Session, request_id: UUID, *, days: int, reason: str, by: str, now: datetime) -> Request:
    """Prolong the term of a supplement, once, with a reason, while it has not ended.

    Raises RequestClosed, AnswerTooLate, AlreadyExtended, TooFewOrTooManyDays, NotLater, WordsMissing, NotFound.
    """
    request = _lock_open(session, request_id)
    if request.kind is not RequestKind.SUPPLEMENT:
        raise NotFound
    requests.check_in_time(request.due_at, now=now)
    application = _application(session, request)
    content = content_by_id(session, application.version_id)
    reason = requests.check_words(reason, field="reason")
    request.due_at = requests.extended(
        content,
        asked_at=request.asked_at,
        due_at=request.due_at,
        days=days,
        extensions=int(request.extended_at is not None),
    )
    request.extended_at, request.extended_by, request.extension_reason = now, by, reason
    request.remind_at, request.reminded_at = requests.reminder_at(now, request.due_at), None
    request.sequence += 1
    session.flush()
    outbox.emit(session, events.RequestExtended(request_id=request.id))
    detail = {"request": request.number, "due_at": request.due_at.isoformat(), "reason": reason}
    trace(session, "term_extended", application.id, by=by, now=now, detail=detail)
    return request


def call_off(session: Session, request_id: UUID, *, reason: str, by: str, now: datetime) -> Request:
    """Take a request back, with a reason: the case goes on as if nothing were awaited.

    A notice may be taken back also once answered or lapsed, while no act has followed: then the row stays as it is and
    only the case moves. Raises RequestClosed, WordsMissing, NotFound.
    """
    request = _lock(session, request_id)
    application = _application(session, request)
    if application.status is not WAITS[request.kind]:
        raise requests.RequestClosed
    reason = requests.check_words(reason, field="reason")
    if request.state is RequestState.OPEN:
        request.closing_reason = reason
        _close(session, request, RequestState.CALLED_OFF, by=by, now=now)
    outbox.emit(session, events.RequestCalledOff(request_id=request.id))
    detail = {"request": request.number, "reason": reason}
    trace(session, f"{request.kind.value}_called_off", application.id, by=by, now=now, detail=detail)
    move(session, application.id, Status.ELIGIBILITY_CHECK, by=by, now=now)
    return request


def lapse(session: Session, request_id: UUID, *, now: datetime) -> Request | None:
    """Close a request whose term ended in silence; what that means for the case, the call says, and others do.

    None where it is closed already, or was prolonged meanwhile.
    """
    request = _lock(session, request_id)
    if request.state is not RequestState.OPEN or not is_over(request.due_at, now=now):
        return None
    _close(session, request, RequestState.LAPSED, by="system", now=request.due_at)
    outbox.emit(session, events.RequestLapsed(request_id=request.id))
    detail = {"request": request.number, "due_at": request.due_at.isoformat()}
    trace(session, f"{request.kind.value}_lapsed", request.application_id, by="system", now=now, detail=detail)
    return request


def remind_due(session: Session, *, now: datetime, limit: int = 200) -> int:
    """Have firms told whose term is near; once for each term. Answers how many."""
    near = queries.requests_to_remind(session, now=now, limit=limit)
    for request in near:
        request.reminded_at = now
        outbox.emit(session, events.RequestReminderDue(request_id=request.id))
    session.flush()
    return len(near)


def close_with(session: Session, application: Application, *, reason: str, by: str, now: datetime) -> None:
    """Close what is still open about an application that goes another way (withdrawn, admitted), silently."""
    request = queries.open_request(session, application.id)
    if request is not None:
        request.closing_reason = reason
        _close(session, request, RequestState.CALLED_OFF, by=by, now=now)


def _close(session: Session, request: Request, state: RequestState, *, by: str, now: datetime) -> None:
    request.state, request.closed_at, request.closed_by = state, now, by
    request.sequence += 1
    session.flush()


def _lock(session: Session, request_id: UUID) -> Request:
    """The request with its application locked first, as everybody does."""
    application_id = session.scalar(select(Request.application_id).where(Request.id == request_id))
    if application_id is None or queries.lock(session, application_id) is None:
        raise NotFound
    request = queries.find_request(session, request_id)
    if request is None:
        raise NotFound
    return request


def _lock_open(session: Session, request_id: UUID) -> Request:
    request = _lock(session, request_id)
    requests.check_open(request.state)
    return request


def _application(session: Session, request: Request) -> Application:
    application = queries.lock(session, request.application_id)
    assert application is not None  # noqa: S101 - it was locked a moment ago
    return application
