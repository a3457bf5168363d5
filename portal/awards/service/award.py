"""Grant: by an act, after the check of the national register, under the ceiling of the whole undertaking."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.applications.rules import Status
from portal.applications.rules.words import STATES
from portal.applications.service import move
from portal.awards.events import Awarded
from portal.awards.models import Award
from portal.awards.queries import cases
from portal.awards.rules.deadlines import end_of_term
from portal.awards.rules.ledger import EntryState, Regime, regime_of
from portal.awards.rules.refusals import ActBeforeRanking, ActInTheFuture, CheckAfterAct, CheckMissing, NotFunded
from portal.awards.service.declare import note_declared
from portal.awards.service.trace import lock, trace
from portal.awards.service.weigh import Aid, enter, hold
from portal.calls import queries as calls
from portal.calls.rules.content import CallContent
from portal.kernel import outbox
from portal.kernel.clock import ROME
from portal.ranking import queries as rankings
from portal.ranking.models import Place, Ranking


@dataclass(frozen=True, kw_only=True)
class Act:
    """The act that grants, and the codes of the measure."""

    number: str
    on: date
    cup: str = ""
    car: str = ""


@dataclass(frozen=True, kw_only=True)
class Check:
    """The check of the national register before the grant."""

    vercor: str
    on: date


def award(session: Session, application_id: UUID, act: Act, check: Check | None, *, by: str, now: datetime) -> Award:
    """Grant to a funded application what its place says; granted already, it answers what there is.

    Raises NotFunded, CheckMissing, CheckAfterAct, ActInTheFuture, ActBeforeRanking, NoHeadroom, NotFound.
    """
    application = lock(session, application_id)
    known = cases.award_of(session, application_id)
    if known is not None and application.status is Status.AWARDED:
        return known
    ranking, place = _placed(session, application)
    content = calls.content_by_id(session, ranking.version_id)
    regime = regime_of(content)
    check_grantable(act, check, regime=regime, published_at=ranking.published_at, now=now)
    eur = place.amount_eur
    if regime is not None:
        eur = _weighed(
            session, application, act, asked=place.amount_eur, content=content, regime=regime, by=by, now=now
        )
    granted = Award(
        application_id=application_id,
        call_id=application.call_id,
        ranking_id=ranking.id,
        asked_eur=place.amount_eur,
        eur=eur,
        act_number=act.number,
        act_on=act.on,
        cup=act.cup or content.budget.cup,
        car=act.car or content.budget.car,
        vercor=check.vercor if check else None,
        checked_on=check.on if check else None,
        awarded_at=now,
        awarded_by=by,
        accept_by=end_of_term(now, content.days.acceptance),
    )
    session.add(granted)
    outbox.emit(session, Awarded(application_id=application_id))
    move(session, application_id, Status.AWARDED, by=by, now=now, why=f"{act.number}, {act.on:%d/%m/%Y}")
    trace(session, "awarded", application_id, by=by, now=now, eur=str(eur), act=act.number, act_on=act.on.isoformat())
    return granted


def _placed(session: Session, application: Application) -> tuple[Ranking, Place]:
    ranking = rankings.latest_published(session, application.call_id)
    place = None if ranking is None else cases.funded_place(session, ranking.id, application.id)
    if ranking is None or place is None or application.status is not Status.FUNDED:
        raise NotFunded(state=STATES[application.status].label)
    return ranking, place


def check_grantable(
    act: Act, check: Check | None, *, regime: Regime | None, published_at: datetime | None, now: datetime
) -> None:
    """Silent where the act may grant: dated after the ranking, not in the future, and after the check."""
    today = now.astimezone(ROME).date()
    if act.on > today:
        raise ActInTheFuture(field="act_on", act_on=f"{act.on:%d/%m/%Y}")
    published_on = (published_at or now).astimezone(ROME).date()
    if act.on < published_on:
        raise ActBeforeRanking(field="act_on", act_on=f"{act.on:%d/%m/%Y}", published_on=f"{published_on:%d/%m/%Y}")
    if check is None and regime is not None:
        raise CheckMissing(field="vercor")
    if check is not None and check.on > act.on:
        raise CheckAfterAct(field="checked_on", checked_on=f"{check.on:%d/%m/%Y}", act_on=f"{act.on:%d/%m/%Y}")


def _weighed(
    session: Session,
    application: Application,
    act: Act,
    *,
    asked: Decimal,
    content: CallContent,
    regime: Regime,
    by: str,
    now: datetime,
) -> Decimal:
    vat = note_declared(session, [application.id], now=now)[application.id]
    aid = Aid(
        application_id=application.id,
        vat=vat,
        asked=asked,
        on=act.on,
        regime=regime,
        body=content.implementing_body,
        act=act.number,
    )
    return enter(session, aid, hold(session, [vat])[vat], EntryState.GRANTED, by=by, now=now).eur
