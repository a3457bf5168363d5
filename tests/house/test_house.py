"""The house keeps its shape: each test says the cure."""

import ast
import importlib
import re
import tomllib
from dataclasses import fields
from inspect import signature
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from celery import Celery
from flask import Flask
from sqlalchemy import Engine

from portal.app import SLICES
from portal.kernel.events import Event
from workers import queues
from workers.schedule import SCHEDULE
from workers.subscriptions import IGNORED, SUBSCRIPTIONS

ROOT = Path(__file__).resolve().parents[2]
PORTAL = ROOT / "portal"
NOT_SLICES = {"adapters", "demo", "kernel", "launcher", "translations", "web"}
ROOMS = {
    "__init__", "api", "cli", "cli_size", "events", "forms", "models", "permissions", "queries", "rules", "service",
    "views",
}  # fmt: skip


def _slices() -> set[str]:
    return {folder.name for folder in PORTAL.iterdir() if (folder / "__init__.py").exists()} - NOT_SLICES


def _contracts() -> list[dict[str, list[str]]]:
    contracts: list[dict[str, list[str]]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"][
        "importlinter"
    ]["contracts"]
    return contracts


def _events() -> dict[str, type[Event]]:
    for room in PORTAL.glob("*/events.py"):
        importlib.import_module(f"portal.{room.parent.name}.events")
    return {kind.name: kind for kind in Event.__subclasses__() if kind.__module__.startswith("portal.")}


@pytest.fixture(scope="module")
def celery() -> Celery:
    app: Celery = importlib.import_module("workers.main").app
    app.loader.import_default_modules()
    return app


def test_every_slice_is_in_the_application_and_in_both_contracts():
    """Add the slice to portal/app.py and to both layer contracts of pyproject.toml."""
    across, inside = _contracts()[:2]
    layers = {name.strip() for layer in across["layers"] for name in layer.split("|")}

    assert _slices() == set(SLICES)
    assert {f"portal.{name}" for name in _slices()} <= layers
    assert {f"portal.{name}" for name in _slices()} == set(inside["containers"])


def test_every_slice_has_the_same_rooms():
    """Put the code in the room that house rules give it; a new kind of room needs a decision record."""
    found = {
        f"{name}/{path.stem}"
        for name in _slices()
        for path in (PORTAL / name).iterdir()
        if (path.suffix == ".py" or path.is_dir()) and path.name not in {"__pycache__", "data"}
    }
    odd = {room for room in found if room.split("/")[1] not in ROOMS}

    assert odd == ODD_ROOMS


# rooms of one slice only, each with its reason in the module's first line
ODD_ROOMS: set[str] = {
    "documents/docx",
    "documents/downloads",
    "documents/inspection",
    "documents/inspectors",
    "documents/reading",
    "documents/rendering",
    "documents/sheets",
    "notifications/mailbox",
    "notifications/sink",
}


def test_every_slice_says_what_it_owns_and_what_it_does_not():
    for name in _slices():
        first = ast.get_docstring(ast.parse((PORTAL / name / "__init__.py").read_text())) or ""
        assert "Not here:" in first, name


def test_only_the_database_module_commits():
    """Open `transaction()` at the edge instead; verbs flush."""
    committing = {
        str(path.relative_to(ROOT))
        for tree in ("portal", "workers")
        for path in (ROOT / tree).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    }
    assert committing == {"portal/db.py"}


def test_verbs_are_told_who_and_when():
    """Take `by` and `now` as arguments: the edge knows the user and reads the clock once."""
    asking = re.compile(r"\bcurrent_user\b|\butcnow\(\)|datetime\.now\(|date\.today\(")
    guilty = [
        str(path.relative_to(ROOT))
        for name in _slices()
        for room in ("service", "rules", "queries", "permissions")
        for path in [*PORTAL.glob(f"{name}/{room}.py"), *PORTAL.glob(f"{name}/{room}/*.py")]
        if asking.search(path.read_text())
    ]
    assert guilty == []


def test_every_event_is_heard_or_ignored_with_a_reason():
    """Add a line to workers/subscriptions.py."""
    heard = set(SUBSCRIPTIONS) | set(IGNORED)

    assert set(_events()) == heard
    assert not set(SUBSCRIPTIONS) & set(IGNORED)


def test_every_subscriber_and_every_scheduled_task_exists(celery: Celery):
    wanted = {task for tasks in SUBSCRIPTIONS.values() for task in tasks} | {e["task"] for e in SCHEDULE.values()}

    assert wanted - set(celery.tasks) == set()


def test_every_listener_takes_what_its_event_carries(celery: Celery):
    """The relay calls each with the event's name and fields: one that can't take them would do nothing, ever."""
    for name, kind in _events().items():
        carried = dict.fromkeys(["event", *(field.name for field in fields(kind))])
        for task in SUBSCRIPTIONS.get(name, ()):
            signature(celery.tasks[task].run).bind(**carried)


def test_every_queue_is_consumed(celery: Celery):
    used = {route["queue"] for route in queues.ROUTES.values()} | {e["options"]["queue"] for e in SCHEDULE.values()}

    assert used <= set(queues.ALL) == {queue.name for queue in celery.conf.task_queues}


def test_template_folders_are_slices():
    known = {"layouts", "ui", "emails", "documents", "errors", "web"}
    assert {folder.name for folder in (ROOT / "templates").iterdir() if folder.is_dir()} <= _slices() | known


def test_migrations_have_one_head_and_import_no_portal_code():
    script = ScriptDirectory.from_config(Config(str(ROOT / "migrations" / "alembic.ini")))

    assert len(script.get_heads()) == 1
    for version in (ROOT / "migrations" / "versions").glob("*.py"):
        assert "portal" not in re.sub(r"portale_app|'portal", "", version.read_text()), version.name


def test_migrations_make_exactly_the_tables_of_the_models(database_url: str, app: Flask):
    config = Config(str(ROOT / "migrations" / "alembic.ini"))
    config.attributes["url"] = database_url.replace("postgresql://", "postgresql+psycopg://", 1)

    command.check(config)


def test_nothing_names_a_registry_or_a_machine(engine: Engine):
    """Locks carry hashes and no address; paths of one machine stay on it."""
    lock = (ROOT / "requirements.lock").read_text() + (ROOT / "requirements-dev.lock").read_text()
    assert "--index-url" not in lock
    assert "--find-links" not in lock
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()
