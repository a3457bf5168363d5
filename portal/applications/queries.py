"""Every SELECT of the applications."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Numeric, Row, Select, Text, bindparam, case, cast, func, inspect, null, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, contains_eager, defer, joinedload, selectinload, undefer

from portal.applications.models import Answer, Application, Attachment, Request
from portal.applications.rules import Status
from portal.applications.rules.answers import Stored
from portal.applications.rules.completeness import Enclosed
from portal.applications.rules.procedure import CONCLUDED, Asked, RequestKind
from portal.applications.rules.requests import RequestState
from portal.calls import queries as calls
from portal.calls.models import Call, CallVersion
from portal.calls.rules.content import CallContent
from portal.calls.rules.status import CallStatus
from portal.companies.models import Company, Holding, Representative, Year
from portal.documents.models import File
from portal.documents.rules import ScanState
from portal.kernel.base import Base
from portal.kernel.many import among


class Version(NamedTuple):
    """A version of a call, parsed."""

    id: UUID
    number: int
    content: CallContent


@dataclass(frozen=True, kw_only=True)
class Enclosure(Enclosed):
    """An attachment with what a page shows of it."""

    id: UUID
    pages: int | None
    signatures: tuple[dict[str, Any], ...]
    scan: ScanState
    at: datetime
    by: str


@dataclass(frozen=True, kw_only=True)
class Cover:
    """An application without what is in it. A draft follows the version in force, the rest the one frozen under."""

    application: Application
    version: Version

    @property
    def content(self) -> CallContent:
        """The call, as this application answers it."""
        return self.version.content

    @property
    def call(self) -> Call:
        """The call."""
        return self.application.call

    @property
    def is_editable(self) -> bool:
        """Whether it may be written in."""
        return self.application.status is Status.DRAFT and self.application.frozen_at is None


@dataclass(frozen=True, kw_only=True)
class Folder(Cover):
    """An application with all that is in it."""

    answers: dict[str, Stored]
    enclosed: tuple[Enclosure, ...]


def _answers() -> Any:  # noqa: ANN401 - a scalar subquery
    row = func.jsonb_build_array(Answer.value, Answer.typed, Answer.revision, Answer.saved_by, Answer.saved_at)
    found = select(func.jsonb_object_agg(Answer.key, row)).where(Answer.application_id == Application.id)
    return func.coalesce(found.correlate(Application).scalar_subquery(), func.jsonb_build_object())


def _enclosed() -> Any:  # noqa: ANN401 - a scalar subquery
    row = func.jsonb_build_array(
        Attachment.id,
        Attachment.document,
        File.name,
        File.sha256,
        File.size,
        File.media_type,
        File.pages,
        File.signatures,
        File.scan,
        Attachment.attached_at,
        Attachment.attached_by,
    )
    found = (
        select(func.jsonb_agg(aggregate_order_by(row, Attachment.attached_at, Attachment.id)))
        .join(File, File.id == Attachment.file_id)
        .where(
            Attachment.application_id == Application.id,
            Attachment.removed_at.is_(None),
            or_(Attachment.request_id.is_(None), _is_of_a_supplement()),
        )
    )
    return func.coalesce(found.correlate(Application).scalar_subquery(), func.jsonb_build_array())


def _is_of_a_supplement() -> Any:  # noqa: ANN401 - a condition
    """Files sent with a supplement stand beside the first ones; those of a draft, or of observations, don't."""
    return (
        select(Request.id)
        .where(
            Request.id == Attachment.request_id,
            Request.kind == RequestKind.SUPPLEMENT,
            Request.state == RequestState.ANSWERED,
        )
        .exists()
    )


def _folders(*, for_staff: bool = False) -> Select[Any]:
    return _covers(for_staff=for_staff).add_columns(_answers(), _enclosed())


def _covers(*, for_staff: bool = False) -> Select[Any]:
    """`for_staff`: with what was frozen and all that the firm says of itself, for pages that show it."""
    firm = contains_eager(Application.company)
    in_force = case((Application.frozen_at.is_(None), Call.version_id), else_=Application.version_id)
    found: Any = (
        select(Application, CallVersion.id, CallVersion.number)
        .join(Application.call)
        .join(CallVersion, CallVersion.id == in_force)
        .join(Application.company)
        .options(
            contains_eager(Application.call),
            firm if for_staff else firm.load_only(Company.legal_name, Company.vat),
            undefer(Application.content) if for_staff else defer(Application.content),
        )
    )
    covers: Select[Any] = found
    return covers


def _read_answers(found: dict[str, Any]) -> dict[str, Stored]:
    return {
        key: Stored(value, typed, revision, by, datetime.fromisoformat(at))
        for key, (value, typed, revision, by, at) in found.items()
    }


def _read_enclosed(found: list[Any]) -> tuple[Enclosure, ...]:
    return tuple(
        Enclosure(
            id=UUID(id_),
            document=document,
            name=name,
            sha256=sha256,
            size=size,
            media_type=media_type,
            pages=pages,
            signatures=tuple(signatures),
            signers=tuple(one["signer"] for one in signatures if one["is_intact"]),
            scan=ScanState(scan),
            at=datetime.fromisoformat(at),
            by=by,
        )
        for id_, document, name, sha256, size, media_type, pages, signatures, scan, at, by in found
    )


def _read_folder(session: Session, row: Row[Any] | None) -> Folder | None:
    if row is None:
        return None
    application, version_id, number, answers, enclosed = tuple(row)
    return Folder(
        application=application,
        version=_version(session, version_id, number),
        answers=_read_answers(answers),
        enclosed=_read_enclosed(enclosed),
    )


def _version(session: Session, version_id: UUID, number: int) -> Version:
    return Version(version_id, number, calls.content_by_id(session, version_id))


def find_own(
    session: Session, application_id: UUID, *, company_id: UUID | None, call_id: UUID | None = None
) -> Folder | None:
    """The application with answers and attachments, if it is that firm's (and of that call, where one is given).

    One statement, once the version of the call is known to the process.
    """
    asked = {"application_id": application_id, "company_id": company_id, "call_id": call_id}
    return _read_folder(session, session.execute(_own(call_id is not None), asked).one_or_none())


def find_own_cover(
    session: Session, application_id: UUID, *, company_id: UUID | None, call_id: UUID | None = None
) -> Cover | None:
    """The application without answers and attachments, if it is that firm's: for what is frozen, or only asked for."""
    asked = {"application_id": application_id, "company_id": company_id, "call_id": call_id}
    row = session.execute(_own(call_id is not None, is_whole=False), asked).one_or_none()
    return Cover(application=row[0], version=_version(session, row[1], row[2])) if row else None


def is_own(
    session: Session, application_id: UUID, *, company_id: UUID | None, call_id: UUID | None = None
) -> bool | None:
    """True for an application of that firm; None for what is absent or another's."""
    asked = {"application_id": application_id, "company_id": company_id, "call_id": call_id}
    found: bool | None = session.scalar(_mine(call_id is not None), asked)
    return found


@cache
def _mine(is_of_one_call: bool) -> Select[Any]:  # noqa: FBT001 - the key of a cache
    mine: Select[Any] = select(true()).where(
        Application.id == bindparam("application_id"), Application.company_id == bindparam("company_id")
    )
    return mine.where(Application.call_id == bindparam("call_id")) if is_of_one_call else mine


@cache
def _own(is_of_one_call: bool, *, is_whole: bool = True) -> Select[Any]:  # noqa: FBT001 - the key of a cache
    """Built once: building it costs more than asking it."""
    own = (_folders() if is_whole else _covers()).where(
        Application.id == bindparam("application_id"), Application.company_id == bindparam("company_id")
    )
    return own.where(Application.call_id == bindparam("call_id")) if is_of_one_call else own


def find(session: Session, application_id: UUID) -> Folder | None:
    """The application with answers and attachments, whoever's it is: for staff and workers."""
    asked = {"application_id": application_id}
    return _read_folder(session, session.execute(_one(for_staff=True), asked).one_or_none())


@cache
def _one(*, for_staff: bool = False) -> Select[Any]:
    return _folders(for_staff=for_staff).where(Application.id == bindparam("application_id"))


@cache
def _lock() -> Select[Any]:
    return select(Application.id).where(Application.id == bindparam("application_id")).with_for_update()


def lock(session: Session, application_id: UUID) -> Application | None:
    """The row alone, locked and fresh."""
    return session.get(Application, application_id, with_for_update=True, populate_existing=True)


def state(session: Session, application_id: UUID) -> Any:  # noqa: ANN401 - a row of the two
    """Status and `frozen_at` as committed now, unlocked: two savers share a lock that neither could raise."""
    asked = select(Application.status, Application.frozen_at).where(Application.id == application_id)
    row: Any = session.execute(asked).one_or_none()
    return row


def lock_folder(session: Session, application_id: UUID) -> Folder | None:
    """The application locked first and read afterwards, so that no answer slips in between."""
    asked = {"application_id": application_id}
    if session.execute(_lock(), asked).one_or_none() is None:
        return None
    fresh = session.execute(_one(), asked, execution_options={"populate_existing": True})
    return _read_folder(session, fresh.one_or_none())


def lock_for_submission(
    session: Session, application_id: UUID, *, own: Mapping[str, UUID | None] | None = None
) -> Row[Any] | None:
    """The facts on which a submission hangs, in one statement; `own`: only if it is within this reach.

    The application is locked, the call is locked against a change of its window, and `now` is the database's clock,
    read when both locks are held.
    """
    is_own, is_of_one_call = own is not None, own is not None and own["call_id"] is not None
    asked = {"application_id": application_id, **(own or {})}
    return session.execute(_submission(is_own, is_of_one_call), asked).one_or_none()


@cache
def _submission(is_own: bool, is_of_one_call: bool) -> Select[Any]:  # noqa: FBT001 - the key of a cache
    within = [Application.company_id == bindparam("company_id")] if is_own else []
    within += [Application.call_id == bindparam("call_id")] if is_of_one_call else []
    mine = (
        select(
            Application.id,
            Application.call_id,
            Application.version_id,
            Application.status,
            Application.protocol,
            Application.sha256,
            Application.content["asks"].astext.label("asks"),
        )
        .where(Application.id == bindparam("application_id"), *within)
        .with_for_update()
        .cte("mine")
    )
    theirs = (
        select(Call.opens_at, Call.closes_at, Call.version_id.label("in_force"))
        .where(Call.id == select(mine.c.call_id).scalar_subquery())
        .with_for_update(read=True)
        .cte("theirs")
    )
    return select(mine, theirs, func.clock_timestamp().label("now")).select_from(mine.join(theirs, true()))


def amounts_asked(session: Session, call_id: UUID, field: str | None) -> Sequence[str | None]:
    """What each request handed in and not withdrawn answered to `field`; one None each where the call asks none."""
    amount = Application.content["answers"][field].astext if field else null()
    found = select(amount).where(
        Application.call_id == call_id,
        Application.arrival.is_not(None),
        Application.status != Status.WITHDRAWN,
    )
    return session.scalars(found).all()


def find_live(session: Session, *, call_id: UUID, company_id: UUID) -> Application | None:
    """The firm's application to the call that was not withdrawn; there is one at most."""
    return session.scalars(
        select(Application)
        .options(defer(Application.content))
        .where(
            Application.call_id == call_id,
            Application.company_id == company_id,
            Application.status != Status.WITHDRAWN,
        )
    ).one_or_none()


def of_company(session: Session, company_id: UUID | None, *, call_id: UUID | None = None) -> Sequence[Application]:
    """The firm's applications with their calls and versions, latest first."""
    statement = (
        select(Application)
        .options(joinedload(Application.call).joinedload(Call.version), defer(Application.content))
        .where(Application.company_id == company_id)
        .order_by(Application.created_at.desc(), Application.id)
    )
    if call_id is not None:
        statement = statement.where(Application.call_id == call_id)
    return session.scalars(statement).all()


def find_call(session: Session, slug: str) -> Call | None:
    """The published call of that address."""
    return session.scalars(select(Call).where(Call.slug == slug, Call.status != CallStatus.DRAFT)).one_or_none()


def find_handed_in(
    session: Session, attachment_id: UUID, application_id: UUID, *, with_observations: bool = False
) -> File | None:
    """The file of an attachment, for others than its firm: one handed in with the application, or with an answer sent.

    What lies in an answer that was not sent, or was taken out, is the firm's alone. `with_observations`: those on a
    notice too, which are no part of the application.
    """
    answered = select(Request.id).where(Request.id == Attachment.request_id, Request.state == RequestState.ANSWERED)
    sent = answered.exists() if with_observations else _is_of_a_supplement()
    found = (
        select(File)
        .join(Attachment, Attachment.file_id == File.id)
        .where(
            Attachment.id == attachment_id,
            Attachment.application_id == application_id,
            Attachment.removed_at.is_(None),
            or_(Attachment.request_id.is_(None), sent),
        )
    )
    return session.scalars(found).one_or_none()


def find_own_attachment(
    session: Session, attachment_id: UUID, application_id: UUID, *, company_id: UUID | None, call_id: UUID | None = None
) -> Attachment | None:
    """One attachment, removed or not, with its file, if the application is that firm's."""
    statement = (
        select(Attachment)
        .options(joinedload(Attachment.file))
        .join(Application, Application.id == Attachment.application_id)
        .where(Attachment.id == attachment_id, Application.id == application_id, Application.company_id == company_id)
    )
    if call_id is not None:
        statement = statement.where(Application.call_id == call_id)
    return session.scalars(statement).one_or_none()


def find_receipt(session: Session, code: str) -> Application | None:
    """The application that was given this receipt, with call and firm."""
    return session.scalars(
        select(Application)
        .join(Application.call)
        .join(Application.company)
        .options(
            contains_eager(Application.call),
            contains_eager(Application.company).load_only(Company.vat),
            defer(Application.content),
        )
        .where(Application.receipt_code == code)
    ).one_or_none()


def unregistered(session: Session, *, before: datetime, limit: int) -> Sequence[UUID]:
    """Applications handed in before that instant and not registered yet: the queue forgot them."""
    waiting = select(Application.id).where(Application.status == Status.SUBMITTED, Application.submitted_at < before)
    return session.scalars(waiting.order_by(Application.arrival).limit(limit)).all()


def profile(session: Session, company_id: UUID) -> dict[str, Any]:
    """The firm's own page as JSON, for filling a form and for freezing; one statement.

    `company` (with `years`, oldest first, `last_year`, `holdings`), `representative` (the first), `representatives`.
    """
    company, years, holdings, people = session.execute(_profile(), {"company_id": company_id}).one()
    holdings = [{"id": id_, "name": name, "tax_code": code, **relation} for id_, name, code, relation in holdings]
    return {
        "company": {**company, "years": years, "last_year": years[-1] if years else {}, "holdings": holdings},
        "representative": people[0] if people else {},
        "representatives": people,
    }


@cache
def _profile() -> Select[Any]:
    holding = func.jsonb_build_array(Holding.id, Holding.name, Holding.tax_code, Holding.relation)
    person = _object(Representative, "company_id", "id")
    found: Select[Any] = select(
        _object(Company, "id", "created_at", "updated_at", "revision"),
        _list(aggregate_order_by(_object(Year, "company_id"), Year.year), Year.company_id),
        _list(aggregate_order_by(holding, Holding.position), Holding.company_id),
        _list(person, Representative.company_id),
    ).where(Company.id == bindparam("company_id"))
    return found


def _object(table: type[Base], *but: str) -> Any:  # noqa: ANN401 - a JSON object
    """The columns of a row by name; numbers with a point as text, as they are hashed."""
    pairs: list[Any] = []
    for column in inspect(table).local_table.columns:
        if column.name not in but:
            pairs += [column.name, cast(column, Text) if isinstance(column.type, Numeric) else column]
    return func.jsonb_build_object(*pairs)


def _list(rows: Any, company_id: Any) -> Any:  # noqa: ANN401 - a scalar subquery
    found = select(func.jsonb_agg(rows)).where(company_id == Company.id).correlate(Company).scalar_subquery()
    return func.coalesce(found, func.jsonb_build_array())


def requests_of(session: Session, application_ids: Sequence[UUID]) -> dict[UUID, list[Request]]:
    """The requests made about each of these applications, in order. One statement."""
    found = select(Request).where(Request.application_id.in_(application_ids)).options(defer(Request.draft))
    asked: dict[UUID, list[Request]] = {each: [] for each in application_ids}
    for one in session.scalars(found.order_by(Request.application_id, Request.number)):
        asked[one.application_id].append(one)
    return asked


def supplements_of(session: Session, application_ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """What firms sent for supplements of each of these applications, in order; those without are left out."""
    found = select(Request.application_id, Request.content).where(
        Request.application_id.in_(application_ids),
        Request.kind == RequestKind.SUPPLEMENT,
        Request.state == RequestState.ANSWERED,
    )
    sent: dict[UUID, list[dict[str, Any]]] = {}
    for application_id, content in session.execute(found.order_by(Request.application_id, Request.number)):
        sent.setdefault(application_id, []).append(content)
    return sent


def find_request(session: Session, request_id: UUID) -> Request | None:
    """A request with the files of its answer, removed ones too."""
    return session.scalars(
        select(Request)
        .where(Request.id == request_id)
        .options(selectinload(Request.files).joinedload(Attachment.file))
        .execution_options(populate_existing=True)
    ).one_or_none()


def requests_with_files(session: Session, application_id: UUID) -> Sequence[Request]:
    """The requests about one application, in order, with the files of their answers."""
    found = select(Request).where(Request.application_id == application_id).order_by(Request.number)
    return session.scalars(found.options(joinedload(Request.files).joinedload(Attachment.file))).unique().all()


def latest_request(session: Session, application_id: UUID, kind: RequestKind) -> Request | None:
    """The latest request of that kind about an application, with the files of its answer."""
    found = select(Request.id).where(Request.application_id == application_id, Request.kind == kind)
    request_id = session.scalar(found.order_by(Request.number.desc()).limit(1))
    return find_request(session, request_id) if request_id else None


def find_numbered(session: Session, application_id: UUID, number: int) -> Request | None:
    """The request of that number about an application, with the files of its answer."""
    found = select(Request.id).where(Request.application_id == application_id, Request.number == number)
    request_id = session.scalar(found)
    return find_request(session, request_id) if request_id else None


def open_request(session: Session, application_id: UUID) -> Request | None:
    """The one request that awaits an answer, if any."""
    return session.scalars(
        select(Request).where(Request.application_id == application_id, Request.state == RequestState.OPEN)
    ).one_or_none()


def enclosed_with(request: Request) -> tuple[Enclosure, ...]:
    """The files of an answer that are in their places."""
    return tuple(
        Enclosure(
            id=one.id,
            document=one.document,
            name=one.file.name,
            sha256=one.file.sha256,
            size=one.file.size,
            media_type=one.file.media_type,
            pages=one.file.pages,
            signatures=tuple(one.file.signatures),
            signers=tuple(signature["signer"] for signature in one.file.signatures if signature["is_intact"]),
            scan=one.file.scan,
            at=one.attached_at,
            by=one.attached_by,
        )
        for one in request.files
        if one.removed_at is None
    )


def as_asked(request: Request) -> Asked:
    """A request as the clock sees it."""
    is_called_off = request.state is RequestState.CALLED_OFF
    return Asked(request.kind, request.asked_at, request.due_at, request.closed_at, is_called_off)


def due_requests(session: Session, *, now: datetime, limit: int) -> Sequence[Request]:
    """Open requests whose term has ended, the oldest first."""
    ended = select(Request).where(Request.state == RequestState.OPEN, Request.due_at <= now - timedelta(seconds=1))
    return session.scalars(ended.order_by(Request.due_at).limit(limit)).all()


def requests_to_remind(session: Session, *, now: datetime, limit: int) -> Sequence[Request]:
    """Open requests whose reminder is due, locked; those that another worker holds are skipped."""
    due = select(Request).where(
        Request.state == RequestState.OPEN,
        Request.remind_at <= now,
        Request.reminded_at.is_(None),
        Request.due_at > now,
    )
    return session.scalars(due.order_by(Request.remind_at).limit(limit).with_for_update(skip_locked=True)).all()


class Running(NamedTuple):
    """A case in which a term runs."""

    id: UUID
    call_id: UUID
    version_id: UUID
    submitted_at: datetime
    closes_at: datetime


def running(session: Session, *, call_ids: frozenset[UUID] | None = None) -> Sequence[Running]:
    """Every case without an outcome, of these calls (None: of all)."""
    since = Application.reopened_at
    begun = (func.coalesce(since, Application.submitted_at), func.coalesce(since, Call.closes_at))
    found = (
        select(Application.id, Application.call_id, Application.version_id, *begun)
        .join(Call, Call.id == Application.call_id)
        .where(Application.status.not_in(CONCLUDED))
    )
    if call_ids is not None:
        found = found.where(Application.call_id.in_(call_ids))
    return [Running(*row[:3], row[3], row[4]) for row in session.execute(found) if row[3] is not None]


def asked_about(session: Session, application_ids: Sequence[UUID] | None = None) -> dict[UUID, list[Asked]]:
    """What the clocks of these cases must know, of all that run where none are named. One statement."""
    found = select(
        Request.application_id, Request.kind, Request.asked_at, Request.due_at, Request.closed_at, Request.state
    )
    if application_ids is not None:
        found = found.where(among(Request.application_id, application_ids))
    else:
        found = found.join(Application, Application.id == Request.application_id).where(
            Application.status.not_in(CONCLUDED)
        )
    asked: dict[UUID, list[Asked]] = {}
    for application_id, kind, at, due_at, closed_at, state in session.execute(found):
        one = Asked(kind, at, due_at, closed_at, state is RequestState.CALLED_OFF)
        asked.setdefault(application_id, []).append(one)
    return asked
