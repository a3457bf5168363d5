"""Faults for a whole portal, and what must have come of each application handed in all the same."""

import math
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
    """Seconds until every application handed in has a report and a message that left.

    None where nothing more was done for `patience_s`: how long the whole takes depends on the machine.
    """
    begun = time.monotonic()
    best, moved_at = (0, 0, 0), begun

    def is_settled() -> bool:
        nonlocal best, moved_at
        try:
            state = rig.rows(STATE)
        except psycopg.OperationalError:
            return False
        done = (len(state), sum(bool(row[2]) for row in state), sum(bool(row[4]) for row in state))
        record.progress("settling: {} handed in, {} with a report, {} with a message sent".format(*done))
        if any(now > then for now, then in zip(done, best, strict=True)):
            best, moved_at = done, time.monotonic()
        if time.monotonic() - moved_at > patience_s:
            raise TimeoutError
        return done[0] >= at_least and done[1] == done[2] == done[0]

    try:
        rig.watch(until=is_settled, patience=math.inf)
    except TimeoutError:
        return None
    return round(time.monotonic() - begun, 1)
