"""The whole portal by its commands, and killed in parts: the short form of the proofs of durability and outbox."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from portal.launcher import places
from portal.launcher.supervisor import running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("whole"),
    pytest.mark.skipif(sys.platform != "linux", reason="the packages with servers are for Linux"),
]
SERVERS = (
    "DATABASE_URL",
    "REDIS_URL",
    "SMTP_URL",
    "SECRET_KEY",
    "SIGNING_KEY",
    "VAULT_KEYS",
    "PUBLIC_URL",
    "STORAGE_URL",
)


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


def proven(name: str, folder: Path, **sizes: int) -> Any:
    """What a proof of that size found; it must hold."""
    wishes = {f"{name}_{wish}".upper(): str(size) for wish, size in sizes.items()}
    done = launch(f"prove-{name}", RESULTS=str(folder), **wishes)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / f"{name}.json").read_text())


def test_what_was_acknowledged_is_there_once_whatever_was_killed(tmp_path: Path) -> None:
    found = proven("durability", tmp_path, submissions=24, kills=6, control_kills=0)["sound"]
    assert (found["acknowledged"], found["lost"]) == (24, 0)
    assert sum(found["killed"].values()) >= 3


def test_each_effect_comes_once_whoever_dies(tmp_path: Path) -> None:
    found = proven("outbox", tmp_path, applications=20, kills=3, rounds=1, recovery_s=120)
    assert (found["effects"], found["handed_in"]) == (40, 20)
    assert sum(found["killed"].values()) == 3
