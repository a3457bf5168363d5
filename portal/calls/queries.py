"""Every SELECT of the calls, and the contents already parsed."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from portal.calls.models import Announcement, Call, CallVersion, Programme
from portal.calls.rules.content import CallContent
from portal.calls.rules.status import AnnouncementKind, CallStatus
from portal.kernel.errors import NotFound

_KEPT = 256
_parsed: "OrderedDict[UUID, CallContent]" = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class Seen:
    """A call and the database's time at which it was read: openness is judged by this."""

    call: Call
    now: datetime


def content_of(version: CallVersion) -> CallContent:
    """The parsed content of a version. Versions never change, so each is parsed once a process."""
    with _lock:
        if (content := _parsed.get(version.id)) is not None:
            _parsed.move_to_end(version.id)
            return content
    return _keep(version.id, CallContent.model_validate(version.content))


def content_by_id(session: Session, version_id: UUID) -> CallContent:
    """The content of that version; no statement where it is kept already. Raises NotFound."""
    with _lock:
        if (content := _parsed.get(version_id)) is not None:
            return content
    stored = session.scalar(select(CallVersion.content).where(CallVersion.id == version_id))
    if stored is None:
        raise NotFound
    return _keep(version_id, CallContent.model_validate(stored))


def contents(session: Session, version_ids: Iterable[UUID]) -> dict[UUID, CallContent]:
    """The contents of those versions: one statement for all that are not kept already, none if all are."""
    wanted = set(version_ids)
    with _lock:
        found = {each: _parsed[each] for each in wanted if each in _parsed}
    if missing := wanted - found.keys():
        stored = session.execute(select(CallVersion.id, CallVersion.content).where(CallVersion.id.in_(missing)))
        found |= {each: _keep(each, CallContent.model_validate(content)) for each, content in stored}
    return found


def _keep(version_id: UUID, content: CallContent) -> CallContent:
    with _lock:
        _parsed[version_id] = content
        while len(_parsed) > _KEPT:
            _parsed.popitem(last=False)
    return content


def public_calls(session: Session) -> list[Seen]:
    """Every published call with its version, the one that closes last first."""
    rows = session.execute(_seen().where(Call.status != CallStatus.DRAFT).order_by(Call.closes_at.desc(), Call.code))
    return [Seen(call, now) for call, now in rows]


def find_public(session: Session, slug: str) -> Seen | None:
    """A published call by its address."""
    row = session.execute(_seen().where(Call.slug == slug, Call.status != CallStatus.DRAFT)).one_or_none()
    return Seen(*row) if row else None


def find_seen(session: Session, slug: str) -> Seen | None:
    """Any call by its address, drafts too: for staff."""
    row = session.execute(_seen().where(Call.slug == slug)).one_or_none()
    return Seen(*row) if row else None


def all_calls(session: Session, *, only: frozenset[UUID] | None = None) -> list[Seen]:
    """Every call, drafts too, for staff; `only` those of these ids."""
    query = _seen().order_by(Call.closes_at.desc(), Call.code)
    if only is not None:
        query = query.where(Call.id.in_(only))
    return [Seen(call, now) for call, now in session.execute(query)]


def find(session: Session, call_id: UUID) -> Call | None:
    """A call with its version in force."""
    return session.scalar(select(Call).where(Call.id == call_id).options(joinedload(Call.version)))


def get(session: Session, call_id: UUID) -> Call:
    """A call with its version in force; raises NotFound."""
    return _or_raise(find(session, call_id))


def find_by_code(session: Session, code: str) -> Call | None:
    """A call by its code, with its version in force."""
    return session.scalar(select(Call).where(Call.code == code).options(joinedload(Call.version)))


def get_by_code(session: Session, code: str) -> Call:
    """A call by its code, with its version in force; raises NotFound."""
    return _or_raise(find_by_code(session, code))


def lock(session: Session, call_id: UUID) -> Call:
    """A call for changing; raises NotFound."""
    query = select(Call).where(Call.id == call_id).with_for_update(of=Call)
    return _or_raise(session.scalar(query.execution_options(populate_existing=True)))


def lock_by_code(session: Session, code: str) -> Call | None:
    """A call for changing, by its code."""
    query = select(Call).where(Call.code == code).with_for_update(of=Call)
    return session.scalar(query.execution_options(populate_existing=True))


def lock_announced(session: Session) -> Sequence[Call]:
    """The calls that the clock may move, for changing; those that another tick holds are skipped."""
    query = select(Call).where(Call.status != CallStatus.DRAFT).order_by(Call.id)
    return session.scalars(query.with_for_update(of=Call, skip_locked=True)).all()


def open_at(session: Session, at: datetime) -> Sequence[Call]:
    """The published calls that take applications at that instant."""
    within = (Call.status != CallStatus.DRAFT, Call.opens_at <= at, Call.closes_at > at)
    return session.scalars(select(Call).where(*within).order_by(Call.id)).all()


def find_programme(session: Session, code: str) -> Programme | None:
    """A programme by its code."""
    return session.scalar(select(Programme).where(Programme.code == code))


def find_version(session: Session, call_id: UUID, number: int) -> CallVersion | None:
    """One version of a call by its number."""
    return session.scalar(select(CallVersion).where(CallVersion.call_id == call_id, CallVersion.number == number))


def versions(session: Session, call_id: UUID) -> Sequence[CallVersion]:
    """Every version of a call, the newest first; contents are not loaded."""
    return session.scalars(
        select(CallVersion).where(CallVersion.call_id == call_id).order_by(CallVersion.number.desc())
    ).all()


def last_number(session: Session, call_id: UUID) -> int:
    """The number of the newest version; 0 if there is none."""
    return (
        session.scalar(select(func.coalesce(func.max(CallVersion.number), 0)).where(CallVersion.call_id == call_id))
        or 0
    )


def announced(session: Session, call_id: UUID) -> set[tuple[AnnouncementKind, int, datetime]]:
    """What has been said of a call: kind, hours, instant."""
    said = select(Announcement.kind, Announcement.hours, Announcement.instant).where(Announcement.call_id == call_id)
    return {(kind, hours, instant) for kind, hours, instant in session.execute(said)}


def _seen() -> Select[Call, datetime]:
    return select(Call, func.clock_timestamp()).outerjoin(Call.version).options(contains_eager(Call.version))


def _or_raise(call: Call | None) -> Call:
    if call is None:
        raise NotFound
    return call
