"""Who takes part: entered, offered a place, confirmed, given up; whoever waits comes next by itself.

Each verb holds the mission's row first: places are given by one transaction at a time, and constraints stand behind.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel import outbox
from portal.kernel.clock import ROME, db_now
from portal.kernel.errors import NotFound
from portal.missions.events import OfferLapsed, PlaceConfirmed, PlaceOffered
from portal.missions.models import Mission, Traveller
from portal.missions.queries import cases
from portal.missions.rules import waiting as rules
from portal.missions.rules.refusals import (
    Blocked,
    NotAdmitted,
    NotOffered,
    NotOpen,
    NotParticipating,
    OfferOver,
    TooManyDelegates,
)
from portal.missions.rules.travel import Finding, is_blocked
from portal.missions.rules.waiting import LIVE, MissionState, TravellerState
from portal.missions.service import sealing
from portal.missions.service.trace import hold, tell_firm, trace


def admit(
    session: Session, mission_id: UUID, application_id: UUID, told: Mapping[str, str], *, by: str, now: datetime
) -> Traveller:
    """Enter a firm's delegate: a place is offered where one is free and nobody waits, else the list takes them.

    Raises NotOpen, NotAdmitted, TooManyDelegates, the refusals of a passport, NotFound.
    """
    mission = hold(session, mission_id)
    content = cases.content_of(mission)
    if mission.state is not MissionState.OPEN or not content.opens_at <= now < content.closes_at:
        raise NotOpen
    traveller = enter(session, mission, application_id, told, state=TravellerState.WAITING, by=by, now=now)
    fill(session, mission, now=now)
    trace(session, "entered", mission_id, by=by, now=now, traveller=str(traveller.id), state=traveller.state.value)
    return traveller


def enter(
    session: Session,
    mission: Mission,
    application_id: UUID,
    told: Mapping[str, str],
    *,
    state: TravellerState,
    by: str,
    now: datetime,
) -> Traveller:
    """A new row and its sealed document; the mission is held by the caller."""
    content = cases.content_of(mission)
    application = cases.entitled(session, application_id)
    if application is None or application.call_id != mission.call_id:
        raise NotAdmitted
    live = cases.live_of(session, mission.id, application.company_id)
    if state in LIVE and len(live) >= content.delegates_per_firm:
        raise TooManyDelegates(most=content.delegates_per_firm)
    traveller = Traveller(
        id=uuid4(),
        mission_id=mission.id,
        application_id=application_id,
        company_id=application.company_id,
        state=state,
        turn=min(set(range(1, len(live) + 2)) - {one.turn for one in live}),
        queue=_next_in_line(session, mission.id),
        badge=secrets.token_hex(5).upper(),
        entered_at=now,
        entered_by=by,
    )
    sealing.check(session, traveller, told)
    session.add(traveller)
    session.flush()
    sealing.open_document(session, traveller, content, told)
    return traveller


def _next_in_line(session: Session, mission_id: UUID) -> int:
    last = session.scalar(select(func.max(Traveller.queue)).where(Traveller.mission_id == mission_id))
    return (last or 0) + 1


def fill(
    session: Session, mission: Mission, *, now: datetime, everybody: Sequence[Traveller] | None = None
) -> Sequence[Traveller]:
    """Offer every free place to who waits, in order; answers who was offered one. The mission is held.

    `everybody`: its travellers, where they were read already.
    """
    content = cases.content_of(mission)
    everybody = cases.travellers(session, mission.id) if everybody is None else everybody
    taken = [one.place for one in everybody if one.place is not None]
    in_line = [one for one in everybody if one.state is TravellerState.WAITING]
    leaves_at = datetime.combine(content.starts_on, time(0), ROME)
    promoted = []
    for traveller, place in rules.offers(cases.places(session, mission.id), taken, in_line):
        traveller.state, traveller.place = TravellerState.OFFERED, place
        traveller.offer_until = rules.offer_until(now, content.offer_hours, leaves_at=leaves_at)
        traveller.offers += 1
        session.flush()
        outbox.emit(session, PlaceOffered(traveller_id=traveller.id, offer=traveller.offers))
        promoted.append(traveller)
    return promoted


def confirm(session: Session, mission_id: UUID, traveller_id: UUID, *, by: str) -> Traveller:
    """Confirm the place held for a delegate, by the database's clock once the mission is held; twice is once.

    Raises NotOffered, OfferOver, Blocked, NotFound.
    """
    mission = hold(session, mission_id)
    traveller, now = _of(session, mission, traveller_id), db_now(session)
    if traveller.state is TravellerState.CONFIRMED:
        return traveller
    if mission.state not in {MissionState.OPEN, MissionState.CLOSED}:
        raise NotOpen
    if traveller.state is not TravellerState.OFFERED or traveller.offer_until is None:
        raise NotOffered
    if now > traveller.offer_until:
        raise OfferOver
    findings = [Finding(one) for one in cases.document(session, traveller_id).findings]
    if is_blocked(findings):
        raise Blocked
    traveller.state, traveller.offer_until = TravellerState.CONFIRMED, None
    traveller.decided_at, traveller.decided_by = now, by
    session.flush()
    outbox.emit(session, PlaceConfirmed(traveller_id=traveller_id))
    trace(session, "confirmed", mission_id, by=by, now=now, traveller=str(traveller_id))
    tell_firm(session, "confirmed", traveller, by=by, now=now)
    return traveller


def waive(session: Session, mission_id: UUID, traveller_id: UUID, *, by: str, now: datetime) -> Traveller:
    """Give up, while the list is open; the place goes to who waits. Raises NotOpen, NotParticipating, NotFound."""
    mission = hold(session, mission_id)
    if mission.state is not MissionState.OPEN:
        raise NotOpen
    traveller = _of(session, mission, traveller_id)
    if traveller.state is TravellerState.WAIVED:
        return traveller
    leave(session, mission, traveller, TravellerState.WAIVED, by=by, now=now)
    trace(session, "waived", mission_id, by=by, now=now, traveller=str(traveller_id))
    return traveller


def leave(
    session: Session, mission: Mission, traveller: Traveller, state: TravellerState, *, by: str, now: datetime
) -> None:
    """Out of the mission; who waits is offered the place. The mission is held. Raises NotParticipating."""
    if traveller.state not in LIVE:
        raise NotParticipating
    traveller.state, traveller.place, traveller.offer_until = state, None, None
    traveller.decided_at, traveller.decided_by = now, by
    session.flush()
    fill(session, mission, now=now)


def replace(
    session: Session, mission_id: UUID, traveller_id: UUID, told: Mapping[str, str], *, by: str, now: datetime
) -> Traveller:
    """Somebody else goes in a delegate's stead, while the list is open. Raises as `admit`, NotParticipating."""
    mission = hold(session, mission_id)
    if mission.state is not MissionState.OPEN:
        raise NotOpen
    before = _of(session, mission, traveller_id)
    if before.state not in LIVE:
        raise NotParticipating
    proposed = enter(session, mission, before.application_id, told, state=TravellerState.PROPOSED, by=by, now=now)
    take_over(session, before, proposed, by=by, now=now)
    trace(session, "replaced", mission_id, by=by, now=now, traveller=str(traveller_id), in_stead=str(proposed.id))
    return proposed


def take_over(session: Session, before: Traveller, after: Traveller, *, by: str, now: datetime) -> None:
    """`after` stands where `before` stood: state, place, term, turn."""
    stood = before.state, before.place, before.offer_until, before.turn, before.offers
    before.state, before.place, before.offer_until = TravellerState.REPLACED, None, None
    before.decided_at, before.decided_by = now, by
    session.flush()
    after.state, after.place, after.offer_until, after.turn, after.offers = stood
    session.flush()


def promote(session: Session, mission_id: UUID) -> int:
    """Take back offers that are over by the database's clock and make the next; answers how many lapsed."""
    mission = hold(session, mission_id)
    if mission.state not in {MissionState.OPEN, MissionState.CLOSED}:
        return 0
    now = db_now(session)
    everybody = cases.travellers(session, mission_id)
    over = [
        one
        for one in everybody
        if one.state is TravellerState.OFFERED and one.offer_until is not None and one.offer_until < now
    ]
    for traveller in over:
        traveller.state, traveller.place, traveller.offer_until = TravellerState.LAPSED, None, None
        traveller.decided_at, traveller.decided_by = now, "system"
        session.flush()
        outbox.emit(session, OfferLapsed(traveller_id=traveller.id))
    promoted = fill(session, mission, now=now, everybody=everybody)
    if over or promoted:
        detail = {"lapsed": [str(one.id) for one in over], "offered": [str(one.id) for one in promoted]}
        trace(session, "promoted", mission_id, by="system", now=now, **detail)
    return len(over)


def _of(session: Session, mission: Mission, traveller_id: UUID) -> Traveller:
    traveller = cases.traveller(session, traveller_id)
    if traveller is None or traveller.mission_id != mission.id:
        raise NotFound
    return traveller
