"""S2: the public list of calls and the page of a call, at 0.7 of a bare Jinja page of the same bytes or better.

The ratio is of CPU a request, web processes only: on a shared machine it says what requests a second only guess.
"""

from pathlib import Path
from typing import Any

from benchmarks.rig import load, record
from benchmarks.rig.installation import Installation, free_port
from portal.launcher import places
from portal.launcher.processes import Service

GOAL = 0.7
CLIENTS, ROUNDS = 16, 3
REQUESTS = record.wish("PAGES_REQUESTS", 4000)


def unit(wire: load.Wire, path: str) -> None:
    """One visit."""
    status, _, body = wire.ask(load.request("GET", path))
    assert status == 200, f"{path}: {status}"
    assert body, path


def bare(rig: Installation, what: str, port: int, folder: Path) -> Service:
    """The bare application under the same flags as the portal."""
    flags = [
        "-w",
        "2",
        "-k",
        "gthread",
        "--threads",
        "8",
        "--preload",
        "--no-control-socket",
        "-b",
        f"127.0.0.1:{port}",
    ]
    return Service(
        name="bare",
        command=[str(places.PYTHON), "-m", "gunicorn", *flags, f"benchmarks.rig.bare:{what}()"],
        environment={**rig.environment, "BARE_PAGES": str(folder)},
        log=places.log("bare"),
        directory=places.PROJECT,
    )


def answers(port: int, path: str) -> bool:
    """Whether a server gives that page."""
    try:
        unit(load.Wire(port), path)
    except (OSError, AssertionError, ValueError):
        return False
    return True


def measure() -> dict[str, Any]:
    """Both pages, each in three pairs."""
    with Installation("web") as rig:
        rig.start()
        slug = rig.rows("SELECT slug FROM calls ORDER BY slug LIMIT 1")[0][0]
        paths = {"list": "/bandi", "call": f"/bandi/{slug}"}
        folder, port = rig.home / "pages", free_port()
        folder.mkdir()
        sizes = {}
        for name, path in paths.items():
            body = load.Wire(rig.port).ask(load.request("GET", path))[2]
            (folder / f"{name}.html").write_bytes(body)
            sizes[name] = len(body)
        rig.boss.start(bare(rig, "pages", port, folder))
        assert rig.watch(until=lambda: answers(port, "/list"), patience=30)
        results = {name: _pairs(rig, path, f"/{name}", port) for name, path in paths.items()}
    worst = min(one["ratio"]["min"] for one in results.values())
    return {
        "goal": f"public list and call page at {GOAL} of a bare Jinja page of the same bytes, by CPU a request",
        "holds": worst >= GOAL,
        "worst_ratio": worst,
        "clients": CLIENTS,
        "requests": REQUESTS,
        "bytes": sizes,
        **results,
    }


def _pairs(rig: Installation, ours: str, other: str, port: int) -> dict[str, Any]:
    rates: dict[str, list[float]] = {"portal": [], "bare": []}

    def cpu(name: str, path: str, at: int, pid: int) -> float:
        before = load.cpu_seconds(pid)
        outcome = load.burst(unit, at, [path] * REQUESTS, CLIENTS)
        assert not outcome.faults, outcome.faults
        rates[name].append(outcome.rate)
        return (load.cpu_seconds(pid) - before) / REQUESTS * 1000

    load.burst(unit, rig.port, [ours] * 200, CLIENTS)
    load.burst(unit, port, [other] * 200, CLIENTS)
    measured = [
        (cpu("portal", ours, rig.port, rig.pid("web")), cpu("bare", other, port, rig.pid("bare")))
        for _ in range(ROUNDS)
    ]
    return {
        "ratio": record.spread([bare / portal for portal, bare in measured]),
        "cpu_ms": {
            "portal": record.spread([portal for portal, _ in measured]),
            "bare": record.spread([bare for _, bare in measured]),
        },
        "requests_per_s": {name: record.spread(values, 0) for name, values in rates.items()},
    }


if __name__ == "__main__":
    record.main("bench", "pages", measure)
