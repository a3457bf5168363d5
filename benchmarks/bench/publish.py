"""A ranking of 10,000 rows: drawn up, approved, published, told to firms, shown; beside one of 1,000.

A demonstration ranked to the end, and copied by the database with its sheets and reports; the services then make the
next version of the whole, which tells each firm its move. All in one process, whose CPU is counted and the database's
is not. Every page must send the same statements at both sizes, and every verb too, but those that write a row for each
firm in batches of so many.
"""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import Engine, event

from benchmarks.rig import record
from benchmarks.rig.applicants import inside, signed_in
from benchmarks.rig.copies import EVALUATED, copy
from benchmarks.rig.installation import Installation
from portal.awards import service as awards
from portal.calls import queries as calls
from portal.db import transaction
from portal.demo.people import ADMIN, MANAGER
from portal.kernel.clock import utcnow
from portal.notifications import service as notifications
from portal.ranking import service as ranking
from portal.ranking.rules import Cause

SMALL, LARGE = 1_000, record.wish("PUBLISH_LARGE", 10_000)
FIRMS, VISITS, BATCH = 20, 10, 500
CODE = "EXPORT-SU-MISURA-2025"
MOST_STATEMENTS, MOST_KB, MOST_CPU_MS, MOST_S = 8, 500, 100.0, 60.0
SEEDS = """
    SELECT DISTINCT a.id FROM applications a JOIN calls c ON c.id = a.call_id JOIN places p ON p.application_id = a.id
    WHERE c.code = %s AND a.protocol NOT LIKE 'COPIA-%%'
"""
Measured = dict[str, float]


def measured(act: Callable[[], object]) -> Measured:
    """Statements, seconds and CPU seconds of one act."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    begun, cpu = time.perf_counter(), time.process_time()
    try:
        act()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    spent = time.process_time() - cpu
    return {"statements": len(sent), "s": round(time.perf_counter() - begun, 2), "cpu_s": round(spent, 2)}


def verbs(call_id: UUID) -> tuple[UUID, dict[str, Measured]]:
    """The next version, from the first look to the last letter."""
    made: list[UUID] = []

    def draw_up() -> None:
        with transaction() as session:
            reason = f"Prova con le domande copiate, {time.time_ns()}."
            drawn = ranking.draw_up(session, call_id, reason=reason, cause=Cause.CORRECTION, by=MANAGER, now=utcnow())
            made.append(drawn.id)

    def approve() -> None:
        with transaction() as session:
            ranking.approve(session, made[0], by=ADMIN.email, now=utcnow())

    def publish() -> None:
        with transaction() as session:
            ranking.publish(session, made[0], by=MANAGER, now=utcnow())

    def reserve() -> None:
        with transaction() as session:
            awards.reserve(session, made[0], by="system", now=utcnow())

    def tell() -> None:
        with transaction() as session:
            payload = {"ranking_id": str(made[0])}
            notifications.tell(session, "ranking.published", payload, occurrence="", now=utcnow())

    found = {act.__name__: measured(act) for act in (draw_up, approve, publish, reserve, tell)}
    return made[0], found


def pages(app: Flask, cookie: str, slug: str, version: UUID) -> dict[str, Measured]:
    """Each page: statements, bytes, CPU once warm."""
    client, found = app.test_client(), {}
    client.set_cookie("session", cookie)
    for name, path in {
        "public": f"/bandi/{slug}/graduatoria",
        "public_narrowed": f"/bandi/{slug}/graduatoria?percorso=france&cerca=s.r.l",
        "below": f"/bandi/{slug}/graduatoria?elenco=sotto-soglia",
        "office": f"/ufficio/graduatorie/{version}",
        "office_firm": f"/ufficio/graduatorie/{version}?cerca=s.p.a",
    }.items():
        first = client.get(path)
        assert first.status_code == 200, f"{path}: {first.status}"
        warm = measured(lambda path=path: client.get(path))
        begun = time.process_time()
        for _ in range(VISITS):
            client.get(path)
        spent = (time.process_time() - begun) / VISITS * 1000
        found[name] = {"statements": warm["statements"], "kb": len(first.data) // 1024, "cpu_ms": round(spent, 1)}
    return found


def grown(rig: Installation, to: int) -> dict[str, Any]:
    """Copy until so many can be ranked; then all that is measured."""
    seeds = [str(row[0]) for row in rig.rows(SEEDS, CODE)]
    there = int(str(rig.rows("SELECT count(DISTINCT application_id) FROM assignments")[0][0]))
    record.progress(f"{to} applications", at_once=True)
    copy(rig, seeds, max(1, (to - there) // len(seeds)), tables=EVALUATED)
    with inside(rig) as app:
        cookie = signed_in(app, email=MANAGER)
        with transaction() as session:
            call = calls.get_by_code(session, CODE)
            call_id, slug = call.id, call.slug
        version, acts = verbs(call_id)
        ranked = rig.rows("SELECT count(*) FROM places WHERE ranking_id = %s", version)[0][0]
        return {"ranked": ranked, "verbs": acts, "pages": pages(app, cookie, slug, version)}


def measure() -> dict[str, Any]:
    """The same with a thousand and with ten thousand."""
    with Installation() as rig:
        rig.portale("demo", "fill", "--stage", "ranked", "--companies", str(FIRMS))
        small, large = grown(rig, SMALL), grown(rig, LARGE)
    return {
        "goal": f"pages of {LARGE} rows: at most {MOST_STATEMENTS} statements, as with {SMALL}, {MOST_KB} kB,"
        f" {MOST_CPU_MS} ms CPU; each verb {MOST_S} s, with no statement for each firm",
        "holds": _is_good(small, large),
        "small": small,
        "large": large,
    }


def _is_good(small: dict[str, Any], large: dict[str, Any]) -> bool:
    batches = 2 * (large["ranked"] - small["ranked"]) / BATCH
    return all(
        page["statements"] == small["pages"][name]["statements"] <= MOST_STATEMENTS
        and page["kb"] <= MOST_KB
        and page["cpu_ms"] <= MOST_CPU_MS
        for name, page in large["pages"].items()
    ) and all(
        verb["s"] <= MOST_S and verb["statements"] - small["verbs"][name]["statements"] <= batches
        for name, verb in large["verbs"].items()
    )


if __name__ == "__main__":
    record.main("bench", "publish", measure)
