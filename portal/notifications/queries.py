"""Every SELECT of the notifications."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, distinct, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from portal.accounts.models import Membership, User
from portal.applications.models import Application, Request
from portal.applications.rules import Status
from portal.calls.models import Call
from portal.companies.models import Company
from portal.eligibility.models import Report
from portal.eligibility.rules.verdicts import Verdict
from portal.evaluation.models import Assignment
from portal.kernel.clock import ROME
from portal.kernel.many import among
from portal.notifications.models import Message
from portal.notifications.rules import MessageState, Scope
from portal.ranking.models import Place, Ranking

WITH_CALL = (joinedload(Application.call).joinedload(Call.version), joinedload(Application.company))


def due(session: Session, *, now: datetime) -> Message | None:
    """The message that has waited longest, locked; those that another worker holds are skipped."""
    waiting = (
        select(Message)
        .where(Message.state.in_((MessageState.WAITING, MessageState.SENDING)), Message.next_try_at <= now)
        .order_by(Message.next_try_at)
        .limit(1)
    )
    return session.scalars(waiting.with_for_update(skip_locked=True)).one_or_none()


def lock(session: Session, message_id: UUID) -> Message | None:
    """The message, locked, or None."""
    return session.get(Message, message_id, with_for_update=True, populate_existing=True)


def lock_failed(session: Session, *, scope: Scope) -> Sequence[Message]:
    """Every message that failed, within the scope, locked."""
    failed = select(Message).where(Message.state == MessageState.FAILED, _seen(scope))
    return session.scalars(failed.order_by(Message.created_at).with_for_update()).all()


def find(session: Session, message_id: UUID, *, scope: Scope) -> Message | None:
    """A message with its deliveries, if it is within the scope."""
    wanted = select(Message).where(Message.id == message_id, _seen(scope)).options(selectinload(Message.deliveries))
    return session.scalars(wanted).one_or_none()


def find_own(session: Session, message_id: UUID, user_id: UUID) -> Message | None:
    """A message to this person."""
    return session.scalars(select(Message).where(Message.id == message_id, Message.user_id == user_id)).one_or_none()


def to(user_id: UUID) -> Select[Message]:
    """Messages to this person, unordered, for paging."""
    return select(Message).where(Message.user_id == user_id)


def visible(*, scope: Scope, state: MessageState | None = None, event: str = "", words: str = "") -> Select[Message]:
    """Messages within the scope, unordered, for paging. `words`: in address or subject."""
    found = select(Message).where(_seen(scope))
    if state:
        found = found.where(Message.state == state)
    if event:
        found = found.where(Message.event == event)
    if words:
        found = found.where(
            or_(Message.recipient.icontains(words, autoescape=True), Message.subject.icontains(words, autoescape=True))
        )
    return found


def counts(session: Session, *, scope: Scope) -> dict[MessageState, int]:
    """How many messages in each state."""
    counted = select(Message.state, func.count().label("number")).where(_seen(scope)).group_by(Message.state)
    found = {row.state: row.number for row in session.execute(counted)}
    return {state: found.get(state, 0) for state in MessageState}


def events(session: Session) -> Sequence[str]:
    """The kinds of message that there are."""
    return session.scalars(select(distinct(Message.event)).order_by(Message.event)).all()


def known_keys(session: Session, keys: Iterable[str]) -> set[str]:
    """Those of `keys` that a message has."""
    return set(session.scalars(select(Message.key).where(among(Message.key, list(keys)))))


def application(session: Session, application_id: UUID) -> Application | None:
    """An application with its call, version in force and firm."""
    return session.scalars(
        select(Application).where(Application.id == application_id).options(*WITH_CALL)
    ).one_or_none()


def request(session: Session, request_id: UUID) -> Row[Request, Application] | None:
    """A request to a firm with its application."""
    found = (
        select(Request, Application)
        .join(Application, Application.id == Request.application_id)
        .where(Request.id == request_id)
        .options(*WITH_CALL, defer(Request.draft))
    )
    return session.execute(found).one_or_none()


def call(session: Session, call_id: UUID) -> Call | None:
    """A call with its version in force."""
    return session.scalars(select(Call).where(Call.id == call_id).options(joinedload(Call.version))).one_or_none()


def membership(session: Session, membership_id: UUID) -> Row[Membership, Company] | None:
    """Who acts for which firm."""
    found = (
        select(Membership, Company)
        .join(Company, Company.id == Membership.company_id)
        .where(Membership.id == membership_id)
        .options(joinedload(Membership.user))
    )
    return session.execute(found).one_or_none()


def assignment(
    session: Session, assignment_id: UUID, *, even_withdrawn: bool = False
) -> Row[Assignment, User, Application] | None:
    """An assignment in force (or not) with its reviewer and application."""
    found = (
        select(Assignment, User, Application)
        .join(User, User.id == Assignment.reviewer_id)
        .join(Application, Application.id == Assignment.application_id)
        .where(Assignment.id == assignment_id)
        .options(*WITH_CALL)
    )
    if not even_withdrawn:
        found = found.where(Assignment.withdrawn_at.is_(None))
    return session.execute(found).one_or_none()


def ranking(session: Session, ranking_id: UUID) -> Row[Ranking, Call] | None:
    """A ranking with its call."""
    found = (
        select(Ranking, Call)
        .join(Call, Call.id == Ranking.call_id)
        .where(Ranking.id == ranking_id)
        .options(joinedload(Call.version))
    )
    return session.execute(found).one_or_none()


def people_ranked(session: Session, ranking_id: UUID, *, now: datetime) -> Sequence[Row[Place, Company, User]]:
    """(place, company, user) for everybody who acts today for a firm in the ranking."""
    placed = (
        select(Place, Company, User)
        .join(Application, Application.id == Place.application_id)
        .join(Company, Company.id == Application.company_id)
        .where(Place.ranking_id == ranking_id)
    )
    rows: Sequence[Row[Place, Company, User]] = session.execute(_acting(placed, now)).all()
    return rows


def people_applying(
    session: Session, call_id: UUID, *, now: datetime, statuses: Iterable[Status] | None = None
) -> Sequence[Row[Application, Company, User]]:
    """(application, company, user) for everybody who acts today for a firm with an application to the call.

    In one of `statuses`; where none are given, in any but withdrawn.
    """
    found = (
        select(Application, Company, User)
        .join(Company, Company.id == Application.company_id)
        .where(
            Application.call_id == call_id,
            Application.status.in_(list(statuses)) if statuses else Application.status != Status.WITHDRAWN,
        )
        .options(defer(Application.content))
    )
    rows: Sequence[Row[Application, Company, User]] = session.execute(_acting(found, now)).all()
    return rows


def unsettled(session: Session, call_id: UUID) -> dict[Verdict, int]:
    """How many submitted applications of the call have, in their latest report, each verdict."""
    latest = (
        select(Report.verdict)
        .join(Application, Application.id == Report.application_id)
        .where(
            Application.call_id == call_id,
            Application.status.in_((Status.SUBMITTED, Status.REGISTERED, Status.ELIGIBILITY_CHECK)),
        )
        .order_by(Report.application_id, Report.number.desc())
        .ext(distinct_on(Report.application_id))
        .subquery()
    )
    counted = select(latest.c.verdict, func.count().label("number")).group_by(latest.c.verdict)
    return {Verdict(row.verdict): row.number for row in session.execute(counted)}


def arrived(session: Session, call_id: UUID, *, since: datetime) -> int:
    """How many applications to the call were submitted from `since` on."""
    return (
        session.scalar(select(func.count()).where(Application.call_id == call_id, Application.submitted_at >= since))
        or 0
    )


def running_calls(session: Session) -> Sequence[Call]:
    """Published calls that have applications to look at."""
    has_applications = select(Application.id).where(
        Application.call_id == Call.id, Application.submitted_at.is_not(None)
    )
    return session.scalars(
        select(Call)
        .where(Call.published_at.is_not(None), has_applications.exists())
        .options(joinedload(Call.version))
        .order_by(Call.code)
    ).all()


def _acting(found: Any, now: datetime) -> Any:  # noqa: ANN401 - a SELECT of whatever shape
    """Join the people who act for `Company` today, within the scope of their mandate."""
    today = now.astimezone(ROME).date()
    scope = or_(Membership.call_id.is_(None), Membership.call_id == Application.call_id)
    return (
        found.join(
            Membership,
            and_(
                Membership.company_id == Company.id,
                Membership.revoked_at.is_(None),
                Membership.valid_from <= today,
                or_(Membership.valid_until.is_(None), Membership.valid_until >= today),
                scope,
            ),
        )
        .join(User, User.id == Membership.user_id)
        .where(User.disabled_at.is_(None), User.confirmed_at.is_not(None))
        .order_by(Company.id, User.email)
    )


def _seen(scope: Scope) -> Any:  # noqa: ANN401 - a WHERE
    of_calls = Message.call_id.is_not(None) if scope.call_ids is None else Message.call_id.in_(scope.call_ids)
    return or_(of_calls, Message.call_id.is_(None)) if scope.accounts else of_calls
