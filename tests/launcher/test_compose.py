"""docker-compose.yml and Dockerfile agree with the settings, the queues and the programs."""

import os
import re
import shutil
import subprocess

import pytest
from ruamel.yaml import YAML

from portal.config import Settings
from portal.launcher import places, programs
from workers import queues

COMPOSE = YAML(typ="safe").load((places.PROJECT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "mailer", "solver", "scheduler")
WORKERS = ("worker", "mailer", "solver")
SETTINGS = {name.upper(): field for name, field in Settings.model_fields.items()}
NEEDED = ("SECRET_KEY", "SIGNING_KEY", "VAULT_KEYS", "POSTGRES_PASSWORD", "VALKEY_PASSWORD", "PUBLIC_URL", "SMTP_URL")


def test_the_services_are_those_that_make_run_starts() -> None:
    started = {service.name for service in programs.services({})} - {"mail"}
    assert set(SERVICES) == started | {"migrate", "database", "broker"}


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting_and_every_required_setting_is_given(name: str) -> None:
    given = SERVICES[name]["environment"].keys()
    assert given - SETTINGS.keys() == set()
    assert {key for key, field in SETTINGS.items() if field.is_required()} - given == set()
    assert SERVICES[name]["environment"]["PORTALE_DEMO"] == "0"


def test_every_queue_has_a_worker_and_no_worker_an_unknown_queue() -> None:
    taken = [re.findall(r"--queues=(\S+)", SERVICES[name]["command"])[0] for name in WORKERS]
    assert sorted(queue for names in taken for queue in names.split(",")) == sorted(queues.ALL)
    started = [word for one in programs.services({}) for word in one.command if word.startswith("--queues=")]
    assert started == [f"--queues={names}" for names in taken]


def test_programs_are_started_as_on_one_machine() -> None:
    commands = {one.name: " ".join(one.command[2:]) for one in programs.services({})}
    assert SERVICES["web"]["command"] == f".venv/bin/{commands['web']}"
    assert all(SERVICES[name]["command"].startswith(".venv/bin/celery -A workers.main:app") for name in WORKERS)


def test_images_are_versions_and_ours_is_built_here() -> None:
    images = {name: one["image"] for name, one in SERVICES.items()}
    assert {images[name] for name in OURS} == {"portale-export:${PORTALE_VERSION:-local}"}
    foreign = {name: image for name, image in images.items() if name not in OURS}
    assert {name: image.split(":")[0] for name, image in foreign.items()} == {
        "database": "postgres",
        "broker": "valkey/valkey",
    }
    assert all(re.fullmatch(r"[a-z/]+:\d+(\.\d+)+", image) for image in foreign.values())


def test_the_image_holds_the_programs_where_compose_looks() -> None:
    text = (places.PROJECT / "Dockerfile").read_text()
    assert re.findall(r"^FROM (\S+)", text, flags=re.MULTILINE) == ["python:3.11-slim", "python:3.11-slim"]
    assert "portal.launcher install" in text
    assert re.findall(r"^(?:USER|WORKDIR) (\S+)", text, flags=re.MULTILINE)[-2:] == ["/srv/portale", "portale"]


def test_the_client_reads_it() -> None:
    client = next((one for one in (["docker", "compose"], ["docker-compose"]) if _answers(one)), None)
    if client is None:
        pytest.skip("no Docker Compose client on this machine")
    environment = {"PATH": os.environ["PATH"], **dict.fromkeys(NEEDED, "x")}
    command = [*client, "-f", str(places.PROJECT / "docker-compose.yml"), "config", "--quiet"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    without = subprocess.run(command, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False)
    assert without.returncode != 0


def _answers(client: list[str]) -> bool:
    if shutil.which(client[0]) is None:
        return False
    return subprocess.run([*client, "version"], capture_output=True, check=False).returncode == 0
