"""G10, of aid, places, slots, tables and interpreters: however many act at once, nothing is given twice or overdrawn.

Aid: each round RACES_CALLERS sisters, funded, granted at the same instant, each by the whole verb in a transaction of
its own; the sums of each round differ, and a last round has RACES_CROWD. Then without the lock of the undertaking:
constraints must hold it, by refusing some that would have fitted. Missions: delegates confirm, waive and are promoted.
Meetings: staff book free places for some, move others and call some off, many the same ones. RACES_ROUNDS and
RACES_CALLERS make it longer or shorter: 1,000 rounds of 100 are the goal. RACES_PROCESSES share the rounds out; all
callers of a round are in one.
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal
from multiprocessing import get_context
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from benchmarks.rig import boarding, racing, record, shuffling
from benchmarks.rig.crowd import crowd_engine
from benchmarks.rig.installation import Installation
from portal.awards.queries import ledger
from portal.calls import queries as calls
from portal.config import get_settings
from portal.launcher.postgres import UNSAFE

ROUNDS = record.wish("RACES_ROUNDS", 20)
CALLERS = record.wish("RACES_CALLERS", 100)
CROWD = record.wish("RACES_CROWD", 500)
UNLOCKED_ROUNDS = record.wish("RACES_UNLOCKED_ROUNDS", 3)
PROCESSES = record.wish("RACES_PROCESSES", 2)
CALL, SEED, AT_A_TIME, CONNECTIONS = "EXPORT-SU-MISURA-2025", 5217, 50, 100
SERVER = {**UNSAFE, "max_connections": str(CONNECTIONS * (PROCESSES + 1) + 20)}
"""Nothing here is proven of power cuts: that is durability's."""
UNITS = Decimal(11_500)

Round = racing.Round | boarding.Round | shuffling.Round


def measure() -> dict[str, Any]:
    """The rounds with the locks, then some without."""
    with Installation(database=SERVER) as rig:
        os.environ |= rig.environment
        get_settings.cache_clear()
        with _ground() as (engine, call_id, version_id):
            race = racing.Race(engine, call_id, version_id)
            begun = time.monotonic()
            told = _all_rounds()
            crowd = race.run(callers=CROWD, eur=UNITS)
            seconds = time.monotonic() - begun
            bare = _without_lock(race)
    broken = [str(one) for some in told.values() for one in (*some, crowd) if not one.holds()]
    sums = {kind: _sums(some) for kind, some in told.items()}
    return {
        "goal": "no round above the ceiling, none refused that fits; without the lock, constraints let nothing pass; "
        "no place of a mission twice, none free while somebody waits; "
        "no participant, table or interpreter in two meetings at once",
        "holds": not broken and all(one.total <= racing.CEILING for one in bare) and any(one.failed for one in bare),
        "seed": SEED,
        "rounds": ROUNDS,
        "callers": CALLERS,
        "processes": PROCESSES,
        "seconds": round(seconds, 1),
        **sums,
        "crowd": {"callers": CROWD, "granted": crowd.granted, "refused": crowd.refused, "total": crowd.total},
        "broken": broken[:5],
        "without_lock": [
            {"total": one.total, "granted": one.granted, "stopped_by_a_constraint": len(one.failed)} for one in bare
        ],
    }


@contextmanager
def _ground() -> Iterator[tuple[Engine, UUID, UUID]]:
    """Connections of this process, and the call that all races are of, with its version."""
    with crowd_engine(get_settings().sqlalchemy_url, connections=CONNECTIONS) as engine:
        with Session(engine) as session:
            call = calls.get_by_code(session, CALL)
        yield engine, call.id, call.version_id


def _all_rounds() -> dict[str, list[Round]]:
    """By kind; processes take some rounds at a time, each with a seed of its own."""
    told: dict[str, list[Round]] = {"aid": [], "missions": [], "meetings": []}
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as processes:
        tasks = [
            processes.submit(_rounds, kind, f"{SEED}-{first}", min(AT_A_TIME, ROUNDS - first))
            for first in range(0, ROUNDS, AT_A_TIME)
            for kind in told
        ]
        for task in as_completed(tasks):
            kind, rounds = task.result()
            told[kind] += rounds
            done = ", ".join(f"{len(some)} of {one}" for one, some in told.items())
            record.progress(f"rounds of {ROUNDS}: {done}")
    return told


def _rounds(kind: str, seed: str, how_many: int) -> tuple[str, list[Round]]:
    """Some rounds of one kind, by one process."""
    random = Random(f"{kind}-{seed}")
    with _ground() as (engine, call_id, version_id):
        if kind == "aid":
            race = racing.Race(engine, call_id, version_id)
            sums = [Decimal(random.randrange(2_000_00, 40_000_00)).scaleb(-2) for _ in range(how_many)]
            return kind, [race.run(callers=CALLERS, eur=eur) for eur in sums]
        if kind == "missions":
            mission = boarding.Boarding(engine, call_id, version_id)
            return kind, [mission.run(callers=CALLERS, places=max(2, CALLERS // 5)) for _ in range(how_many)]
        shuffle = shuffling.Shuffle(engine, call_id, random=random)
        return kind, [shuffle.run(callers=CALLERS) for _ in range(how_many)]


def _sums(rounds: list[Round]) -> dict[str, int]:
    """How often each thing was answered or done, over all rounds."""
    counted = [
        {name: value for name, value in asdict(one).items() if isinstance(value, int)} | {"failed": len(one.failed)}
        for one in rounds
    ]
    return {"rounds": len(rounds), **{name: sum(one[name] for one in counted) for name in counted[0]}}


def _without_lock(race: racing.Race) -> list[racing.Round]:
    """The same with the undertaking's rows held by nobody: the weak twin."""
    held = ledger.lock
    ledger.lock = lambda *_: None  # type: ignore[assignment]
    try:
        return [race.run(callers=CALLERS, eur=UNITS) for _ in range(UNLOCKED_ROUNDS)]
    finally:
        ledger.lock = held


if __name__ == "__main__":
    record.main("prove", "races", measure)
