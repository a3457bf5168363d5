"""The verbs of the calls."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.calls import queries
from portal.calls.events import CallAmended, CallClosed, CallOpened, CallReminderDue
from portal.calls.models import Announcement, Call, CallVersion, Programme
from portal.calls.rules import clock
from portal.calls.rules.content import CallContent
from portal.calls.rules.lint import errors_of
from portal.calls.rules.refusals import AlreadyPublished, Contradictory, IdentityChanged, NotPublished, ReasonMissing
from portal.calls.rules.status import AnnouncementKind, CallStatus
from portal.kernel import outbox
from portal.kernel.errors import Conflict
from portal.kernel.text import canonical_json, sha256_hex

FIRST_REASON = "Prima versione"


class Imported(StrEnum):
    """What an import did."""

    CREATED = "created"
    DRAFTED = "drafted"
    AMENDED = "amended"
    UNCHANGED = "unchanged"


def import_(
    session: Session, content: CallContent, *, reason: str, by: str, now: datetime, over: UUID | None = None
) -> tuple[Call, Imported]:
    """Bring a call in: new as a draft; a draft, a new version; published, a corrigendum; the same content, nothing.

    `reason` may be empty only for a call that is new; `over` is the version that the author had before their eyes.
    Raises ReasonMissing, IdentityChanged, Contradictory, Conflict.
    """
    call = queries.lock_by_code(session, content.code)
    _check_over(call, over)
    if call is None:
        return _create(session, content, reason=reason or FIRST_REASON, by=by, now=now), Imported.CREATED
    if _is_in_force(session, call, content):
        return call, Imported.UNCHANGED
    if call.status is CallStatus.DRAFT:
        return _draft(session, call, content, reason=reason, by=by, now=now), Imported.DRAFTED
    return _amend(session, call, content, reason=reason, by=by, now=now), Imported.AMENDED


def draft(session: Session, call_id: UUID, content: CallContent, *, reason: str, by: str, now: datetime) -> Call:
    """Give a call that is not published a new version. Raises AlreadyPublished, ReasonMissing, IdentityChanged."""
    call = queries.lock(session, call_id)
    if call.status is not CallStatus.DRAFT:
        raise AlreadyPublished
    return _draft(session, call, content, reason=reason, by=by, now=now)


def publish(session: Session, call_id: UUID, *, by: str, now: datetime) -> Call:
    """Show a call to everybody; the clock opens it. Raises AlreadyPublished, Contradictory."""
    call = queries.lock(session, call_id)
    if call.status is not CallStatus.DRAFT:
        raise AlreadyPublished
    _check_sound(_content_in_force(session, call))
    call.status = CallStatus.PUBLISHED
    call.published_at = now
    _audit(session, call, "publish", by=by, at=now)
    return call


def amend(session: Session, call_id: UUID, content: CallContent, *, reason: str, by: str, now: datetime) -> Call:
    """A corrigendum: a new version in force at once, and everybody concerned is told.

    Raises NotPublished, ReasonMissing, IdentityChanged, Contradictory.
    """
    call = queries.lock(session, call_id)
    if call.status is CallStatus.DRAFT:
        raise NotPublished
    return _amend(session, call, content, reason=reason, by=by, now=now)


def tick(session: Session, *, now: datetime) -> list[str]:
    """Open and close what the clock says and remind of deadlines, each once; answers what was said, for the log."""
    said = []
    for call in queries.lock_announced(session):
        said += _follow_clock(session, call, now=now)
        said += _remind(session, call, now=now)
    session.flush()
    return said


def close_early(session: Session, call_id: UUID, *, reason: str, by: str, now: datetime) -> Call:
    """End the window now, before the hour in the call's words: what was asked for reached what the call can take.

    The clock says so to everybody concerned. A corrigendum opens it again, until the hour that it says.
    """
    call = queries.lock(session, call_id)
    if call.opens_at < now < call.closes_at:
        call.closes_at = now
        _audit(session, call, "close_early", by=by, at=now, reason=reason)
    return call


def _create(session: Session, content: CallContent, *, reason: str, by: str, now: datetime) -> Call:
    call = Call(
        code=content.code,
        slug=content.slug,
        programme_id=_programme(session, content).id,
        status=CallStatus.DRAFT,
        opens_at=content.window.opens_at,
        closes_at=content.window.closes_at,
    )
    session.add(call)
    session.flush()
    _put_in_force(session, call, content, reason=reason, by=by, now=now)
    _audit(session, call, "create", by=by, at=now, reason=reason)
    return call


def _draft(session: Session, call: Call, content: CallContent, *, reason: str, by: str, now: datetime) -> Call:
    _check_change(session, call, content, reason=reason)
    _put_in_force(session, call, content, reason=reason, by=by, now=now)
    _audit(session, call, "draft", by=by, at=now, reason=reason)
    return call


def _amend(session: Session, call: Call, content: CallContent, *, reason: str, by: str, now: datetime) -> Call:
    _check_change(session, call, content, reason=reason)
    _check_sound(content)
    _put_in_force(session, call, content, reason=reason, by=by, now=now)
    outbox.emit(session, CallAmended(call_id=call.id))
    _audit(session, call, "amend", by=by, at=now, reason=reason)
    return call


def _check_change(session: Session, call: Call, content: CallContent, *, reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing(field="reason")
    programme = queries.find_programme(session, content.programme.code)
    same = (content.code, content.slug) == (call.code, call.slug)
    if not same or programme is None or programme.id != call.programme_id:
        raise IdentityChanged


def _check_over(call: Call | None, over: UUID | None) -> None:
    """Somebody who edits one call may not land on another, nor on a version that they have not seen."""
    if over is None:
        return
    if call is None:
        raise IdentityChanged
    if call.version_id != over:
        raise Conflict


def _check_sound(content: CallContent) -> None:
    if errors := errors_of(content):
        raise Contradictory(count=len(errors), first=errors[0].say("it"))


def _put_in_force(session: Session, call: Call, content: CallContent, *, reason: str, by: str, now: datetime) -> None:
    stored = content.model_dump(mode="json")
    version = CallVersion(
        call_id=call.id,
        number=queries.last_number(session, call.id) + 1,
        content=stored,
        sha256=sha256_hex(canonical_json(stored)),
        reason=reason.strip(),
        made_by=by,
        made_at=now,
    )
    session.add(version)
    session.flush()
    _programme(session, content)
    call.version = version
    call.opens_at, call.closes_at = content.window.opens_at, content.window.closes_at
    session.flush()


def _programme(session: Session, content: CallContent) -> Programme:
    facts = content.programme.model_dump(mode="json")
    programme = queries.find_programme(session, content.programme.code)
    if programme is None:
        programme = Programme(code=content.programme.code, facts=facts)
        session.add(programme)
    elif programme.facts != facts:
        programme.facts = facts
    session.flush()
    return programme


def _content_in_force(session: Session, call: Call) -> CallContent:
    if call.version_id is None:
        raise NotPublished
    return queries.content_by_id(session, call.version_id)


def _is_in_force(session: Session, call: Call, content: CallContent) -> bool:
    return call.version_id is not None and queries.content_by_id(session, call.version_id) == content


def _follow_clock(session: Session, call: Call, *, now: datetime) -> list[str]:
    """A deadline put off opens a closed call again; that is told by the corrigendum, not once more from here."""
    match clock.phase(call.opens_at, call.closes_at, now=now):
        case clock.Phase.OPEN if call.status is not CallStatus.OPEN:
            call.status, kind, instant = CallStatus.OPEN, AnnouncementKind.OPENED, call.opens_at
        case clock.Phase.CLOSED if call.status is not CallStatus.CLOSED:
            call.status, kind, instant = CallStatus.CLOSED, AnnouncementKind.CLOSED, call.closes_at
        case clock.Phase.COMING if call.status is not CallStatus.PUBLISHED:
            call.status = CallStatus.PUBLISHED
            return []
        case _:
            return []
    if not _say_once(session, call, kind, instant=instant, now=now):
        return []
    is_opening = kind is AnnouncementKind.OPENED
    outbox.emit(session, CallOpened(call_id=call.id) if is_opening else CallClosed(call_id=call.id))
    _audit(session, call, kind.value, by="system", at=now)
    return [f"{call.code}: {kind.value}"]


def _remind(session: Session, call: Call, *, now: datetime) -> list[str]:
    if call.status is not CallStatus.OPEN:
        return []
    wanted = _content_in_force(session, call).reminder_hours
    due = clock.due_reminders(wanted, opens_at=call.opens_at, closes_at=call.closes_at, now=now)
    kind = AnnouncementKind.REMINDER
    new = [hours for hours in due if _say_once(session, call, kind, instant=call.closes_at, now=now, hours=hours)]
    if not new or new[0] != due[0]:
        return []
    # after a silence of the scheduler several may be due: people are told of the nearest only
    outbox.emit(session, CallReminderDue(call_id=call.id, hours=new[0]))
    return [f"{call.code}: reminder, {new[0]} hours"]


def _say_once(
    session: Session, call: Call, kind: AnnouncementKind, *, instant: datetime, now: datetime, hours: int = 0
) -> bool:
    row = {"call_id": call.id, "kind": kind, "hours": hours, "instant": instant, "at": now}
    put = insert(Announcement).values(**row).on_conflict_do_nothing().returning(Announcement.id)
    return session.scalar(put) is not None


def _audit(session: Session, call: Call, verb: str, *, by: str, at: datetime, **detail: Any) -> None:  # noqa: ANN401
    version = str(call.version_id) if call.version_id else None
    audit.record(
        session,
        f"calls.{verb}",
        subject_type="call",
        subject_id=call.id,
        by=by,
        at=at,
        detail={"code": call.code, "version_id": version, **detail},
    )
