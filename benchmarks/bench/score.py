"""S4: every application of a call checked again by the workers, at 0.25 of the pure rules on the same cores or better.

A few applications are made through the services; the database then copies their rows (SCORE_APPLICATIONS of them), with
VAT numbers that no firm has: what is measured reads each one and writes each a report that nothing changes afterwards.
The pure side gives the same facts to the same rules in one process a core, with nothing read and nothing written.
"""

import multiprocessing
import os
import time
from typing import Any
from uuid import UUID

from benchmarks.rig import record
from benchmarks.rig.applicants import applicants, inside
from benchmarks.rig.copies import copy
from benchmarks.rig.installation import Installation
from portal import db
from portal.applications import queries as applications_queries, service as applications
from portal.calls import queries as calls
from portal.calls.rules.content import CallContent
from portal.eligibility import service as eligibility
from portal.eligibility.rules.assess import assess, version_of
from portal.eligibility.rules.facts import Facts
from portal.eligibility.service.check import facts_for
from portal.kernel.clock import db_now, utcnow

GOAL, ROUNDS, SEEDS = 0.25, 3, 10
APPLICATIONS = record.wish("SCORE_APPLICATIONS", 2000)
CORES = 2
CODE = "EXPORT-SU-MISURA-2025"
PATIENCE_S = 1800
FINISHED = "SELECT count(*) FROM eligibility_rechecks WHERE finished_at IS NULL"
TOOK = """
    SELECT extract(epoch FROM max(r.made_at) - min(r.made_at)), count(*)
    FROM eligibility_reports r WHERE r.recheck_id = (SELECT id FROM eligibility_rechecks ORDER BY asked_at DESC LIMIT 1)
"""


def hand_in(rig: Installation) -> tuple[UUID, CallContent, list[Facts], list[str]]:
    """A few applications handed in; the call, its content, and the facts that the rules are given."""
    firms = applicants(rig, CODE, SEEDS)
    with inside(rig):
        for firm in firms:
            application_id = UUID(firm.application_id)
            with db.transaction() as session:
                frozen = applications.freeze(session, application_id, by="bench", now=utcnow())
                applications.submit(session, application_id, sha256=frozen.sha256 or "", by="bench")
        with db.transaction() as session:
            call = calls.get(session, calls.get_by_code(session, CODE).id)
            assert call.version is not None
            found = [applications_queries.lock(session, UUID(firm.application_id)) for firm in firms]
            facts = [facts_for(one, ()) for one in found if one is not None]
            return call.id, calls.content_of(call.version), facts, [firm.application_id for firm in firms]


def workers(rig: Installation, call_id: UUID) -> float:
    """Applications a second, checked again by the workers."""
    with inside(rig), db.transaction() as session:
        eligibility.ask_recheck(session, call_id, by="bench", now=db_now(session))
    assert rig.watch(until=lambda: rig.rows(FINISHED) == [(0,)], patience=PATIENCE_S)
    seconds, done = rig.rows(TOOK)[0]
    return int(str(done)) / float(str(seconds))


def pure(content: CallContent, facts: list[Facts]) -> float:
    """Applications a second through the rules alone, a process a core."""
    context = multiprocessing.get_context("fork")
    each = APPLICATIONS // CORES
    begun = time.perf_counter()
    running = [context.Process(target=_assess, args=(content, facts, each)) for _ in range(CORES)]
    for process in running:
        process.start()
    for process in running:
        process.join()
    return each * CORES / (time.perf_counter() - begun)


def _assess(content: CallContent, facts: list[Facts], how_many: int) -> None:
    version = version_of(content)
    for number in range(how_many):
        assess(content, facts[number % len(facts)], version=version).as_json()


def measure() -> dict[str, Any]:
    """Three pairs."""
    with Installation("worker", "scheduler") as rig:
        call_id, content, facts, ids = hand_in(rig)
        copy(rig, ids, -(-APPLICATIONS // SEEDS) - 1)
        rig.start()
        measured = [(workers(rig, call_id), pure(content, facts)) for _ in range(ROUNDS)]
        reports = rig.rows("SELECT count(*) FROM eligibility_reports WHERE recheck_id IS NOT NULL")[0][0]
    ratio = record.spread([one / two for one, two in measured])
    return {
        "goal": f"all applications of a call checked again at {GOAL} of the pure rules on the same cores",
        "holds": ratio["min"] >= GOAL and reports == ROUNDS * APPLICATIONS,
        "applications": APPLICATIONS,
        "reports_written": reports,
        "ratio": ratio,
        "applications_per_s": {
            "workers": record.spread([one for one, _ in measured], 0),
            "pure": record.spread([two for _, two in measured], 0),
        },
        "worker_processes": CORES,
    }


if __name__ == "__main__":
    os.environ.setdefault("WEB_WORKERS", "1")
    record.main("bench", "score", measure)
