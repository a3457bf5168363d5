"""Places on a mission from many callers at once: what the test in CI and the long proof share."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from uuid import UUID, uuid4

from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.applications.rules import Status
from portal.companies.models import Company
from portal.kernel.clock import ROME
from portal.kernel.errors import DomainError
from portal.kernel.text import Text
from portal.missions import service
from portal.missions.models import Traveller
from portal.missions.rules.content import UZBEKISTAN, MissionContent
from portal.missions.rules.waiting import HOLDING, TravellerState

BY = "gara@unioncamere.example"
CODE = "8{:010}"  # no number of the other races


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
        self.made = 0
        with Session(engine) as session:
            self.arrival = session.scalar(select(func.max(Application.arrival))) or 0

    def run(self, *, callers: int, places: int) -> Round:
        """One round: as many delegates as callers, then each caller does one thing, all let go at once."""
        mission_id, ids = self._mission(callers, places)
        answers = self._together(mission_id, ids)
        with Session(self.engine) as session:
            service.promote(session, mission_id)
            session.commit()
            states = session.execute(
                select(Traveller.state, Traveller.place).where(Traveller.mission_id == mission_id)
            ).all()
        held = [place for state, place in states if state in HOLDING]
        return Round(
            done=answers.count("done"),
            refused=answers.count("refused"),
            failed=tuple(answer for answer in answers if answer not in {"done", "refused"}),
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
            ids = [
                service.admit(session, mission.id, application_id, {}, by=BY, now=now).id
                for application_id in self._firms(session, callers, now)
            ]
            over = datetime.now(UTC) - timedelta(seconds=1)
            holding = select(Traveller.id).where(Traveller.mission_id == mission.id, Traveller.place <= places // 3)
            session.execute(update(Traveller).where(Traveller.id.in_(holding)).values(offer_until=over))
            session.commit()
        return mission.id, ids

    def _firms(self, session: Session, how_many: int, now: datetime) -> list[UUID]:
        numbers = range(self.made + 1, self.made + how_many + 1)
        self.made += how_many
        firms, ids = [uuid4() for _ in numbers], [uuid4() for _ in numbers]
        session.execute(insert(Company), [
            {"id": id_, "vat": CODE.format(n), "tax_code": CODE.format(n), "legal_name": str(n), "legal_form": "srl",
             "revision": 1}
            for id_, n in zip(firms, numbers, strict=True)
        ])  # fmt: skip
        session.execute(insert(Application), [
            {"id": id_, "call_id": self.call_id, "version_id": self.version_id, "company_id": company,
             "status": Status.ACCEPTED, "started_by": BY, "frozen_at": now, "content": {"answers": {}}, "sha256": "0",
             "submitted_at": now, "submitted_by": BY, "arrival": self.arrival + n,
             "protocol": f"IMBARCO-{self.arrival + n:08}", "receipt_code": id_.hex}
            for id_, company, n in zip(ids, firms, numbers, strict=True)
        ])  # fmt: skip
        return ids

    def _together(self, mission_id: UUID, ids: Sequence[UUID]) -> list[str]:
        """Each caller, in a transaction of its own: confirm, waive, or take back what is over and promote."""
        barrier, now = Barrier(len(ids)), datetime.now(UTC)

        def one(turn: int) -> str:
            barrier.wait()
            with Session(self.engine, expire_on_commit=False) as session:
                try:
                    if turn % 3 == 0:
                        service.promote(session, mission_id)
                    elif turn % 3 == 1:
                        service.confirm(session, mission_id, ids[turn], by=BY)
                    else:
                        service.waive(session, mission_id, ids[turn], by=BY, now=now)
                    session.commit()
                except DomainError:
                    return "refused"
                except Exception as fault:  # noqa: BLE001 - told, and the proof fails
                    return f"{type(fault).__name__}: {str(fault)[:200]}"
            return "done"

        with ThreadPoolExecutor(len(ids)) as threads:
            return list(threads.map(one, range(len(ids))))


def _content(places: int, now: datetime) -> MissionContent:
    starts = now.astimezone(ROME).date() + timedelta(days=60)
    return MissionContent(
        title=Text(it="Gara", en="Race"), destination=UZBEKISTAN, starts_on=starts,
        returns_on=starts + timedelta(days=6), places=places, delegates_per_firm=1, free_delegates=1,
        fee_eur=Decimal(0), minimum_firms=1, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=9),
        offer_hours=48, purge_days=30, contact=BY,
    )  # fmt: skip
