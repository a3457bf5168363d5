"""Writes docs/configuration.md from the settings: `.venv/bin/python -m portal.launcher.configuration`."""

from pydantic.fields import FieldInfo

from portal.config import PROJECT, Settings
from portal.launcher import places

PAGE = places.PROJECT / "docs" / "configuration.md"
INTRODUCTION = """# Configuration

Everything that an operator may set is an environment variable, read in one place (`portal/config.py`). What the
environment does not say is looked for in `portale.env` under `PORTALE_HOME`, where `make run` writes what it chose;
what stands in neither has the default below. A required one that is missing stops the start, with its name.

| variable | default | meaning |
|---|---|---|
"""
LAUNCHER = """
Given `DATABASE_URL` or `REDIS_URL`, `make run` and `make test` use that server and start none. `make run` and
`make up` make a demonstration (`PORTALE_DEMO=1`) unless told otherwise; everything else defaults to production.

This page is written by `.venv/bin/python -m portal.launcher.configuration`; a test holds it to the code.
"""


def row(name: str, field: FieldInfo) -> str:
    """One line of the table."""
    default = str(field.default).replace(f"{PROJECT}/", "")
    words = "**required**" if field.is_required() else f"`{default}`" if default else "empty"
    return f"| `{name.upper()}` | {words} | {field.description} |\n"


def page() -> str:
    """The whole page."""
    return INTRODUCTION + "".join(row(name, field) for name, field in Settings.model_fields.items()) + LAUNCHER


if __name__ == "__main__":
    PAGE.write_text(page())
