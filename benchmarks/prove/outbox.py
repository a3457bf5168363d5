"""G2 and P4: each application handed in has one report and one message, though workers die and the broker forgets.

Firms hand in through the services while workers are killed by pid, parents and children in turn, each as soon as it is
seen at work; half-way the broker dies with all that it holds. Then, from a standstill, how long the work of a killed
worker and of a lost broker takes to be done, from when the killed program runs again. OUTBOX_APPLICATIONS, _KILLS
and _ROUNDS make it longer or shorter. A message that the mail server took in the instant before its worker died is
handed over again, under the same Message-ID: that can't be helped by a sender, and is only counted.
"""

import time
from collections import Counter
from email import message_from_bytes
from itertools import cycle
from random import Random
from typing import Any
from uuid import UUID

from benchmarks.rig import faults, record
from benchmarks.rig.applicants import Applicant, applicants, inside
from benchmarks.rig.installation import Installation
from portal import db
from portal.applications import service as applications
from portal.kernel.clock import utcnow

APPLICATIONS = record.wish("OUTBOX_APPLICATIONS", 1500)
KILLS = record.wish("OUTBOX_KILLS", 40)
CALL, SEED = "EXPORT-SU-MISURA-2025", 2906
VICTIMS = ("worker", "worker child", "mailer", "worker child", "worker", "mailer child")
AT_WORK_S, SETTLING_S = 15.0, 120.0
ROUNDS, EACH = record.wish("OUTBOX_ROUNDS", 3), 20
RECOVERY_S = record.wish("OUTBOX_RECOVERY_S", 30)  # a test in a crowd waits longer
BAD = ("without_a_report", "without_a_message", "not_sent", "with_two_reports", "with_two_messages", "not_settled")
DONE = "SELECT (SELECT count(*) FROM eligibility_reports) + (SELECT count(*) FROM messages)"
UNSETTLED = "SELECT count(*) FROM envelopes WHERE dispatched_at IS NULL OR waits_for <> '[]'"


def measure() -> dict[str, Any]:
    """Hand in under fire, settle, count; then recover from one fault at a time."""
    with Installation("worker", "mailer", "scheduler", "mail") as rig:
        firms = applicants(rig, CALL, APPLICATIONS + (ROUNDS + 1) * EACH)
        rig.start()
        begun = time.monotonic()
        killed = _under_fire(rig, firms[:APPLICATIONS])
        settled_after = faults.settle(rig, APPLICATIONS, SETTLING_S)
        found = _count(rig)
        seconds = round(time.monotonic() - begun, 1)
        waiting = iter(firms[APPLICATIONS:])
        worker = [_recovery(rig, [next(waiting) for _ in range(EACH)], "worker") for _ in range(ROUNDS)]
        broker = _recovery(rig, list(waiting), "valkey")
    is_soon = all(one is not None and one <= RECOVERY_S for one in [*worker, broker])
    return {
        "goal": f"0 missing, 0 doubled; all done within {RECOVERY_S} s of a fault's end",
        "holds": not any(found[name] for name in BAD) and is_soon,
        "seed": SEED,
        "effects": 2 * APPLICATIONS,
        "killed": killed,
        "broker_lost": 1,
        "seconds": seconds,
        "settled_after_s": settled_after,
        **found,
        "recovery_from_a_killed_worker_s": worker,
        "recovery_from_a_lost_broker_s": broker,
    }


def _under_fire(rig: Installation, firms: list[Applicant]) -> dict[str, int]:
    """Hand in, in as many parts as there are kills and one more; how often each was killed."""
    names, chance, killed = cycle(VICTIMS), Random(SEED), Counter[str]()
    for turn in range(KILLS):
        hand_in(rig, firms[turn :: KILLS + 1])
        if turn == KILLS // 2:
            faults.lose_broker(rig)
        _see_at_work(rig)
        name = next(names)
        rig.watch(until=lambda name=name: faults.kill(rig, name, chance), patience=60)  # type: ignore[misc]
        killed[name] += 1
        record.progress(f"killed {killed.total()} of {KILLS}")
    hand_in(rig, firms[KILLS :: KILLS + 1])
    return dict(killed)


def hand_in(rig: Installation, firms: list[Applicant]) -> None:
    """Freeze and submit, as the web does."""
    with inside(rig):
        for firm in firms:
            with db.transaction() as session:
                application_id = UUID(firm.application_id)
                frozen = applications.freeze(session, application_id, by="prove", now=utcnow())
                applications.submit(session, application_id, sha256=frozen.sha256 or "", by="prove")


def _see_at_work(rig: Installation) -> bool:
    """Wait until something more is done; not for ever, since a broker that was lost may keep all waiting."""
    before = rig.rows(DONE)
    return rig.watch(until=lambda: rig.rows(DONE) != before, patience=AT_WORK_S)


def _recovery(rig: Installation, firms: list[Applicant], victim: str) -> float | None:
    """From a standstill: kill what is at work; seconds from when it runs again to the last effect."""
    rig.watch(until=lambda: rig.rows(UNSETTLED) == [(0,)], patience=SETTLING_S)
    hand_in(rig, firms)
    _see_at_work(rig)
    before = rig.boss.children[victim].mark
    if victim == "valkey":
        faults.lose_broker(rig)
    else:
        faults.kill(rig, victim, Random(SEED))
    rig.watch(until=lambda: rig.boss.children[victim].mark != before, patience=60)
    return faults.settle(rig, APPLICATIONS, SETTLING_S)


def _count(rig: Installation) -> dict[str, int]:
    state = rig.rows(faults.STATE)
    rig.watch(until=lambda: rig.rows(UNSETTLED) == [(0,)], patience=SETTLING_S)
    taken = Counter(message_from_bytes(path.read_bytes())["Message-ID"] for path in (rig.home / "mail").glob("*.eml"))
    return {
        "handed_in": len(state),
        "without_a_report": APPLICATIONS - sum(row[2] != 0 for row in state),
        "without_a_message": APPLICATIONS - sum(row[3] != 0 for row in state),
        "not_sent": APPLICATIONS - sum(row[4] != 0 for row in state),
        "with_two_reports": sum(int(str(row[2])) > 1 for row in state),
        "with_two_messages": sum(int(str(row[3])) > 1 for row in state),
        "not_settled": int(str(rig.rows(UNSETTLED)[0][0])),
        "handed_to_the_mail_server_twice": sum(times > 1 for times in taken.values()),
    }


if __name__ == "__main__":
    record.main("prove", "outbox", measure)
