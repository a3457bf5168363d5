"""Faults for a whole portal, and what must have come of each application handed in all the same."""

import os
import shutil
import signal
import time
from contextlib import suppress
from random import Random

import psycopg

from benchmarks.rig import record
from benchmarks.rig.installation import Installation, children

STATE = """
    SELECT a.id::text, a.protocol,
      (SELECT count(*) FROM eligibility_reports r WHERE r.application_id = a.id),
      (SELECT count(*) FROM messages m WHERE m.subject_id = a.id AND m.event = 'applications.submitted'),
      (SELECT count(*) FROM messages m
        WHERE m.subject_id = a.id AND m.event = 'applications.submitted' AND m.state = 'sent')
    FROM applications a WHERE a.submitted_at IS NOT NULL
"""
"""Each application handed in: id, protocol, its reports, its messages, those of them that left."""


def kill(rig: Installation, name: str, chance: Random) -> bool:
    """`kill -9` of a program or (`worker child`) of one of its processes; False where it is down already."""
    child = rig.boss.children[name.split(maxsplit=1)[0]]
    if child.due_at is not None or child.process.poll() is not None:
        return False
    victims = children(child.mark.pid) if name.endswith(" child") else [child.mark.pid]
    if not victims:
        return False
    with suppress(ProcessLookupError):
        os.kill(chance.choice(victims), signal.SIGKILL)
    return True


def lose_broker(rig: Installation) -> None:
    """The broker dies, and all that it holds is gone."""
    rig.boss.children["valkey"].process.kill()
    rig.boss.children["valkey"].process.wait()
    shutil.rmtree(rig.home / "valkey" / "appendonlydir")


def settle(rig: Installation, at_least: int, patience_s: float) -> float | None:
    """Seconds until every application handed in has a report and a message that left; None where it never came."""
    begun = time.monotonic()

    def is_settled() -> bool:
        try:
            state = rig.rows(STATE)
        except psycopg.OperationalError:
            return False
        reported, sent = sum(bool(row[2]) for row in state), sum(bool(row[4]) for row in state)
        record.progress(f"settling: {len(state)} handed in, {reported} with a report, {sent} with a message sent")
        return len(state) >= at_least and reported == sent == len(state)

    return round(time.monotonic() - begun, 1) if rig.watch(until=is_settled, patience=patience_s) else None
