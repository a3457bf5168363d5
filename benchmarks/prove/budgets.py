"""G10, of a call's money: however many grant, give up and draw the reserve at once, it is never overdrawn.

Each round has a call of its own, with money for a few of its firms, some of whom have left. Of BUDGETS_CALLERS one in
ten draws the reserve and publishes, two waive, seven grant, all at the same instant, each by whole verbs in a
transaction of its own. BUDGETS_ROUNDS make it longer or shorter.
"""

import os
import time
from random import Random
from typing import Any

from benchmarks.rig import record
from benchmarks.rig.crowd import crowd_engine
from benchmarks.rig.installation import Installation
from benchmarks.rig.spending import Spending
from portal.config import get_settings
from portal.launcher.postgres import UNSAFE

ROUNDS = record.wish("BUDGETS_ROUNDS", 20)
CALLERS = record.wish("BUDGETS_CALLERS", 100)
SEED, CONNECTIONS = 5217, 100
SERVER = {**UNSAFE, "max_connections": str(CONNECTIONS + 20)}


def measure() -> dict[str, Any]:
    """The rounds, one after the other."""
    with Installation(database=SERVER) as rig:
        os.environ |= rig.environment
        get_settings.cache_clear()
        with crowd_engine(get_settings().sqlalchemy_url, connections=CONNECTIONS) as engine:
            spending, told = Spending(engine, random=Random(SEED)), []
            begun = time.monotonic()
            for number in range(1, ROUNDS + 1):
                told.append(spending.run(callers=CALLERS))
                record.progress(f"round {number} of {ROUNDS}")
            seconds = time.monotonic() - begun
    broken = [str(one) for one in told if not one.holds()]
    drawn = sum(one.versions - 1 for one in told)
    return {
        "goal": "no call promises and grants more than its money or its places, nor to whom its ranking does not fund",
        "holds": not broken and drawn > 0,
        "seed": SEED,
        "rounds": ROUNDS,
        "callers": CALLERS,
        "seconds": round(seconds, 1),
        "done": sum(one.done for one in told),
        "refused": sum(one.refused for one in told),
        "reserves_drawn": drawn,
        "granted": sum(one.granted for one in told),
        "all_spent": sum(one.eur == one.budget_eur for one in told),
        "broken": broken[:5],
    }


if __name__ == "__main__":
    record.main("prove", "budgets", measure)
