"""S3: staff list, case page, ranking page: 8 statements, the same at 1,000 and 100,000 applications, no slower, 25 ms.

A demonstration ranked to the end; then its rows copied by the database, the published file grown with them. The same
pages are asked for at both sizes, each in turn with a page that reads no application (the yardstick): what is compared
is a page's median to the yardstick's at the same time, so that a busy machine counts on both sides.
"""

import json
import os
import time
from statistics import median
from typing import Any

from benchmarks.rig import load, record
from benchmarks.rig.applicants import inside, signed_in
from benchmarks.rig.copies import copy
from benchmarks.rig.installation import Installation
from benchmarks.rig.statements import COUNTED, count

MOST_STATEMENTS, MOST_GROWTH, MOST_CPU_MS = 8, 1.3, 25.0
SMALL, LARGE = 1_000, record.wish("LISTS_LARGE", 100_000)
VISITS, ROUNDS, FIRMS = record.wish("LISTS_VISITS", 40), 3, 20
YARDSTICK = "/profilo"
ENTRIES = """
    UPDATE rankings r SET content = jsonb_set(r.content, '{entries}', whole.entries)
    FROM (SELECT ranking_id, jsonb_agg(line ORDER BY position) AS entries FROM places GROUP BY ranking_id) AS whole
    WHERE whole.ranking_id = r.id
"""


def grow(rig: Installation, ids: list[str], to: int) -> None:
    """Copy until the call has so many."""
    there = int(str(rig.rows("SELECT count(*) FROM applications WHERE arrival IS NOT NULL")[0][0]))
    copy(rig, ids, max(1, (to - there) // len(ids)), is_slim=True)
    rig.rows("ALTER TABLE rankings DISABLE TRIGGER USER")
    rig.rows(ENTRIES)
    rig.rows("ALTER TABLE rankings ENABLE TRIGGER USER")
    rig.rows("VACUUM ANALYZE")


def addresses(rig: Installation) -> dict[str, str]:
    """The pages measured."""
    slug, case = rig.rows(
        "SELECT c.slug, a.id FROM places p JOIN applications a ON a.id = p.application_id"
        " JOIN calls c ON c.id = a.call_id ORDER BY p.position LIMIT 1"
    )[0]
    version = rig.rows("SELECT id FROM rankings WHERE published_at IS NOT NULL LIMIT 1")[0][0]
    return {
        "list": "/ufficio/domande",
        "list_newest": "/ufficio/domande?ordina=-protocollo",
        "list_of_state": f"/ufficio/domande?bando={slug}&stato=funded",
        "list_by_firm": "/ufficio/domande?ordina=impresa",
        "list_by_province": "/ufficio/domande?ordina=-provincia",
        "case": f"/ufficio/domande/{case}",
        "ranking": f"/bandi/{slug}/graduatoria",
        "ranking_office": f"/ufficio/graduatorie/{version}",
    }


def look(rig: Installation, cookie: str, pages: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Statements, milliseconds and CPU of each page, and how it compares to the yardstick's."""
    wire, found = load.Wire(rig.port), {}
    for name, path in pages.items():
        record.progress(name)
        for _ in range(8):
            _visit(wire, path, cookie)
        counted = count(rig, lambda path=path: _visit(wire, path, cookie))
        before, yards = load.cpu_seconds(rig.pid("web")), []
        times = [_visit(wire, path, cookie) for _ in range(VISITS)]
        cpu = (load.cpu_seconds(rig.pid("web")) - before) / VISITS * 1000
        for _ in range(VISITS):
            yards.append(_visit(wire, YARDSTICK, cookie))
            times.append(_visit(wire, path, cookie))
        ratio = median(times[VISITS:]) / median(yards)
        found[name] = {"statements": counted, "ms": median(times) * 1000, "cpu_ms": cpu, "to_yardstick": ratio}
    return found


def _visit(wire: load.Wire, path: str, cookie: str) -> float:
    begun = time.perf_counter()
    status, _, body = wire.ask(load.request("GET", path, cookie=cookie))
    assert status == 200, f"{path}: {status}"
    assert body, path
    return time.perf_counter() - begun


def measure() -> dict[str, Any]:
    """The same pages with a thousand and with a hundred thousand."""
    with Installation("web", database=COUNTED) as rig:
        rig.rows("CREATE EXTENSION pg_stat_statements")
        rig.portale("demo", "fill", "--stage", "ranked", "--companies", str(FIRMS))
        accounts = json.loads((rig.home / "demo-accounts.json").read_text())
        ids = [str(row[0]) for row in rig.rows("SELECT id FROM applications WHERE arrival IS NOT NULL")]
        sizes = {}
        rig.start()
        for size in (SMALL, LARGE):
            grow(rig, ids, size)
            with inside(rig) as app:
                admin = next(one["email"] for one in accounts if one["role"] == "manager")
                cookie = signed_in(app, email=admin)
            rounds = [look(rig, cookie, addresses(rig)) for _ in range(ROUNDS)]
            sizes[size] = {name: _together([one[name] for one in rounds]) for name in rounds[0]}
        there = rig.rows("SELECT count(*) FROM applications WHERE arrival IS NOT NULL")[0][0]
    pages = {name: {"small": small, "large": sizes[LARGE][name]} for name, small in sizes[SMALL].items()}
    for page in pages.values():
        page["growth"] = round(page["large"]["to_yardstick"] / page["small"]["to_yardstick"], 2)
    return {
        "goal": f"{MOST_STATEMENTS} statements, the same at both sizes; growth {MOST_GROWTH}; {MOST_CPU_MS} ms CPU",
        "holds": all(_is_good(page) for page in pages.values()),
        "applications": {"small": SMALL, "large": there},
        "pages": pages,
    }


def _together(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "statements": max(one["statements"] for one in rounds),
        **{name: round(median(one[name] for one in rounds), 2) for name in ("ms", "cpu_ms", "to_yardstick")},
    }


def _is_good(page: dict[str, Any]) -> bool:
    small, large = page["small"], page["large"]
    return bool(
        small["statements"] == large["statements"] <= MOST_STATEMENTS
        and page["growth"] <= MOST_GROWTH
        and max(small["cpu_ms"], large["cpu_ms"]) <= MOST_CPU_MS
    )


if __name__ == "__main__":
    os.environ.setdefault("WEB_WORKERS", "1")
    record.main("bench", "lists", measure)
