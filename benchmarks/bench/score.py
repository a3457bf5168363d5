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
COPIES = """
    CREATE TABLE bench_copy AS SELECT a.id AS of, a.company_id AS of_company, gen_random_uuid() AS id,
      gen_random_uuid() AS company_id, row_number() OVER () AS number
    FROM applications a, generate_series(1, {copies}) g WHERE a.submitted_at IS NOT NULL
"""
FINISHED = "SELECT count(*) FROM eligibility_rechecks WHERE finished_at IS NULL"
TOOK = """
    SELECT extract(epoch FROM max(r.made_at) - min(r.made_at)), count(*)
    FROM eligibility_reports r WHERE r.recheck_id = (SELECT id FROM eligibility_rechecks ORDER BY asked_at DESC LIMIT 1)
"""


def copy_rows(rig: Installation, table: str, changed: dict[str, str], source: str) -> None:
    """Insert rows of `source` (which has the table's columns and a number `n`), with some columns changed."""
    names = [
        str(row[0])
        for row in rig.rows(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'", table
        )
    ]
    values = ", ".join(changed.get(name, f's."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    rig.rows(f"INSERT INTO {table} ({columns}) SELECT {values} FROM ({source}) s")


def multiply(rig: Installation) -> None:
    """Copy firms and applications until there are as many as wanted."""
    copies = -(-APPLICATIONS // SEEDS) - 1
    rig.rows(COPIES.format(copies=copies))
    copy_rows(
        rig,
        "companies",
        {"id": "s.new_id", "vat": "lpad(s.number::text, 11, '0')"},
        "SELECT c.*, b.company_id AS new_id, b.number FROM companies c JOIN bench_copy b ON b.of_company = c.id",
    )
    changed = {"id": "s.new_id", "company_id": "s.new_company", "arrival": "nextval('application_arrivals')"}
    changed |= {"protocol": "'COPIA-' || s.number", "receipt_code": "'COPIA-' || s.number"}
    copy_rows(
        rig,
        "applications",
        changed,
        "SELECT a.*, b.id AS new_id, b.company_id AS new_company, b.number"
        " FROM applications a JOIN bench_copy b ON b.of = a.id",
    )
    rig.rows("ANALYZE")


def hand_in(rig: Installation) -> tuple[UUID, CallContent, list[Facts]]:
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
            return call.id, calls.content_of(call.version), [facts_for(one, ()) for one in found if one is not None]


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
        call_id, content, facts = hand_in(rig)
        multiply(rig)
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
