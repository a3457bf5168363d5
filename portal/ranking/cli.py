"""Operators' and strangers' commands on rankings."""

from typing import BinaryIO

import click

from portal.ranking import rules


@click.group()
def ranking() -> None:
    """Rankings: check a published one, from its file alone."""


@ranking.command("verify")
@click.argument("file", type=click.File("rb"))
def verify(file: BinaryIO) -> None:
    """Recompute a published ranking's order, outcomes and hash from FILE (- for standard input).

    Exit 0: it holds. 1: it doesn't, and the first difference is said. 2: the file is not a published ranking.
    """
    content = file.read()
    try:
        difference = rules.verify(content)
        published, digest = rules.read(content)
    except rules.Unreadable as fault:
        click.echo(f"{file.name}: {fault}", err=True)
        raise SystemExit(2) from fault
    if difference:
        click.echo(f"does not hold: {difference}")
        raise SystemExit(1)
    click.echo(
        f"holds: {published.call.code} version {published.call.version}, ranking {published.ranking.version}, "
        f"{len(published.entries)} ranked, {len(published.not_admitted)} not admitted, sha256 {digest}"
    )
