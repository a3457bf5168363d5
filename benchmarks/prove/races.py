"""G10, of aid, places, slots, tables and interpreters: however many act at once, nothing is given twice or overdrawn.

Aid: each round RACES_CALLERS sisters, funded, granted at the same instant, each by the whole verb in a transaction of
its own; the sums of each round differ, and a last round has RACES_CROWD. Then without the lock of the undertaking:
constraints must hold it, by refusing some that would have fitted. Missions: delegates confirm, waive and are promoted.
Meetings: staff place, move and call off the same ones. RACES_ROUNDS and RACES_CALLERS make it longer or shorter: 1,000
rounds of 100 are the goal.
"""

import os
import time
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from benchmarks.rig import record
from benchmarks.rig.boarding import Boarding
from benchmarks.rig.installation import Installation
from benchmarks.rig.racing import CEILING, Race, Round, crowd_engine
from benchmarks.rig.shuffling import Shuffle
from portal.awards.queries import ledger
from portal.calls import queries as calls
from portal.config import get_settings

ROUNDS = record.wish("RACES_ROUNDS", 20)
CALLERS = record.wish("RACES_CALLERS", 100)
CROWD = record.wish("RACES_CROWD", 500)
UNLOCKED_ROUNDS = record.wish("RACES_UNLOCKED_ROUNDS", 3)
CALL, SEED = "EXPORT-SU-MISURA-2025", 5217


def measure() -> dict[str, Any]:
    """The rounds with the lock, then some without."""
    random = Random(SEED)
    with Installation() as rig:
        os.environ |= rig.environment
        get_settings.cache_clear()
        with crowd_engine(get_settings().sqlalchemy_url) as engine:
            with Session(engine) as session:
                call = calls.get_by_code(session, CALL)
                race = Race(engine, call.id, call.version_id)
            begun, sound = time.monotonic(), []
            for number in range(1, ROUNDS + 1):
                eur = Decimal(random.randrange(2_000_00, 40_000_00)).scaleb(-2)
                told = race.run(callers=CALLERS, eur=eur)
                sound.append((eur, told))
                record.progress(f"round {number} of {ROUNDS}: {told.granted} granted, {told.refused} refused")
            crowd = race.run(callers=CROWD, eur=Decimal(11_500))
            sound.append((Decimal(11_500), crowd))
            seconds = time.monotonic() - begun
            bare = _without_lock(race)
            boarding = Boarding(engine, call.id, call.version_id)
            boarded = [boarding.run(callers=CALLERS, places=max(2, CALLERS // 5)) for _ in range(ROUNDS)]
            record.progress(f"{ROUNDS} rounds of places done")
            shuffle = Shuffle(engine, call.id, seed=SEED)
            shuffled = [shuffle.run(callers=CALLERS) for _ in range(ROUNDS)]
    broken = [f"{eur}: {told}" for eur, told in sound if not told.holds(eur)]
    broken += [str(told) for told in (*boarded, *shuffled) if not told.holds()]
    return {
        "goal": "no round above the ceiling, none refused that fits; without the lock, constraints let nothing pass; "
        "no place of a mission twice, none free while somebody waits; "
        "no participant, table or interpreter in two meetings at once",
        "holds": not broken and all(told.total <= CEILING for told in bare) and any(told.failed for told in bare),
        "missions": {"rounds": len(boarded), "done": sum(told.done for told in boarded)},
        "meetings": {
            "rounds": len(shuffled),
            "done": sum(told.done for told in shuffled),
            "refused": sum(told.refused for told in shuffled),
        },
        "seed": SEED,
        "rounds": ROUNDS,
        "callers": CALLERS,
        "crowd": {"callers": CROWD, "granted": crowd.granted, "refused": crowd.refused, "total": crowd.total},
        "granted": sum(told.granted for _, told in sound),
        "refused": sum(told.refused for _, told in sound),
        "seconds": round(seconds, 1),
        "broken": broken[:5],
        "without_lock": [
            {"total": told.total, "granted": told.granted, "stopped_by_a_constraint": len(told.failed)} for told in bare
        ],
    }


def _without_lock(race: Race) -> list[Round]:
    """The same with the undertaking's rows held by nobody: the weak twin."""
    held = ledger.lock
    ledger.lock = lambda *_: None  # type: ignore[assignment]
    try:
        return [race.run(callers=CALLERS, eur=Decimal(11_500)) for _ in range(UNLOCKED_ROUNDS)]
    finally:
        ledger.lock = held


if __name__ == "__main__":
    record.main("prove", "races", measure)
