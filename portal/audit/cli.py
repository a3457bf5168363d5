"""Operators' commands of the audit."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal import db
from portal.audit import queries
from portal.audit.rules import Tip

BROKEN, NOT_UNDERSTOOD = 1, 2


@click.group()
def audit() -> None:
    """The chain of what was done."""


def _stop(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(NOT_UNDERSTOOD)


@contextmanager
def _reading() -> Iterator[Session]:
    """A session on the configured database, given back at the end."""
    try:
        engine = db.configure()
    except ValidationError as error:
        _stop("the settings are not complete: " + ", ".join(str(fault["loc"][0]).upper() for fault in error.errors()))
    try:
        with db.transaction() as session:
            yield session
    except SQLAlchemyError as error:
        _stop(f"the database did not answer: {type(error).__name__}")
    finally:
        db.session.remove()
        engine.dispose()


def _kept(path: Path) -> Tip:
    """The end of the chain in a file written by `portale audit head`."""
    try:
        content = json.loads(path.read_bytes())
        return Tip(int(content["seq"]), str(content["hash"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        _stop(f"{path}: not a head as `portale audit head` writes it ({type(error).__name__}: {error})")


@audit.command("head")
def head() -> None:
    """Print the end of the chain, to be kept where the database's owner cannot reach it."""
    with _reading() as session:
        tip = queries.head(session)
    click.echo(json.dumps({"seq": tip.seq, "hash": tip.hash}))


@audit.command("verify")
@click.option("--head", "kept", type=click.Path(path_type=Path), help="A head kept before, as `audit head` printed it.")
def verify(kept: Path | None) -> None:
    """Recompute the chain. Exit 0 it holds, 1 it does not, 2 it could not be read."""
    known = _kept(kept) if kept else None
    with _reading() as session:
        found = queries.verify(session, known=known)
    answer = {"holds": found.holds, "entries": found.entries, "head": {"seq": found.tip.seq, "hash": found.tip.hash}}
    if not found.holds:
        answer |= {"broken": found.broken, "why": found.why}
    click.echo(json.dumps(answer))
    sys.exit(0 if found.holds else BROKEN)
