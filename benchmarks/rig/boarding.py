"""Places on a mission from many callers at once: what the test in CI and the long proof share."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from benchmarks.rig.crowd import BY, crowd, enter
from portal.applications.rules import Status
from portal.kernel.clock import ROME
from portal.kernel.text import Text
from portal.missions import service
from portal.missions.models import TravelDocument, Traveller
from portal.missions.rules.content import UZBEKISTAN, MissionContent
from portal.missions.rules.waiting import HOLDING, TravellerState


@dataclass(frozen=True)
class Round:
    """What the callers of one round did, and who holds a place in the end."""

    done: int
    refused: int
    failed: tuple[str, ...]
    held: int
    seats: int
    places: int
    waiting: int

    def holds(self) -> bool:
        """No place twice, none free while somebody waits, no caller without an answer."""
        full = self.held == self.places or not self.waiting
        return not self.failed and self.held == self.seats <= self.places and full


class Boarding:
    """Rounds of a call: in each, firms wait for a few places while others confirm, waive and let offers lapse."""

    def __init__(self, engine: Engine, call_id: UUID, version_id: UUID) -> None:
        self.engine, self.call_id, self.version_id = engine, call_id, version_id

    def run(self, *, callers: int, places: int) -> Round:
        """One round: as many delegates as callers; each confirms, waives, or takes back what is over and promotes."""
        mission_id, ids = self._mission(callers, places)
        now = datetime.now(UTC)

        def act(session: Session, turn: int) -> None:
            if turn % 3 == 0:
                service.promote(session, mission_id)
            elif turn % 3 == 1:
                service.confirm(session, mission_id, ids[turn], by=BY)
            else:
                service.waive(session, mission_id, ids[turn], by=BY, now=now)

        told = crowd(self.engine, range(callers), act)
        with Session(self.engine) as session:
            service.promote(session, mission_id)
            session.commit()
            states = session.execute(
                select(Traveller.state, Traveller.place).where(Traveller.mission_id == mission_id)
            ).all()
        held = [place for state, place in states if state in HOLDING]
        return Round(
            done=told.done,
            refused=told.refused,
            failed=told.failed,
            held=len(held),
            seats=len(set(held)),
            places=places,
            waiting=sum(state is TravellerState.WAITING for state, _place in states),
        )

    def _mission(self, callers: int, places: int) -> tuple[UUID, list[UUID]]:
        now = datetime.now(UTC)
        with Session(self.engine, expire_on_commit=False) as session:
            mission = service.draft(session, self.call_id, _content(places, now), by=BY, now=now)
            service.open_mission(session, mission.id, by=BY, now=now)
            firms = enter(session, callers, call_id=self.call_id, version_id=self.version_id, status=Status.ACCEPTED)
            ids = [uuid4() for _ in firms]
            session.execute(insert(Traveller), [
                {"id": id_, "mission_id": mission.id, "application_id": firm.application_id, "turn": 1, "queue": nth,
                 "company_id": firm.company_id, "badge": id_.hex, "entered_at": now, "entered_by": BY,
                 **_standing(nth, places, now)}
                for nth, (id_, firm) in enumerate(zip(ids, firms, strict=True), start=1)
            ])  # fmt: skip
            session.execute(insert(TravelDocument), [
                {"traveller_id": id_, "key": "-", "fields": {}, "findings": [], "revision": 1} for id_ in ids
            ])  # fmt: skip
            session.commit()
        return mission.id, ids


def _standing(nth: int, places: int, now: datetime) -> dict[str, Any]:
    """The first are offered a place, a third of them until a moment ago; the others wait."""
    if nth > places:
        return {"state": TravellerState.WAITING, "place": None, "offers": 0, "offer_until": None}
    until = now + timedelta(seconds=-1 if nth <= places // 3 else 3600)
    return {"state": TravellerState.OFFERED, "place": nth, "offers": 1, "offer_until": until}


def _content(places: int, now: datetime) -> MissionContent:
    starts = now.astimezone(ROME).date() + timedelta(days=60)
    return MissionContent(
        title=Text(it="Gara", en="Race"), destination=UZBEKISTAN, starts_on=starts,
        returns_on=starts + timedelta(days=6), places=places, delegates_per_firm=1, free_delegates=1,
        fee_eur=Decimal(0), minimum_firms=1, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=9),
        offer_hours=48, purge_days=30, contact=BY,
    )  # fmt: skip
