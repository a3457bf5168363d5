"""`portale eligibility`: the rules of a call over facts, without a database."""

import json
from pathlib import Path
from typing import BinaryIO

import click

from portal.calls.rules.content import CallContent
from portal.calls.rules.yaml_io import Malformed, load, shipped
from portal.eligibility.rules.assess import assess
from portal.eligibility.rules.facts import Facts
from portal.kernel.reading import Unreadable, read
from portal.kernel.text import canonical_json


@click.group()
def eligibility() -> None:
    """Check firms against the rules of a call."""


@eligibility.command("check")
@click.option("--call", "code", required=True, help="The call's code, or a YAML file.")
@click.argument("file", type=click.File("rb"), default="-")
def check(code: str, file: BinaryIO) -> None:
    """Judge the facts in FILE (standard input by default) and write the report as one line of JSON.

    Exit 0: judged, whatever the verdict. 2: input not understood; one sentence on standard error names the field.
    """
    try:
        content = _call(code)
        facts = read(Facts, file.read())
    except (Unreadable, Malformed, OSError) as fault:
        click.echo(str(fault), err=True)
        raise SystemExit(2) from fault
    except KeyError as fault:
        click.echo(f"--call: no call has the code {code}", err=True)
        raise SystemExit(2) from fault
    click.echo(canonical_json(assess(content, facts).as_json()))


@eligibility.command("schema")
def schema() -> None:
    """Write the JSON Schema of the facts that `check` reads."""
    click.echo(json.dumps(Facts.model_json_schema(), ensure_ascii=False, indent=1, sort_keys=True))


def _call(code: str) -> CallContent:
    return load(Path(code)) if code.endswith((".yaml", ".yml")) else shipped(code)
