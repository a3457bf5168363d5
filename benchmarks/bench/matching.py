"""S6: published instances proven within 60 s of one core, faster than a plain model and than what was published.

Seconds are of the processor, user time: the machine is shared, and both sides run on one thread. The published times
are of the article's own machine; its best solver is taken for each instance. The instances stand outside the project:
without them only generated events are measured, and the goal is not reached. `known.json` is never read by the solver.
"""

import json
import os
import resource
import time
from collections.abc import Callable
from math import exp, log
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.rig import meetings, record
from portal.matching.rules.scheduling import Instance, Solution, check, instance as files
from portal.matching.rules.scheduling.solver.running import How, Progress, Run
from portal.matching.rules.scheduling.solver.solve import solve

FOLDER = Path(os.environ.get("B2B") or record.PROJECT.parent.parent / "shared" / "data" / "b2b")
LIMIT_S = 60
PLAIN_S = record.wish("PLAIN_S", LIMIT_S)  # where the plain model is given up: then its time counts as this
WALL_S = 3600.0
SEED = 5217
RATIO = 10.0
GENERATED = (
    {"firms": 60, "buyers": 24, "slots": 24, "each": 12, "use": 0.75},
    {"firms": 60, "buyers": 24, "slots": 16, "each": 12, "use": 0.75},
    {"firms": 200, "buyers": 60, "slots": 22, "each": 15, "use": 0.75},
)


def cpu() -> float:
    """User seconds of this process, all threads."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def limited(seconds: float) -> Callable[[], bool]:
    """True once so many seconds of the processor are used up."""
    begun = cpu()
    return lambda: cpu() - begun > seconds


def published(row: dict[str, Any]) -> dict[str, Any]:
    """One instance of the article: ours, the plain model, what was known."""
    event = files.read((FOLDER / row["file"]).read_bytes())
    begun, wall = cpu(), time.monotonic()
    solution = solve(event, seed=SEED, time_limit=WALL_S, stop=limited(LIMIT_S))
    ours, wall = cpu() - begun, time.monotonic() - wall
    begun = cpu()
    run = Run(seed=SEED, time_limit=WALL_S, stop=limited(PLAIN_S))
    answer = run.solve(meetings.plain(event), stage="plain", term="breaks", how=How.SUMS)
    other = min(cpu() - begun, PLAIN_S)
    breaks = solution.term(files.Term.BREAKS) if solution.assignments else None
    return {
        "instance": row["file"].removesuffix(".json"),
        "status": solution.status,
        "breaks": breaks,
        "as_known": (solution.status, breaks) == (row["status"], row["breaks"]),
        "valid": check(event, solution) == [],
        "cpu_s": round(ours, 2),
        "wall_s": round(wall, 2),
        "published_s": min(one for one in row["published_s"].values() if one is not None),
        "plain_cpu_s": round(other, 2),
        "plain_proven": answer.proven or answer.impossible,
    }


def generated(wanted: dict[str, Any]) -> dict[str, Any]:
    """One generated event, until its choice of meetings is proven best scheduled or the limit is reached."""
    event = meetings.event(**wanted, seed=SEED)
    over, at_all = limited(LIMIT_S), [False]

    def note(progress: Progress) -> None:
        at_all[0] = progress.stage == "all"

    begun, wall = cpu(), time.monotonic()
    solution = solve(event, seed=SEED, time_limit=WALL_S, on_progress=note, stop=lambda: at_all[0] or over())
    return {
        **wanted,
        "wishes": len(event.meetings),
        "meetings": len(solution.assignments),
        **used(event, solution),
        "status": solution.status,
        "terms": solution.as_json()["objective"]["terms"],
        "proven": solution.stats["proven_terms"],
        "proven_for_this_choice": solution.stats["proven_for_this_choice"],
        "holds": {"shortfall", "lost_weight", "breaks"}
        <= {*solution.stats["proven_terms"], *solution.stats["proven_for_this_choice"]},
        "valid": check(event, solution) == [],
        "cpu_s": round(cpu() - begun, 2),
        "wall_s": round(time.monotonic() - wall, 2),
    }


def used(event: Instance, solution: Solution) -> dict[str, float]:
    """The share of tables and of interpreters that the schedule needs."""
    needs = {one.id: one.interpreter for one in event.meetings}
    spoken = sum(needs[one.meeting] is not None for one in solution.assignments)
    brought = sum(one.count for one in event.interpreters) * len(event.slots)
    return {
        "tables_used": round(len(solution.assignments) / (event.tables.pool * len(event.slots)), 2),
        "interpreters_used": round(spoken / brought, 2),
    }


def geometric(values: list[float]) -> float:
    """The geometric mean; a hundredth of a second at least, since less can't be told from nothing."""
    return exp(mean(log(max(0.01, value)) for value in values))


def show(row: dict[str, Any]) -> None:
    """A line of the table, as soon as it is known."""
    plain = f"{row['plain_cpu_s']:.2f}{'' if row['plain_proven'] else ' (given up)'}"
    record.progress(
        f"{row['instance']:<36} {row['status']:<10} breaks {row['breaks']!s:>4}  here {row['cpu_s']:6.2f} s  "
        f"published {row['published_s']:6.2f} s  plain {plain} s",
        at_once=True,
    )


def measure() -> dict[str, Any]:
    """All of them, one by one."""
    known = json.loads((FOLDER / "known.json").read_text())["instances"] if (FOLDER / "known.json").exists() else []
    if not known:
        record.progress(
            f"no instances in {FOLDER.name}: only generated events are measured (B2B names the folder)", at_once=True
        )
    rows = []
    for row in known:
        rows.append(published(row))
        show(rows[-1])
    made = [generated(dict(one)) for one in GENERATED]
    ours = [row["cpu_s"] for row in rows]
    means = (
        {
            "here": geometric(ours),
            "published": geometric([row["published_s"] for row in rows]),
            "plain": geometric([row["plain_cpu_s"] for row in rows]),
        }
        if rows
        else {}
    )
    return {
        "goal": f"every published instance proven in {LIMIT_S} s of CPU, {RATIO:.0f} x faster than a plain model and "
        "faster than published (geometric means); generated events proven for their choice",
        "holds": bool(rows)
        and all(row["as_known"] and row["valid"] and row["cpu_s"] <= LIMIT_S for row in rows)
        and all(one["holds"] and one["valid"] and one["cpu_s"] <= LIMIT_S for one in made)
        and means["plain"] >= RATIO * means["here"]
        and means["published"] > means["here"],
        "seed": SEED,
        "plain_given_up_after_s": PLAIN_S,
        "geometric_mean_s": {name: round(value, 3) for name, value in means.items()},
        "published": rows,
        "generated": made,
    }


if __name__ == "__main__":
    record.main("bench", "matching", measure)
