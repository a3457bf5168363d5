"""Awards with their applications and firms, one by one and in lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, true
from sqlalchemy.orm import Session, contains_eager, defer

from portal.applications import queries as applications
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.awards.models import AidEntry, Award, Ending
from portal.awards.rules.ledger import HERE, EntryState
from portal.calls import queries as calls
from portal.calls.models import Call, CallVersion
from portal.companies.models import Company
from portal.ranking import queries as rankings
from portal.ranking.models import Place, Ranking
from portal.ranking.rules import Outcome

GRANTED: Final = (Status.AWARDED, Status.ACCEPTED, Status.IN_PROGRESS, Status.COMPLETED)
ENDED: Final = (Status.WAIVED, Status.FORFEITED, Status.REVOKED)
SHOWN: Final = (Status.FUNDED, *GRANTED, *ENDED)
"""What the list of awards shows: who is to be granted something, who was, and whose place ended."""

Scope = frozenset[UUID] | None


@dataclass(frozen=True)
class Case:
    """An application with its firm and call, what was granted, how it ended."""

    application: Application
    award: Award | None
    ending: Ending | None

    @property
    def company(self) -> Company:
        """The firm."""
        return self.application.company

    @property
    def call(self) -> Call:
        """The call."""
        return self.application.call


def lock(session: Session, application_id: UUID) -> Application | None:
    """The application, locked and fresh; its call is held against a new ranking first, as who publishes one does."""
    call_id = session.scalar(select(Application.call_id).where(Application.id == application_id))
    if call_id is None:
        return None
    session.execute(select(Call.id).where(Call.id == call_id).with_for_update(read=True))
    return applications.lock(session, application_id)


def award_of(session: Session, application_id: UUID) -> Award | None:
    """What was granted to an application."""
    found = select(Award).where(Award.application_id == application_id)
    return session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def ending_of(session: Session, application_id: UUID) -> Ending | None:
    """How it ended."""
    return session.scalars(select(Ending).where(Ending.application_id == application_id)).one_or_none()


def find(session: Session, application_id: UUID) -> Case | None:
    """One case, whoever's it is."""
    return _case(session, _cases().where(Application.id == application_id))


def find_own(session: Session, application_id: UUID, *, company_id: UUID | None, call_id: UUID | None) -> Case | None:
    """One case, if it is that firm's (and of that call, where one is given)."""
    own = _cases().where(Application.id == application_id, Application.company_id == company_id)
    return _case(session, own if call_id is None else own.where(Application.call_id == call_id))


def _cases() -> Select[Any]:
    found: Any = select(Application, Award, Ending).join(Application.call).join(Application.company)
    whole: Select[Any] = (
        found.outerjoin(Award, Award.application_id == Application.id)
        .outerjoin(Ending, Ending.application_id == Application.id)
        .options(contains_eager(Application.call), contains_eager(Application.company), defer(Application.content))
    )
    return whole


def _case(session: Session, asked: Select[Any]) -> Case | None:
    row = session.execute(asked).one_or_none()
    return None if row is None else Case(*row)


def reserve_until(session: Session, ranking: Ranking) -> datetime | None:
    """Until when the reserve of a published version may be drawn from, counted from the first publication."""
    begun = rankings.first_published_at(session, ranking.call_id)
    days = calls.content_by_id(session, ranking.version_id).days.reserve_valid
    return begun + timedelta(days=days) if begun else None


def funded_place(session: Session, ranking_id: UUID, application_id: UUID) -> Place | None:
    """The line of an application in a version, if it is funded there."""
    found = select(Place).where(Place.ranking_id == ranking_id, Place.application_id == application_id)
    return session.scalars(found.where(Place.outcome == Outcome.FUNDED)).one_or_none()


def funded_places(session: Session, ranking_id: UUID) -> Sequence[Place]:
    """Every funded line of a version, in order."""
    found = select(Place).where(Place.ranking_id == ranking_id, Place.outcome == Outcome.FUNDED)
    return session.scalars(found.order_by(Place.position)).all()


def lock_call(session: Session, call_id: UUID) -> None:
    """Hold a call against a new ranking."""
    session.execute(select(Call.id).where(Call.id == call_id).with_for_update(read=True))


def lock_many(session: Session, application_ids: Sequence[UUID]) -> dict[UUID, Status]:
    """The states of these applications, locked in the order of their ids."""
    found = select(Application.id, Application.status).where(Application.id.in_(application_ids))
    return dict(session.execute(found.order_by(Application.id).with_for_update()).all())


def reserved(session: Session, call_id: UUID) -> Sequence[AidEntry]:
    """What is reserved, and not granted yet, for applications to a call."""
    found = select(AidEntry).join(Application, Application.id == AidEntry.application_id)
    live = found.where(Application.call_id == call_id, AidEntry.state == EntryState.RESERVED)
    return session.scalars(live.order_by(AidEntry.code, AidEntry.id)).all()


def to_remind(session: Session, *, now: datetime) -> Sequence[tuple[UUID, datetime, datetime]]:
    """(application, awarded_at, accept_by) of awards that wait for an answer and were not reminded."""
    found = (
        select(Award.application_id, Award.awarded_at, Award.accept_by)
        .join(Application, Application.id == Award.application_id)
        .where(
            Application.status == Status.AWARDED,
            Award.answered_at.is_(None),
            Award.reminded_at.is_(None),
            Award.accept_by > now,
        )
        .order_by(Award.accept_by)
    )
    return [tuple(row) for row in session.execute(found)]  # type: ignore[misc]  # three columns each


def lapsed(session: Session, *, now: datetime, limit: int) -> Sequence[UUID]:
    """Applications whose award was not answered in time, of calls where silence forfeits."""
    found = (
        select(Award.application_id)
        .join(Application, Application.id == Award.application_id)
        .join(Call, Call.id == Award.call_id)
        .join(CallVersion, CallVersion.id == Call.version_id)
        .where(
            Application.status == Status.AWARDED,
            Award.answered_at.is_(None),
            Award.accept_by < now,
            func.coalesce(CallVersion.content["days"]["on_silence"].astext, "forfeit") == "forfeit",
        )
        .order_by(Award.accept_by)
    )
    return session.scalars(found.limit(limit)).all()


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to."""

    call_id: UUID | None = None
    status: Status | None = None
    words: str = ""
    to_confirm_since: date | None = None


def _within(scope: Scope) -> ColumnElement[bool]:
    return true() if scope is None else Application.call_id.in_(scope)


def listing(scope: Scope, wanted: Wanted) -> Select[Any]:
    """Awards and places that wait for one, unordered, for paging by arrival."""
    found: Any = (
        select(
            Application.id,
            Application.protocol,
            Application.arrival,
            Application.status,
            Application.call_id,
            Company.legal_name,
            Company.vat,
            Call.code,
            Call.slug,
            Place.amount_eur,
            Place.position,
            AidEntry.state.label("aid_state"),
            Award.eur,
            Award.act_number,
            Award.act_on,
            Award.cup,
            Award.car,
            Award.vercor,
            Award.checked_on,
            Award.cor,
            Award.cor_on,
            Award.cor_confirmed_on,
            Award.accept_by,
            Ending.recover_eur,
        )
        .join(Company, Company.id == Application.company_id)
        .join(Call, Call.id == Application.call_id)
        .outerjoin(Award, Award.application_id == Application.id)
        .outerjoin(Ending, Ending.application_id == Application.id)
        .outerjoin(Place, (Place.application_id == Application.id) & (Place.ranking_id == _ranking_of()))
        .outerjoin(AidEntry, (AidEntry.application_id == Application.id) & AidEntry.state.in_(HERE))
        .where(Application.status.in_(SHOWN), _within(scope))
    )
    if wanted.call_id:
        found = found.where(Application.call_id == wanted.call_id)
    if wanted.status:
        found = found.where(Application.status == wanted.status)
    if wanted.words:
        found = found.where(_mentions(wanted.words))
    if wanted.to_confirm_since:
        found = found.where(Award.cor.is_not(None), Award.cor_confirmed_on.is_(None))
    statement: Select[Any] = found
    return statement


def _ranking_of() -> Any:  # noqa: ANN401 - a scalar subquery
    """The version in force of the application's call."""
    newest = select(Ranking.id).where(Ranking.call_id == Application.call_id, Ranking.published_at.is_not(None))
    return newest.order_by(Ranking.number.desc()).limit(1).correlate(Application).scalar_subquery()


def _mentions(words: str) -> ColumnElement[bool]:
    plain = words.strip().lower()
    name = func.lower(Company.legal_name).contains(plain, autoescape=True)
    codes = (Company.vat, func.lower(Application.protocol), func.lower(Award.cor), func.lower(Award.act_number))
    return or_(name, *(code == plain for code in codes))


def everything(session: Session, statement: Select[Any], order: Sequence[Any], *, limit: int) -> Sequence[Row[Any]]:
    """The rows of a list, for a sheet."""
    return session.execute(statement.order_by(*order).limit(limit)).all()


def chosen(session: Session, scope: Scope, ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    """Those of `ids` that wait for a grant, in order of arrival."""
    found = listing(scope, Wanted(status=Status.FUNDED)).where(Application.id.in_(ids))
    return session.execute(found.order_by(Application.arrival)).all()


def counts(session: Session, scope: Scope) -> dict[Status, int]:
    """How many applications stand in each state of the list."""
    found = select(Application.status, func.count()).where(Application.status.in_(SHOWN), _within(scope))
    return dict(session.execute(found.group_by(Application.status)).all())


def unconfirmed(session: Session, scope: Scope) -> Sequence[Row[Any]]:
    """(COR, its day, application, protocol) of CORs to be confirmed, the oldest first."""
    found: Any = (
        select(Award.cor, Award.cor_on, Application.id, Application.protocol)
        .join(Application, Application.id == Award.application_id)
        .where(
            Award.cor.is_not(None), Award.cor_confirmed_on.is_(None), Application.status.in_(GRANTED), _within(scope)
        )
    )
    return session.execute(found.order_by(Award.cor_on, Application.arrival)).all()
