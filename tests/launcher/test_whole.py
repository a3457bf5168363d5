"""The whole portal by its commands, and killed in parts: minutes, so only when asked for: WHOLE=1 make test."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from portal.launcher import places
from portal.launcher.supervisor import running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("WHOLE") != "1", reason="takes minutes: WHOLE=1 make test"),
    pytest.mark.skipif(sys.platform != "linux", reason="the packages with servers are for Linux"),
]
SERVERS = ("DATABASE_URL", "REDIS_URL", "SMTP_URL", "SECRET_KEY", "PUBLIC_URL", "STORAGE_URL")


def launch(word: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """A command of the Makefile with servers of its own."""
    environment = {name: value for name, value in os.environ.items() if name not in SERVERS} | more
    return subprocess.run(
        ["make", word], cwd=places.PROJECT, env=environment, capture_output=True, text=True, check=False
    )


def is_ready(port: int) -> bool:
    with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
        return answer.status == 200


def test_up_survives_kills_of_anything_and_leaves_nothing_behind(home: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    first = launch("up", PORT=str(port))
    assert first.returncode == 0, first.stdout
    assert is_ready(port)
    accounts = json.loads((home / "demo-accounts.json").read_text())
    assert {one["role"] for one in accounts} >= {"owner", "colleague", "delegate", "reviewer", "manager", "admin"}
    assert (home / "demo-accounts.json").stat().st_mode & 0o777 == 0o600

    there = running()
    assert there is not None
    for one in (there.launcher, there.services["web"], there.services["postgres"]):
        os.kill(one.pid, signal.SIGKILL)
    again = launch("up", PORT=str(port))
    assert again.returncode == 0, again.stdout
    assert is_ready(port)
    assert "running already" in launch("up", PORT=str(port)).stdout
    assert launch("status", PORT=str(port)).returncode == 0

    new = running()
    assert new is not None
    assert launch("down", PORT=str(port)).returncode == 0
    assert {**there.alive, **new.alive} == {}
    assert launch("status", PORT=str(port)).returncode == 2, "make says 2 where a recipe says 1"


def test_what_was_acknowledged_is_there_once_whatever_was_killed(tmp_path: Path) -> None:
    short = {"DURABILITY_SUBMISSIONS": "40", "DURABILITY_KILLS": "6", "DURABILITY_CONTROL_KILLS": "0"}
    done = launch("prove-durability", RESULTS=str(tmp_path), **short)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((tmp_path / "durability.json").read_text())["sound"]
    assert (found["acknowledged"], found["lost"]) == (40, 0)
    assert sum(found["killed"].values()) >= 3
