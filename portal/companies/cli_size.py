"""`portale sme`: the size of an enterprise, without a database."""

import json
from typing import BinaryIO

import click

from portal.companies.rules.enterprise import Enterprise
from portal.companies.rules.size import MissingFigures, size_of
from portal.kernel.reading import Unreadable, read


@click.group()
def sme() -> None:
    """The size of enterprises (Recommendation 2003/361/EC)."""


@sme.command("size")
@click.argument("file", type=click.File("rb"), default="-")
def size(file: BinaryIO) -> None:
    """Tell the size of the enterprise in FILE (standard input by default), as JSON, with every step.

    Exit 0: told. 2: the input is not understood; one sentence on standard error names the field.
    """
    try:
        result = size_of(read(Enterprise, file.read()))
    except (Unreadable, MissingFigures) as fault:
        click.echo(str(fault), err=True)
        raise SystemExit(2) from fault
    click.echo(json.dumps(result.as_json(), ensure_ascii=False, indent=1))
