"""S5: 100,000 applications ranked in 2 s of CPU; growth from 1,000 no worse than n log n.

The other side of each pair is the least that any ranking must do: the sums, and one sort by total and time.
"""

import math
import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from benchmarks.rig import record
from portal.calls.rules import yaml_io
from portal.ranking.rules import Entry, RankingRule, draw_up, rule_of

SMALL, LARGE = 1_000, 100_000
GOAL_CPU_S = 2.0
SEED = 5217
OPENED = datetime(2026, 1, 20, 9, tzinfo=UTC)
CALL = "export-su-misura-2025"


def entries(rule: RankingRule, how_many: int) -> list[Entry]:
    """Plausible scores: many ties, a third below the thresholds."""
    chance = random.Random(SEED)
    steps = {c.key: [c.max * Decimal(step) / 20 for step in range(21)] for c in rule.criteria}
    keys = [pathway.key for pathway in rule.pathways] or [None]
    return [
        Entry(
            registry_number=f"PE-2026-{number:07}",
            arrival=number,
            submitted_at=OPENED + timedelta(seconds=number // 7),
            scores={key: chance.choice(values[6:]).quantize(Decimal("0.01")) for key, values in steps.items()},
            pathway=chance.choice(keys),
            amount_eur=None if rule.unit_value_eur is not None else Decimal(chance.randrange(2000, 10000)),
        )
        for number in range(1, how_many + 1)
    ]


def ours(rule: RankingRule, given: Sequence[Entry]) -> float:
    """CPU seconds of one ranking."""
    begun = time.process_time()
    draw_up(rule, given)
    return time.process_time() - begun


def least(given: Sequence[Entry]) -> float:
    """CPU seconds of sums and a sort."""
    begun = time.process_time()
    sorted(given, key=lambda entry: (-sum(entry.scores.values()), entry.submitted_at, entry.arrival))
    return time.process_time() - begun


def measure() -> dict[str, Any]:
    """The pairs at the large size, and growth per n log n."""
    rule = rule_of(yaml_io.shipped(CALL))
    large = entries(rule, LARGE)
    small = large[:SMALL]
    ours(rule, small)
    result = record.pairs(lambda: ours(rule, large), lambda: least(large))
    of_small = record.spread([ours(rule, small) for _ in range(15)], digits=5)
    growth = result["ours"]["max"] / of_small["median"]
    allowed = LARGE * math.log(LARGE) / (SMALL * math.log(SMALL))
    return {
        "goal": f"{LARGE} ranked in {GOAL_CPU_S} s of CPU, growth from {SMALL} within n log n",
        "holds": result["ours"]["max"] <= GOAL_CPU_S and growth <= allowed,
        "seed": SEED,
        "cpu_s": result,
        "cpu_s_small": of_small,
        "growth": round(growth, 1),
        "growth_allowed": round(allowed, 1),
    }


if __name__ == "__main__":
    record.main("bench", "rank", measure)
