"""`portale missions`: keys of the vault, and forgetting by hand."""

from uuid import UUID

import click

from portal.db import configure, transaction
from portal.missions import service


@click.group()
def missions() -> None:
    """Missions abroad, and what is known of their travellers."""


@missions.command("rotate-keys")
def rotate_keys() -> None:
    """Wrap every traveller's key under the newest of VAULT_KEYS. Safe to run twice, and while the portal runs.

    Put the new key first in VAULT_KEYS and restart, run this, then take the old key away.
    """
    configure()
    after: UUID | None = None
    done = 0
    while True:
        with transaction() as session:
            after, some = service.rotate(session, after=after)
        done += some
        if after is None:
            break
    click.echo(f"{done} keys wrapped anew")
