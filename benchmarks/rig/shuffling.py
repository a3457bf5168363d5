"""Meetings moved by many hands at once: what the test in CI and the long proof share."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from benchmarks.rig.crowd import BY, crowd, found
from portal.kernel.clock import ROME
from portal.matching.models import Counterpart, Meeting, MeetingTable, Participant, Seat, Slot
from portal.matching.rules.settings import Settings
from portal.matching.rules.states import EventState, MeetingState, ParticipantState, Side
from portal.matching.rules.timetable import Sitting
from portal.matching.service import events, moving
from portal.matching.service.events import InterpreterPlan, Plan, TablePlan

FIRMS, BUYERS, TABLES = 6, 5, 4


@dataclass(frozen=True)
class Round:
    """What the callers of one round were told, and what stands on the grid in the end.

    `booked`: meetings that had no place and have one; `moved`: that had another.
    """

    done: int
    refused: int
    failed: tuple[str, ...]
    placed: int
    booked: int
    moved: int
    twice: tuple[str, ...]

    def holds(self) -> bool:
        """Nobody, no table and no interpreter in two meetings of one slot; no caller without an answer."""
        return not self.failed and not self.twice and self.placed > 0


@dataclass(frozen=True)
class Floor:
    """An event as its callers first see it; of its meetings, `seated` have a place."""

    event_id: UUID
    slots: list[UUID]
    tables: list[UUID]
    seated: list[UUID]
    free: list[UUID]


class Shuffle:
    """Rounds of a call: in each, an event whose meetings many callers place, move and call off at once."""

    def __init__(self, engine: Engine, call_id: UUID, *, random: Random) -> None:
        self.engine, self.call_id, self.random = engine, call_id, random

    def run(self, *, callers: int) -> Round:
        """One round: each caller books a free place for a meeting, moves one as first seen, or calls one off."""
        floor, now = self._event(), datetime.now(UTC)

        def act(session: Session, told: tuple[int, UUID, UUID, UUID]) -> None:
            turn, meeting, slot, table = told
            if turn % 10:
                to: dict[str, Any] = {"slot_id": slot, "table_id": table, "revision": 1}
                moving.move(session, floor.event_id, meeting, by=BY, now=now, **to)
            else:
                moving.call_off(session, floor.event_id, meeting, reason="gara", by=BY, now=now)

        pick = self.random.choice
        chosen = [
            (turn, pick(floor.free if turn % 3 else floor.seated), pick(floor.slots), pick(floor.tables))
            for turn in range(callers)
        ]
        told = crowd(self.engine, chosen, act)
        with Session(self.engine) as session:
            rows = session.scalars(select(Meeting).where(Meeting.event_id == floor.event_id)).all()
            placed = [one for one in rows if one.state is MeetingState.SCHEDULED]
            seats = session.execute(
                select(Seat.participant_id, Seat.slot_id).where(Seat.meeting_id.in_([one.id for one in rows]))
            ).all()
        people = [(who, one.slot_id) for one in placed for who in (one.firm_id, one.buyer_id)]
        return Round(
            done=told.done,
            refused=told.refused,
            failed=told.failed,
            placed=len(placed),
            booked=sum(one.id in floor.free for one in placed),
            moved=sum(one.id in floor.seated and one.revision > 1 for one in placed),
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

    def _event(self) -> Floor:
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
            slots = list(session.scalars(select(Slot.id).where(Slot.event_id == event.id).order_by(Slot.position)))
            tables = list(session.scalars(select(MeetingTable.id).where(MeetingTable.event_id == event.id)))
            firms, buyers = _firms(session, event.id), _buyers(session, event.id)
            meetings = [
                {"id": uuid4(), "event_id": event.id, "firm_id": firm, "buyer_id": buyer, "weight": 1, "revision": 1,
                 "state": MeetingState.PROPOSED, "language": self.random.choice((None, "ru")), "slot_id": None,
                 "table_id": None}
                for firm in firms for buyer in buyers
            ]  # fmt: skip
            seated = meetings[:: BUYERS + 1]
            for nth, one in enumerate(seated):
                at = {"slot_id": slots[nth // 2], "table_id": tables[nth % 2]}
                one |= {"state": MeetingState.SCHEDULED, "language": None, **at}
            session.execute(insert(Meeting), meetings)
            session.execute(insert(Seat), [
                {"participant_id": one[side], "slot_id": one["slot_id"], "meeting_id": one["id"]}
                for one in seated for side in ("firm_id", "buyer_id")
            ])  # fmt: skip
            session.commit()
        ids = {one["id"]: one["slot_id"] for one in meetings}
        return Floor(
            event.id,
            slots,
            tables,
            seated=[id_ for id_, slot in ids.items() if slot],
            free=[id_ for id_, slot in ids.items() if not slot],
        )


def _firms(session: Session, event_id: UUID) -> list[UUID]:
    rows = [{"event_id": event_id, "side": Side.COMPANY, "company_id": id_} for id_ in found(session, FIRMS)]
    return _come(session, rows)


def _buyers(session: Session, event_id: UUID) -> list[UUID]:
    buyers = [uuid4() for _ in range(BUYERS)]
    session.execute(insert(Counterpart), [
        {"id": id_, "legal_name": id_.hex, "country": "UZ", "contact_name": "Race",
         "email": f"{id_.hex}@race.example", "profile": {}, "revision": 1}
        for id_ in buyers
    ])  # fmt: skip
    return _come(session, [{"event_id": event_id, "side": Side.BUYER, "counterpart_id": id_} for id_ in buyers])


def _come(session: Session, rows: list[dict[str, Any]]) -> list[UUID]:
    ids = [uuid4() for _ in rows]
    coming = [{**row, "id": id_, "state": ParticipantState.CONFIRMED} for id_, row in zip(ids, rows, strict=True)]
    session.execute(insert(Participant), coming)
    return ids


def _twice(what: str, places: Iterable[object]) -> tuple[str, ...]:
    return tuple(f"{what}: {place}" for place, times in Counter(places).items() if times > 1)
