"""Every SELECT of the requests of access."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, defer, joinedload

from portal.access.models import Handout, Request
from portal.access.rules import OPEN
from portal.applications.models import Application
from portal.calls.models import Call
from portal.companies.models import Company

TARGET = aliased(Application, name="target")


def _whole() -> Select[Request]:
    """Requests with both applications, their firms and the call; contents are not loaded."""
    return (
        select(Request)
        .join(Request.application)
        .join(Request.target.of_type(TARGET))
        .options(
            contains_eager(Request.application).options(
                joinedload(Application.company),
                joinedload(Application.call).joinedload(Call.version),
                defer(Application.content),
            ),
            contains_eager(Request.target.of_type(TARGET)).options(joinedload(TARGET.company), defer(TARGET.content)),
        )
    )


def find(session: Session, request_id: UUID) -> Request | None:
    """A request, whoever's it is: for staff and workers."""
    return session.scalars(_whole().where(Request.id == request_id)).one_or_none()


def lock(session: Session, request_id: UUID) -> Request | None:
    """The request, locked and fresh."""
    return session.get(Request, request_id, with_for_update=True, populate_existing=True)


def find_party(
    session: Session, request_id: UUID, *, company_id: UUID | None, call_id: UUID | None = None
) -> Request | None:
    """A request of that firm's, or about it once it was told; of one call only where the mandate says so."""
    mine = Application.company_id == company_id
    told = and_(TARGET.company_id == company_id, Request.notified_at.is_not(None))
    found = _whole().where(Request.id == request_id, or_(mine, told))
    if call_id is not None:
        found = found.where(Application.call_id == call_id)
    return session.scalars(found).one_or_none()


def of_application(session: Session, application_id: UUID) -> Sequence[Request]:
    """What its firm asked for, and what others ask about it once it was told; the newest first."""
    told = and_(Request.target_id == application_id, Request.notified_at.is_not(None))
    found = _whole().where(or_(Request.application_id == application_id, told))
    return session.scalars(found.order_by(Request.asked_at.desc(), Request.id)).all()


def find_same(session: Session, application_id: UUID, target_id: UUID, *, wanted: str, interest: str) -> Request | None:
    """An open request of that firm for the same acts, in the same words."""
    found = select(Request).where(
        Request.application_id == application_id,
        Request.target_id == target_id,
        Request.state.in_(OPEN),
        Request.wanted == wanted,
        Request.interest == interest,
    )
    return session.scalars(found.order_by(Request.asked_at).limit(1)).first()


def lock_near(session: Session, *, until: datetime, limit: int) -> Sequence[Request]:
    """Open requests whose term, or the day that they were deferred to, comes by `until`, of which nobody was reminded.

    Locked; those that another worker has are skipped.
    """
    ends = func.coalesce(Request.deferred_until, Request.due_at)
    found = select(Request).where(Request.state.in_(OPEN), Request.reminded_at.is_(None), ends <= until)
    return session.scalars(found.order_by(ends, Request.id).limit(limit).with_for_update(skip_locked=True)).all()


def find_target(session: Session, call_id: UUID, protocol: str) -> UUID | None:
    """The application of a call that has this protocol number."""
    found = select(Application.id).where(Application.call_id == call_id, Application.protocol == protocol)
    return session.scalars(found).one_or_none()


def listed(reach: frozenset[UUID] | None, *, only_open: bool = False) -> Any:  # noqa: ANN401 - a Select of eleven things
    """The register, as columns, unordered: of the calls in reach (None: all)."""
    target_firm = aliased(Company)
    found = (
        select(
            Request.id,
            Request.asked_at,
            Request.due_at,
            Request.state,
            Request.objections_until,
            Request.objects,
            Application.protocol,
            Company.legal_name,
            Call.slug,
            TARGET.protocol.label("target_protocol"),
            target_firm.legal_name.label("target_name"),
        )
        .join(Application, Application.id == Request.application_id)
        .join(Company, Company.id == Application.company_id)
        .join(Call, Call.id == Application.call_id)
        .join(TARGET, TARGET.id == Request.target_id)
        .join(target_firm, target_firm.id == TARGET.company_id)
    )
    if reach is not None:
        found = found.where(Application.call_id.in_(reach))
    return found.where(Request.state.in_(OPEN)) if only_open else found


def how_many_open(session: Session, reach: frozenset[UUID] | None) -> int:
    """How many wait for a decision."""
    waiting = listed(reach, only_open=True).subquery()
    return session.scalar(select(func.count()).select_from(waiting)) or 0


def handouts(session: Session, request_id: UUID) -> Sequence[Handout]:
    """The documents prepared for a request, in their order."""
    found = select(Handout).options(joinedload(Handout.file)).where(Handout.request_id == request_id)
    return session.scalars(found.order_by(Handout.added_at, Handout.id)).all()


def find_handout(session: Session, request_id: UUID, handout_id: UUID) -> Handout | None:
    """One of them."""
    found = select(Handout).options(joinedload(Handout.file))
    return session.scalars(found.where(Handout.request_id == request_id, Handout.id == handout_id)).one_or_none()
