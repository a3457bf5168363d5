"""G1 and P1, P2: what was acknowledged is there once, with one report and one message, whatever was killed meanwhile.

Web, workers and database are killed by pid while firms hand in (one in twenty clicks twice). Then the same with
`synchronous_commit` off and only the database killed: that run must lose some, or the proof proves nothing.
DURABILITY_SUBMISSIONS, _KILLS and _CONTROL_KILLS make it longer or shorter. Not shown here: a loss of power.
"""

import subprocess
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from random import Random
from typing import Any

from benchmarks.rig import faults, record
from benchmarks.rig.applicants import applicants
from benchmarks.rig.installation import Installation
from benchmarks.rig.submitting import Acknowledged, Crowd
from portal.launcher import content

SUBMISSIONS = record.wish("DURABILITY_SUBMISSIONS", 500)
KILLS = record.wish("DURABILITY_KILLS", 30)
CONTROL_KILLS = record.wish("DURABILITY_CONTROL_KILLS", 12)
CALL = "EXPORT-SU-MISURA-2025"
CLIENTS, DOUBLE, SEED = 8, 0.05, 5217
VICTIMS = ("web", "postgres", "worker", "web child", "mailer", "postgres")
ALL = ("web", "worker", "mailer", "scheduler", "mail")
CONTROL = {"synchronous_commit": "off"}
BAD = ("lost", "renumbered", "two_of_a_number", "given_up", "without_one_report", "without_one_message")
SETTLING_S = 120.0


def measure() -> dict[str, Any]:
    """Both runs; the control is left out where it is given no kills."""
    sound = run(ALL, kills=KILLS, victims=VICTIMS, database={})
    control = run(("web",), kills=CONTROL_KILLS, victims=("postgres",), database=CONTROL) if CONTROL_KILLS else None
    is_telling = control is None or control["lost"] > 0
    return {
        "goal": "0 lost, 0 doubled, 0 renumbered, one report and one message each; the control loses some",
        "holds": not any(sound[name] for name in BAD) and sound["audit_holds"] and is_telling,
        "seed": SEED,
        "sound": sound,
        "control_synchronous_commit_off": control,
    }


def run(programs: Sequence[str], *, kills: int, victims: Sequence[str], database: dict[str, str]) -> dict[str, Any]:
    """One run: hand in under fire, let it settle, count."""
    with Installation(*programs, database=database) as rig:
        firms = applicants(rig, CALL, SUBMISSIONS)
        rig.start()
        crowd = Crowd(rig.port, firms, clients=CLIENTS, double=DOUBLE, seed=SEED)
        killed: dict[str, int] = {}
        shots = _shots(rig, crowd, kills=kills, victims=victims, killed=killed)
        crowd.process.start()
        begun = time.monotonic()
        rig.watch(until=lambda: next(shots), patience=3600)
        told, failed = crowd.acknowledged()
        seconds = time.monotonic() - begun
        settled_after = faults.settle(rig, len(told), SETTLING_S) if "worker" in programs else None
        return {
            "submissions": len(firms),
            "seconds": round(seconds, 1),
            "killed": killed,
            "settled_after_s": settled_after,
            **_count(rig, told, failed, with_effects="worker" in programs),
            "audit_holds": _audit_holds(rig) if not database else None,
        }


def _shots(
    rig: Installation, crowd: Crowd, *, kills: int, victims: Sequence[str], killed: dict[str, int]
) -> Iterator[bool]:
    """At each look: True when the crowd is done; a kill whenever the next share of it was told."""
    names, step, total, chance = cycle(victims), SUBMISSIONS / (kills + 1), 0, Random(SEED)
    while crowd.process.is_alive() and crowd.done < SUBMISSIONS:
        if crowd.done >= step * (total + 1) and total < kills:
            name = next(names)
            if faults.kill(rig, name, chance):
                killed[name] = killed.get(name, 0) + 1
                total += 1
        record.progress(f"{crowd.done} of {SUBMISSIONS} told, killed {killed}")
        yield False
    yield True


def _count(rig: Installation, told: Sequence[Acknowledged], failed: list[str], *, with_effects: bool) -> dict[str, Any]:
    rig.watch(until=lambda: rig.boss.children["postgres"].due_at is None, patience=60)
    state = {str(row[0]): row for row in rig.rows(faults.STATE)}
    seconds = sorted(one.seconds for one in told)
    found = {
        "acknowledged": len(told),
        "given_up": len(failed),
        "lost": sum(one.application_id not in state for one in told),
        "renumbered": sum(one.application_id in state and state[one.application_id][1] != one.protocol for one in told),
        "two_of_a_number": len(state) - len({row[1] for row in state.values()}),
        "seconds_to_be_told": record.spread(seconds) if seconds else None,
    }
    if with_effects:
        found |= {
            "without_one_report": sum(row[2] != 1 for row in state.values()),
            "without_one_message": sum(row[3] != 1 or row[4] != 1 for row in state.values()),
        }
    return found | ({"first_failures": failed[:3]} if failed else {})


def _audit_holds(rig: Installation) -> bool:
    words = [*content.PORTALE, "audit", "verify"]
    return subprocess.run(words, env=rig.environment, capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    record.main("prove", "durability", measure)
