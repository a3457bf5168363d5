"""`portale demo`: sign-ins, firms and their story, and the sink that keeps every message."""

import click
from flask import Flask

from portal.app import create_app
from portal.config import get_settings
from portal.db import transaction
from portal.demo.people import make_accounts
from portal.demo.stages import Stage, fill
from portal.kernel.clock import utcnow
from portal.kernel.errors import DomainError
from portal.notifications.sink import mail_sink

WIDTHS = (9, 40)
CALLS = ("EXPORT-SU-MISURA-2025", "UZBEKISTAN-2025")


def _app() -> Flask:
    if not get_settings().demo:
        msg = "PORTALE_DEMO is not 1: a demonstration would write invented firms among real ones"
        raise click.UsageError(msg)
    return create_app()


@click.group()
def demo() -> None:
    """The demonstration. Nothing of it runs where PORTALE_DEMO is 0."""


@demo.command()
def accounts() -> None:
    """Make the sign-ins of every role, once, and print them."""
    with _app().app_context():
        file = get_settings().home / "demo-accounts.json"
        is_first = not file.exists()
        with transaction() as session:
            made = make_accounts(session, file, now=utcnow())
        if not is_first:
            click.echo(f"sign-ins: {file}")
            return
        for one in made:
            click.echo(f"{one['role']:<{WIDTHS[0]}}  {one['email']:<{WIDTHS[1]}}  {one['password']}")


@demo.command("fill")
@click.option("--stage", type=click.Choice([one.value for one in Stage]), default=Stage.RANKED.value, show_default=True)
@click.option("--companies", type=click.IntRange(1, 20_000), default=20, show_default=True)
@click.option("--call", "codes", multiple=True, help=f"The code of an open call; {CALLS[0]}, and all when awarded.")
def fill_(stage: str, companies: int, codes: tuple[str, ...]) -> None:
    """Take plausible firms through calls, COMPANIES each, as far as STAGE."""
    with _app().test_request_context():
        try:
            for code in codes or (CALLS if Stage(stage).reaches(Stage.AWARDED) else CALLS[:1]):
                click.echo(code)
                fill(code, Stage(stage), how_many=companies, say=click.echo)
        except DomainError as refusal:
            click.echo(str(refusal), err=True)
            raise SystemExit(2) from refusal


demo.add_command(mail_sink, "mail-sink")
