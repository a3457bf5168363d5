"""Operators' commands of the accounts."""

import sys
from typing import NoReturn

import click
from pydantic import ValidationError

from portal import db
from portal.accounts import service
from portal.accounts.rules import WeakPassword
from portal.kernel.clock import utcnow
from portal.kernel.values import is_pec

NOT_UNDERSTOOD = 2


@click.group()
def accounts() -> None:
    """People who sign in."""


@accounts.command("create-admin")
@click.argument("email")
@click.option("--name", "full_name", prompt="Full name", help="First name and surname.")
@click.password_option(help="Asked for when not given; at least 12 characters.")
def create_admin(email: str, full_name: str, password: str) -> None:
    """Make the administrator of a fresh installation, or give EMAIL a new password and that role."""
    if not is_pec(email):
        _stop(f"EMAIL: {email} is not an e-mail address")
    try:
        engine = db.configure()
    except ValidationError as error:
        _stop("the settings are not complete: " + ", ".join(str(fault["loc"][0]).upper() for fault in error.errors()))
    try:
        with db.transaction() as session:
            service.create_admin(session, email=email, full_name=full_name, password=password, now=utcnow())
    except WeakPassword:
        _stop("PASSWORD: at least 12 characters, without the name, the address or words such as `password`")
    finally:
        db.session.remove()
        engine.dispose()
    click.echo(f"{email} is an administrator and can sign in.")


def _stop(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(NOT_UNDERSTOOD)
