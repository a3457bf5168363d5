"""Missions and travellers, one by one and in lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, exists, func, select, true
from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.applications.rules import Status
from portal.calls.models import Call
from portal.companies.models import Company
from portal.missions.models import (
    Change,
    Mission,
    MissionPlace,
    MissionVersion,
    Presence,
    Purge,
    TravelDocument,
    Traveller,
)
from portal.missions.rules.changing import ChangeState
from portal.missions.rules.content import MissionContent
from portal.missions.rules.waiting import HOLDING, LIVE, MissionState, TravellerState

Scope = frozenset[UUID] | None

ENTITLED = (
    Status.ADMITTED,
    Status.EVALUATED,
    Status.FUNDED,
    Status.AWARDED,
    Status.ACCEPTED,
    Status.IN_PROGRESS,
    Status.COMPLETED,
)
"""Applications whose firm may send delegates: admitted by the call, or granted something by it."""


@dataclass(frozen=True)
class Seen:
    """A mission with its call's code and slug."""

    mission: Mission
    code: str
    slug: str

    @property
    def content(self) -> MissionContent:
        """What staff wrote."""
        return content_of(self.mission)


@dataclass(frozen=True)
class Person:
    """A traveller with the firm and what the vault holds of them."""

    traveller: Traveller
    document: TravelDocument
    company: str


def content_of(mission: Mission) -> MissionContent:
    """The mission's data, parsed."""
    return MissionContent.model_validate(mission.content)


def lock(session: Session, mission_id: UUID) -> Mission | None:
    """The mission, held until the transaction ends: whoever gives or frees a place goes through here."""
    return session.get(Mission, mission_id, with_for_update=True, populate_existing=True)


def find(session: Session, mission_id: UUID) -> Seen | None:
    """A mission, whoever asks."""
    row = session.execute(_seen().where(Mission.id == mission_id)).one_or_none()
    return Seen(*row) if row else None


def find_seen(session: Session, mission_id: UUID, scope: Scope) -> Seen | None:
    """A mission within somebody's reach."""
    row = session.execute(_seen().where(Mission.id == mission_id, _within(scope))).one_or_none()
    return Seen(*row) if row else None


def _seen() -> Select[Any]:
    found: Any = select(Mission, Call.code, Call.slug).join(Call, Call.id == Mission.call_id)
    statement: Select[Any] = found
    return statement


def _within(scope: Scope) -> Any:  # noqa: ANN401 - a WHERE
    return true() if scope is None else Mission.call_id.in_(scope)


def listing(session: Session, scope: Scope) -> Sequence[Row[Any]]:
    """(mission, call's code, firms in, places held, waiting, changes asked) within reach, the latest first."""
    counted = (
        select(
            Traveller.mission_id,
            func.count(func.distinct(Traveller.company_id)).filter(Traveller.state.in_(HOLDING)).label("firms"),
            func.count().filter(Traveller.state.in_(HOLDING)).label("held"),
            func.count().filter(Traveller.state == TravellerState.WAITING).label("waiting"),
        )
        .group_by(Traveller.mission_id)
        .subquery()
    )
    asked = (
        select(func.count())
        .where(Change.mission_id == Mission.id, Change.state == ChangeState.OPEN)
        .correlate(Mission)
        .scalar_subquery()
    )
    zero = func.coalesce
    found: Any = (
        select(
            Mission,
            Call.code,
            zero(counted.c.firms, 0).label("firms"),
            zero(counted.c.held, 0).label("held"),
            zero(counted.c.waiting, 0).label("waiting"),
            asked.label("asked"),
        )
        .join(Call, Call.id == Mission.call_id)
        .outerjoin(counted, counted.c.mission_id == Mission.id)
        .where(_within(scope))
    )
    return session.execute(found.order_by(Mission.starts_on.desc(), Mission.id).limit(200)).all()


def versions(session: Session, mission_id: UUID) -> Sequence[MissionVersion]:
    """What the mission said before, the latest first."""
    found = select(MissionVersion).where(MissionVersion.mission_id == mission_id)
    return session.scalars(found.order_by(MissionVersion.number.desc())).all()


def offered(session: Session, *, company_id: UUID | None, call_id: UUID | None) -> Sequence[Row[Any]]:
    """(mission, application) that a firm may send delegates to, or has sent some to; the next first."""
    found: Any = (
        select(Mission, Application.id.label("application_id"))
        .join(Application, Application.call_id == Mission.call_id)
        .where(
            Application.company_id == company_id,
            Application.status.in_(ENTITLED),
            Mission.state != MissionState.DRAFT,
            *([] if call_id is None else [Mission.call_id == call_id]),
        )
    )
    return session.execute(found.order_by(Mission.starts_on, Mission.id)).all()


def find_own(
    session: Session, mission_id: UUID, *, company_id: UUID | None, call_id: UUID | None
) -> tuple[Seen, UUID] | None:
    """A mission and the firm's application to its call, if the firm is entitled or has somebody in it."""
    has_some = exists().where(Traveller.mission_id == Mission.id, Traveller.company_id == company_id)
    found = (
        _seen()
        .add_columns(Application.id)
        .join(Application, Application.call_id == Mission.call_id)
        .where(
            Mission.id == mission_id,
            Mission.state != MissionState.DRAFT,
            Application.company_id == company_id,
            Application.status.in_(ENTITLED) | has_some,
            *([] if call_id is None else [Mission.call_id == call_id]),
        )
        .order_by(Application.submitted_at.desc())
        .limit(1)
    )
    row = session.execute(found).one_or_none()
    return (Seen(row[0], row[1], row[2]), row[3]) if row else None


def entitled(session: Session, application_id: UUID) -> Application | None:
    """An application whose firm may take part, held against a change of state."""
    found = select(Application).where(Application.id == application_id, Application.status.in_(ENTITLED))
    return session.scalars(found.with_for_update(read=True)).one_or_none()


def entitled_companies(session: Session, call_id: UUID) -> Sequence[UUID]:
    """The firms that may send delegates."""
    found = select(Application.company_id).where(Application.call_id == call_id, Application.status.in_(ENTITLED))
    return session.scalars(found.distinct().order_by(Application.company_id)).all()


def people(session: Session, mission_id: UUID, *, company_id: UUID | None = None) -> list[Person]:
    """The travellers with their firms, in the order of arrival."""
    found: Any = (
        select(Traveller, TravelDocument, Company.legal_name)
        .join(TravelDocument, TravelDocument.traveller_id == Traveller.id)
        .join(Company, Company.id == Traveller.company_id)
        .where(Traveller.mission_id == mission_id)
    )
    if company_id is not None:
        found = found.where(Traveller.company_id == company_id)
    return [Person(*row) for row in session.execute(found.order_by(Traveller.queue))]


def find_person(
    session: Session, mission_id: UUID, traveller_id: UUID, *, company_id: UUID | None = None
) -> Person | None:
    """One traveller of that mission (and of that firm, where one is given)."""
    found: Any = (
        select(Traveller, TravelDocument, Company.legal_name)
        .join(TravelDocument, TravelDocument.traveller_id == Traveller.id)
        .join(Company, Company.id == Traveller.company_id)
        .where(Traveller.id == traveller_id, Traveller.mission_id == mission_id)
    )
    if company_id is not None:
        found = found.where(Traveller.company_id == company_id)
    row = session.execute(found.execution_options(populate_existing=True)).one_or_none()
    return Person(*row) if row else None


def traveller(session: Session, traveller_id: UUID) -> Traveller | None:
    """One traveller, fresh."""
    return session.get(Traveller, traveller_id, populate_existing=True)


def document(session: Session, traveller_id: UUID) -> TravelDocument:
    """What the vault holds of a traveller, fresh."""
    found = select(TravelDocument).where(TravelDocument.traveller_id == traveller_id)
    return session.scalars(found.execution_options(populate_existing=True)).one()


def travellers(session: Session, mission_id: UUID) -> Sequence[Traveller]:
    """All of a mission, fresh, in the order of arrival; whoever decides on places has locked the mission."""
    found = select(Traveller).where(Traveller.mission_id == mission_id).order_by(Traveller.queue)
    return session.scalars(found.execution_options(populate_existing=True)).all()


def places(session: Session, mission_id: UUID) -> Sequence[int]:
    """The numbers of the places."""
    return session.scalars(select(MissionPlace.number).where(MissionPlace.mission_id == mission_id)).all()


def live_of(session: Session, mission_id: UUID, company_id: UUID) -> Sequence[Traveller]:
    """A firm's delegates that count."""
    found = select(Traveller).where(
        Traveller.mission_id == mission_id, Traveller.company_id == company_id, Traveller.state.in_(LIVE)
    )
    return session.scalars(found.order_by(Traveller.turn).execution_options(populate_existing=True)).all()


def with_lapsed_offers(session: Session, *, now: datetime) -> Sequence[UUID]:
    """Missions that will take place and in which an offer is over."""
    found = select(Traveller.mission_id).join(Mission, Mission.id == Traveller.mission_id)
    found = found.where(
        Traveller.state == TravellerState.OFFERED,
        Traveller.offer_until < now,
        Mission.state.in_((MissionState.OPEN, MissionState.CLOSED)),
    )
    return session.scalars(found.distinct()).all()


def to_close(session: Session, *, now: datetime) -> Sequence[UUID]:
    """Open missions whose list closes now."""
    found = select(Mission.id).where(Mission.state == MissionState.OPEN, Mission.closes_at <= now)
    return session.scalars(found).all()


def to_purge(session: Session, *, today: Any) -> Sequence[UUID]:  # noqa: ANN401 - a day
    """Missions whose travellers are to be forgotten."""
    return session.scalars(select(Mission.id).where(Mission.purged_at.is_(None), Mission.purge_on <= today)).all()


def changes(session: Session, mission_id: UUID, *, company_id: UUID | None = None) -> Sequence[Row[Any]]:
    """(change, firm's name) of a mission, those that wait first."""
    found: Any = (
        select(Change, Company.legal_name)
        .join(Traveller, Traveller.id == Change.traveller_id)
        .join(Company, Company.id == Traveller.company_id)
        .where(Change.mission_id == mission_id)
    )
    if company_id is not None:
        found = found.where(Traveller.company_id == company_id)
    return session.execute(found.order_by(Change.state != ChangeState.OPEN, Change.asked_at.desc())).all()


def find_change(session: Session, change_id: UUID, mission_id: UUID | None = None) -> Change | None:
    """One change."""
    found = select(Change).where(Change.id == change_id)
    if mission_id is not None:
        found = found.where(Change.mission_id == mission_id)
    return session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def open_change(session: Session, traveller_id: UUID) -> Change | None:
    """The change that waits for an answer."""
    found = select(Change).where(Change.traveller_id == traveller_id, Change.state == ChangeState.OPEN)
    return session.scalars(found).one_or_none()


def purge_of(session: Session, mission_id: UUID) -> Purge | None:
    """The proof, once there is one."""
    return session.scalars(select(Purge).where(Purge.mission_id == mission_id)).one_or_none()


def attendance(session: Session, mission_id: UUID) -> Sequence[Row[Any]]:
    """(traveller, moment, instant) of who was there."""
    found: Any = select(Presence.traveller_id, Presence.moment, Presence.at).where(Presence.mission_id == mission_id)
    return session.execute(found.order_by(Presence.at)).all()
