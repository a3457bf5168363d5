"""Meetings moved by many hands at once: what the test in CI and the long proof share."""

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, func, insert, select
from sqlalchemy.orm import Session

from portal.companies.models import Company
from portal.kernel.clock import ROME
from portal.kernel.errors import DomainError
from portal.matching.models import Counterpart, Meeting, MeetingTable, Participant, Seat, Slot
from portal.matching.rules.settings import Settings
from portal.matching.rules.states import EventState, MeetingState, ParticipantState, Side
from portal.matching.rules.timetable import Sitting
from portal.matching.service import events, moving
from portal.matching.service.events import InterpreterPlan, Plan, TablePlan

BY = "gara@unioncamere.example"
FIRMS, BUYERS, TABLES = 12, 8, 4
VAT = "9{:010}"


@dataclass(frozen=True)
class Round:
    """What the callers of one round were told, and what stands on the grid in the end."""

    done: int
    refused: int
    failed: tuple[str, ...]
    placed: int
    twice: tuple[str, ...]

    def holds(self) -> bool:
        """Nobody, no table and no interpreter in two meetings of one slot; no caller without an answer."""
        return not self.failed and not self.twice and self.placed > 0


class Shuffle:
    """Rounds of a call: in each, an event whose meetings many callers place, move and call off at once."""

    def __init__(self, engine: Engine, call_id: UUID, *, seed: int) -> None:
        self.engine, self.call_id, self.random = engine, call_id, Random(seed)
        with Session(engine) as session:
            self.made = session.scalar(select(func.count()).select_from(Company)) or 0

    def run(self, *, callers: int) -> Round:
        """One round: an event, then each caller does one thing, all let go at once."""
        event_id = self._event()
        answers = self._together(event_id, callers)
        with Session(self.engine) as session:
            rows = session.scalars(select(Meeting).where(Meeting.event_id == event_id)).all()
            placed = [one for one in rows if one.state is MeetingState.SCHEDULED]
            seats = session.execute(
                select(Seat.participant_id, Seat.slot_id).where(Seat.meeting_id.in_([one.id for one in rows]))
            ).all()
        people = [(who, one.slot_id) for one in placed for who in (one.firm_id, one.buyer_id)]
        return Round(
            done=answers.count("done"),
            refused=answers.count("refused"),
            failed=tuple(answer for answer in answers if answer not in {"done", "refused"}),
            placed=len(placed),
            twice=(
                *_twice("people", people),
                *_twice("tables", [(one.table_id, one.slot_id) for one in placed]),
                *_twice("interpreters", [(one.interpreter_id, one.slot_id) for one in placed if one.interpreter_id]),
                *(
                    ()
                    if {tuple(one) for one in seats} == set(people)
                    else ("seats that are not those of the meetings",)
                ),
            ),
        )

    def _event(self) -> UUID:
        now = datetime.now(UTC)
        day = now.astimezone(ROME).date() + timedelta(days=60)
        with Session(self.engine, expire_on_commit=False) as session:
            event = events.create(
                session,
                self.call_id,
                Plan(
                    slug=f"gara-{uuid4().hex[:12]}", title_it="Gara", title_en="Race", place="Milano",
                    wishes_from=now - timedelta(days=1), wishes_until=now + timedelta(days=1), settings=Settings(),
                    sittings=(Sitting(day, time(9), time(11), "Mattina"),),
                    tables=tuple(TablePlan(name=str(number)) for number in range(1, TABLES + 1)),
                    interpreters=(InterpreterPlan(full_name="Olga Ivanova", language="ru"),),
                ),
                by=BY,
                now=now,
            )  # fmt: skip
            events.move(session, event.id, EventState.WISHES, by=BY, now=now)
            firms, buyers = self._firms(session, event.id), self._buyers(session, event.id)
            session.execute(insert(Meeting), [
                {"event_id": event.id, "firm_id": firm, "buyer_id": buyer, "state": MeetingState.PROPOSED, "weight": 1,
                 "language": self.random.choice((None, "ru")), "revision": 1}
                for firm in firms for buyer in buyers
            ])  # fmt: skip
            session.commit()
        return event.id

    def _firms(self, session: Session, event_id: UUID) -> list[UUID]:
        numbers = range(self.made + 1, self.made + FIRMS + 1)
        self.made += FIRMS
        companies = [uuid4() for _ in numbers]
        session.execute(insert(Company), [
            {"id": id_, "vat": VAT.format(n), "tax_code": VAT.format(n), "legal_name": str(n), "legal_form": "srl",
             "revision": 1}
            for id_, n in zip(companies, numbers, strict=True)
        ])  # fmt: skip
        return _come(session, [{"event_id": event_id, "side": Side.COMPANY, "company_id": id_} for id_ in companies])

    def _buyers(self, session: Session, event_id: UUID) -> list[UUID]:
        buyers = [uuid4() for _ in range(BUYERS)]
        session.execute(insert(Counterpart), [
            {"id": id_, "legal_name": id_.hex, "country": "UZ", "contact_name": "Race",
             "email": f"{id_.hex}@race.example", "profile": {}, "revision": 1}
            for id_ in buyers
        ])  # fmt: skip
        return _come(session, [{"event_id": event_id, "side": Side.BUYER, "counterpart_id": id_} for id_ in buyers])

    def _together(self, event_id: UUID, callers: int) -> list[str]:
        """Each caller, in a transaction of its own: move a meeting as it was first seen, or call it off."""
        with Session(self.engine) as session:
            meetings = list(session.scalars(select(Meeting.id).where(Meeting.event_id == event_id)))
            slots = list(session.scalars(select(Slot.id).where(Slot.event_id == event_id)))
            tables = list(session.scalars(select(MeetingTable.id).where(MeetingTable.event_id == event_id)))
        chosen = [tuple(self.random.choice(some) for some in (meetings, slots, tables)) for _ in range(callers)]
        barrier, now = Barrier(callers), datetime.now(UTC)

        def one(turn: int) -> str:
            meeting, slot, table = chosen[turn]
            barrier.wait()
            with Session(self.engine, expire_on_commit=False) as session:
                try:
                    if turn % 10:
                        to = {"slot_id": slot, "table_id": table, "revision": 1}
                        moving.move(session, event_id, meeting, by=BY, now=now, **to)
                    else:
                        moving.call_off(session, event_id, meeting, reason="gara", by=BY, now=now)
                    session.commit()
                except DomainError:
                    return "refused"
                except Exception as fault:  # noqa: BLE001 - told, and the proof fails
                    return f"{type(fault).__name__}: {str(fault)[:200]}"
            return "done"

        with ThreadPoolExecutor(callers) as threads:
            return list(threads.map(one, range(callers)))


def _come(session: Session, rows: list[dict[str, Any]]) -> list[UUID]:
    ids = [uuid4() for _ in rows]
    coming = [{**row, "id": id_, "state": ParticipantState.CONFIRMED} for id_, row in zip(ids, rows, strict=True)]
    session.execute(insert(Participant), coming)
    return ids


def _twice(what: str, places: Iterable[object]) -> tuple[str, ...]:
    return tuple(f"{what}: {place}" for place, times in Counter(places).items() if times > 1)
