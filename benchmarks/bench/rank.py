"""S5: 100,000 applications ranked in 2 s of CPU; growth from 1,000 no worse than n log n.

Two calls, each with all that its procedure knows: a ranking (thresholds by criterion and total, bonus points, quotas,
reserves of places and of euros, a lot, grants kept from a version before) and first come, first served (amounts of
their own, overbooking, what else was handed in). Every row is read. Growth compares one list of 100,000 with the same
entries as 100 lists of 1,000, in turn and in one process, each side the least of three runs, so that a busy machine
counts on both sides; the worst pair counts. Beside it, the least that any ranking must do: the sums, and one sort by
total and time.
"""

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from benchmarks.rig import record
from portal.calls.rules import yaml_io
from portal.kernel.text import sha256_hex
from portal.ranking.rules import Entry, Granted, Outcome, RankingRule, Request, draw_up, rule_of

SMALL, LARGE, PAIRS, TIMES = 1_000, 100_000, 5, 3
GOAL_CPU_S = 2.0
SEED = 5217
LOT = "5e" * 32
OPENED = datetime(2026, 1, 20, 9, tzinfo=UTC)
CALL = "export-su-misura-2025"
UNIT = Decimal(11_500)


class World(NamedTuple):
    """What one list is made of."""

    rule: RankingRule
    entries: Sequence[Entry]
    requests: Sequence[Request] = ()


def ranking(how_many: int) -> RankingRule:
    """The shipped call, with places and money for two in five and every part that a rule can have."""
    return _changed(
        places=how_many * 2 // 5,
        budget_eur=str(UNIT * (how_many * 3 // 8)),
        bonuses=[{"key": "young", "max": "3"}, {"key": "women", "max": "2"}],
        pathways=[
            {"key": key, "places": how_many // 40 if at % 2 else None, "min_firms": 8}
            for at, key in enumerate(PATHWAYS)
        ],
        reserves=[
            {"key": "micro", "places": how_many // 10},
            {"key": "mountain", "eur": str(UNIT * (how_many // 20))},
        ],
        lot={"seed": LOT, "commitment": sha256_hex(bytes.fromhex(LOT))},
        tie_break=[
            {"by": FIRST, "order": "desc"},
            {"by": "submitted_at", "order": "asc"},
            {"by": "lot", "order": "asc"},
        ],
    )


def first_come(how_many: int) -> RankingRule:
    """The same criteria, served as they come, each with what it asks for."""
    return _changed(
        procedure="first_come_first_served",
        places=None,
        pathways=[{"key": key} for key in PATHWAYS],
        budget_eur=str(2_000 * how_many),
        unit_value_eur=None,
        shortfall="skip",
        reserves=[{"key": "micro", "eur": str(200 * how_many)}],
        overbooking_pct=150,
    )


SHIPPED = rule_of(yaml_io.shipped(CALL))
FIRST = SHIPPED.criteria[0].key
PATHWAYS = [pathway.key for pathway in SHIPPED.pathways]


def _changed(**parts: object) -> RankingRule:
    return RankingRule.model_validate({**SHIPPED.model_dump(mode="json"), **parts})


def entries(rule: RankingRule, numbers: range) -> list[Entry]:
    """Plausible scores: many ties, a third below the thresholds."""
    chance = random.Random(SEED + numbers.start)
    steps = {c.key: [(c.max * step / 20).quantize(Decimal("0.01")) for step in range(6, 21)] for c in rule.criteria}
    bonuses = {bonus.key: [Decimal("0.00"), bonus.max] for bonus in rule.bonuses}
    groups = [frozenset(), *[frozenset([one.key]) for one in rule.reserves]]
    return [
        Entry(
            registry_number=f"PE-2026-{number:07}",
            arrival=number,
            submitted_at=OPENED + timedelta(seconds=number // 7),
            scores={key: chance.choice(values) for key, values in steps.items()},
            bonus={key: chance.choice(values) for key, values in bonuses.items()},
            pathway=chance.choice(PATHWAYS),
            amount_eur=None if rule.unit_value_eur is not None else Decimal(chance.randrange(2000, 10000)),
            groups=chance.choice(groups),
        )
        for number in numbers
    ]


def of_ranking(numbers: range) -> World:
    """A later version: a tenth of those funded by the first keep their grants."""
    rule = ranking(len(numbers))
    given = entries(rule, numbers)
    kept = {
        row.entry.arrival: Granted(row.amount_eur, row.reserve)
        for row in draw_up(rule, given).above
        if row.outcome is Outcome.FUNDED and row.entry.arrival % 10 == 0
    }
    return World(rule, [replace(entry, granted=kept.get(entry.arrival)) for entry in given])


def of_first_come(numbers: range) -> World:
    """One in ten of those that asked is no entry."""
    rule = first_come(len(numbers))
    given = entries(rule, numbers)
    others = [Request(arrival=e.arrival, asked_eur=e.amount_eur) for e in given if e.arrival % 10 == 0]
    return World(rule, [entry for entry in given if entry.arrival % 10], others)


def ours(worlds: Sequence[World]) -> float:
    """CPU seconds of drawing lists up, and reading every row."""
    return min(_ours(worlds) for _ in range(TIMES))


def _ours(worlds: Sequence[World]) -> float:
    begun = time.process_time()
    for world in worlds:
        for _row in draw_up(*world).rows:
            pass
    return time.process_time() - begun


def least(worlds: Sequence[World]) -> float:
    """CPU seconds of sums and a sort."""
    begun = time.process_time()
    for world in worlds:
        sorted(world.entries, key=lambda entry: (-sum(entry.scores.values()), entry.submitted_at, entry.arrival))
    return time.process_time() - begun


def compared(of: Callable[[range], World]) -> dict[str, Any]:
    """One list of all, the same as many lists, and the least, in turn."""
    whole = [of(range(1, LARGE + 1))]
    parts = [of(range(first, first + SMALL)) for first in range(1, LARGE + 1, SMALL)]
    ours(parts)
    turns = [(ours(parts), ours(whole), least(whole)) for _ in range(PAIRS)]
    return {
        "cpu_s": record.spread([large for _, large, _ in turns]),
        "cpu_s_in_parts": record.spread([small for small, _, _ in turns]),
        "growth": record.spread([LARGE / SMALL * large / small for small, large, _ in turns], digits=1),
        "to_the_least": record.spread([large / bare for _, large, bare in turns]),
    }


def measure() -> dict[str, Any]:
    """Both procedures, and growth against n log n."""
    found = {"ranking": compared(of_ranking), "first_come_first_served": compared(of_first_come)}
    allowed = LARGE * math.log(LARGE) / (SMALL * math.log(SMALL))
    return {
        "goal": f"{LARGE} ranked in {GOAL_CPU_S} s of CPU, growth from {SMALL} within n log n",
        "holds": all(one["cpu_s"]["max"] <= GOAL_CPU_S and one["growth"]["max"] <= allowed for one in found.values()),
        "seed": SEED,
        "growth_allowed": round(allowed, 1),
        **found,
    }


if __name__ == "__main__":
    record.main("bench", "rank", measure)
