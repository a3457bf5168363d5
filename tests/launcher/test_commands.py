import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from portal.config import Settings
from portal.launcher import configuration, memory, places, setting

PROMISED = ("run", "up", "down", "status", "setup", "test", "prove", "bench", "demo")


def launch(*words: str, home: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """The launcher as a bare Python runs it: no site-packages."""
    environment = {"PATH": os.environ["PATH"], "PORTALE_HOME": str(home), **more}
    return subprocess.run(
        [sys.executable, "-S", "-m", "portal.launcher", *words],
        cwd=places.PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_launcher_needs_nothing_installed(home: Path) -> None:
    answer = launch("status", home=home)
    assert (answer.returncode, answer.stdout, answer.stderr) == (1, "Nothing is running.\n", "")


def test_down_with_nothing_to_stop_is_well(home: Path) -> None:
    answer = launch("down", home=home)
    assert (answer.returncode, answer.stdout) == (0, "Nothing is running.\n")


def test_a_busy_port_is_said_in_words(home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        answer = launch("run", home=home, PORT=str(port))
    assert answer.returncode == 1
    assert f"Port {port} is in use by another program." in answer.stdout
    assert f"make run PORT={port + 1}" in answer.stdout


def test_an_unknown_command_lists_the_known(home: Path) -> None:
    answer = launch("fly", home=home)
    assert answer.returncode == 2
    assert "run|up|down|status" in answer.stdout


def test_an_unknown_proof_lists_the_known(home: Path) -> None:
    answer = launch("prove", "nonsense", home=home)
    assert answer.returncode == 1
    assert "There is no prove-nonsense." in answer.stdout


def test_the_makefile_has_every_promised_command() -> None:
    rules = re.findall(r"^([a-z][a-z ]+):", (places.PROJECT / "Makefile").read_text(), flags=re.MULTILINE)
    assert {name for rule in rules for name in rule.split()} == {*PROMISED, "lock"}


def test_given_servers_are_used_and_none_is_started(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql:///given")
    monkeypatch.setenv("REDIS_URL", "redis://given/0")
    monkeypatch.setenv("SMTP_URL", "smtp://given")
    for name in ("PORT", "PUBLIC_URL", "SECRET_KEY", "SIGNING_KEY", "VAULT_KEYS"):
        monkeypatch.delenv(name, raising=False)
    chosen = setting.choose()
    assert (chosen["DATABASE_URL"], chosen["REDIS_URL"], chosen["SMTP_URL"]) == (
        "postgresql:///given",
        "redis://given/0",
        "smtp://given",
    )
    assert chosen["PUBLIC_URL"] == "http://127.0.0.1:8000"
    remembered = memory.read()
    assert remembered.keys() == {"PORT", "PUBLIC_URL", "PORTALE_DEMO", "SECRET_KEY", "SIGNING_KEY", "VAULT_KEYS"}
    assert Settings.model_validate({name.lower(): value for name, value in chosen.items()}).vault_keys


def test_what_was_given_in_the_open_is_remembered_for_other_terminals(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "SMTP_URL"):
        monkeypatch.setenv(name, "given://elsewhere")
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("PORTALE_DEMO", "0")
    monkeypatch.setenv("SECRET_KEY", "a secret that the operator keeps to himself")
    monkeypatch.delenv("SIGNING_KEY", raising=False)
    monkeypatch.setenv("VAULT_KEYS", f"operator:{'o' * 43}")
    monkeypatch.delenv("PUBLIC_URL", raising=False)
    setting.choose()
    assert memory.read() | {"SECRET_KEY": "", "SIGNING_KEY": "", "VAULT_KEYS": ""} == {
        "PORT": "9000",
        "PUBLIC_URL": "http://127.0.0.1:9000",
        "PORTALE_DEMO": "0",
        "SECRET_KEY": "",
        "SIGNING_KEY": "",
        "VAULT_KEYS": "",
    }
    assert memory.read()["SECRET_KEY"] != "a secret that the operator keeps to himself"
    assert "operator:" not in memory.read()["VAULT_KEYS"]


def test_the_page_of_settings_is_the_settings() -> None:
    assert configuration.PAGE.read_text() == configuration.page()
