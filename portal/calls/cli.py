"""`portale call`: calls in and out as YAML. Exit 0 done, 1 the call does not hold, 2 bad input."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from pydantic import ValidationError

from portal.calls.rules.clock import moved, weeks_to_open
from portal.calls.rules.content import CallContent
from portal.calls.rules.findings import Level
from portal.calls.rules.lint import lint as findings_of
from portal.calls.rules.yaml_io import SHIPPED, Malformed, dump, load
from portal.kernel.errors import DomainError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from portal.calls.models import Call

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
CODE = click.argument("code")
REASON = click.option(
    "--reason", default="", help="Why; stays in the call's history. Needed for all but the first version."
)


@click.group()
def call() -> None:
    """Calls as data: lint, import, publish, amend, export."""


@call.command("lint")
@FILE
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
def lint(file: Path, *, strict: bool) -> None:
    """Say what contradicts itself or is missing in the call in FILE. Needs no database."""
    found = findings_of(_load(file))
    for finding in found:
        click.echo(f"{finding.level.value}: {finding.say()}")
    wrong = [finding for finding in found if strict or finding.level is Level.ERROR]
    click.echo(f"{file.name}: {len(wrong)} to mend, {len(found) - len(wrong)} to consider")
    if wrong:
        raise SystemExit(1)


@call.command("import")
@FILE
@REASON
@click.option("--publish", is_flag=True, help="Publish it too, if it is not.")
@click.option(
    "--shift-to-now", is_flag=True, help="Demonstration: move the window by whole weeks so that it is open now."
)
def import_(file: Path, reason: str, *, publish: bool, shift_to_now: bool) -> None:
    """Bring in the call in FILE: new, a new version of a draft, or a corrigendum. The same content changes nothing."""
    from portal.calls import queries, service  # noqa: PLC0415 - lint needs no database
    from portal.calls.rules.status import CallStatus  # noqa: PLC0415

    content = _load(file)
    with _transaction() as (session, now):
        if shift_to_now:
            content, reason = _shifted(queries.find_by_code(session, content.code), content, now=now, reason=reason)
        made, outcome = service.import_(session, content, reason=reason, by=_who(), now=now)
        if publish and made.status is CallStatus.DRAFT:
            service.publish(session, made.id, by=_who(), now=now)
        service.tick(session, now=now)
        click.echo(
            f"{made.code}: {outcome.value}, {made.status.value}, {made.opens_at:%Y-%m-%d} to {made.closes_at:%Y-%m-%d}"
        )


@call.command("amend")
@FILE
@REASON
def amend(file: Path, reason: str) -> None:
    """Put the call in FILE in force as a corrigendum; everybody concerned is told."""
    from portal.calls import queries, service  # noqa: PLC0415

    content = _load(file)
    with _transaction() as (session, now):
        there = queries.get_by_code(session, content.code)
        made = service.amend(session, there.id, content, reason=reason, by=_who(), now=now)
        click.echo(f"{made.code}: amended")


@call.command("publish")
@CODE
def publish(code: str) -> None:
    """Show the call to everybody; it opens by the clock."""
    from portal.calls import queries, service  # noqa: PLC0415

    with _transaction() as (session, now):
        made = service.publish(session, queries.get_by_code(session, code).id, by=_who(), now=now)
        service.tick(session, now=now)
        click.echo(f"{made.code}: {made.status.value}")


@call.command("export")
@CODE
@click.option("--version", "number", type=int, help="Of that number; else the one in force.")
def export(code: str, number: int | None) -> None:
    """Write the call as YAML on standard output."""
    from portal.calls import queries  # noqa: PLC0415
    from portal.kernel.errors import NotFound  # noqa: PLC0415

    with _transaction() as (session, _now):
        there = queries.get_by_code(session, code)
        version = queries.find_version(session, there.id, number) if number else there.version
        if version is None:
            raise NotFound
        click.echo(dump(queries.content_of(version)), nl=False)


@call.command("list")
def list_() -> None:
    """Say which calls there are, and which files come with the project."""
    from portal.calls import queries  # noqa: PLC0415

    with _transaction() as (session, _now):
        for seen in queries.all_calls(session):
            here = seen.call
            click.echo(
                f"{here.code}: {here.status.value}, {here.opens_at:%Y-%m-%d %H:%M} to {here.closes_at:%Y-%m-%d %H:%M}"
            )
    for path in sorted(SHIPPED.glob("*.yaml")):
        click.echo(f"file: {path}")


@call.command("tick")
def tick() -> None:
    """Open, close and remind by the database's clock, as the scheduler does. Safe to run twice."""
    from portal.calls import service  # noqa: PLC0415

    with _transaction() as (session, now):
        for line in service.tick(session, now=now):
            click.echo(line)


def _load(file: Path) -> CallContent:
    try:
        return load(file)
    except Malformed as malformed:
        for fault in malformed.faults:
            click.echo(f"{file.name}: {fault.say()}", err=True)
        raise SystemExit(2) from malformed


def _who() -> str:
    return f"cli:{getpass.getuser()}"


@contextmanager
def _transaction() -> Iterator[tuple["Session", datetime]]:
    """A transaction with the database's time; a refusal is one sentence and exit 1."""
    from portal import db  # noqa: PLC0415
    from portal.kernel.clock import db_now  # noqa: PLC0415

    try:
        engine = db.configure()
    except ValidationError as error:
        lacking = ", ".join(str(fault["loc"][0]).upper() for fault in error.errors())
        click.echo(f"the settings are not complete: {lacking}", err=True)
        raise SystemExit(2) from error
    try:
        with db.transaction() as session:
            yield session, db_now(session)
    except DomainError as refusal:
        click.echo(str(refusal), err=True)
        raise SystemExit(1) from refusal
    finally:
        db.session.remove()
        engine.dispose()


def _shifted(there: "Call | None", content: CallContent, *, now: datetime, reason: str) -> tuple[CallContent, str]:
    """The content moved so as to be open now; as it stands in the database if that is open already."""
    from portal.calls import queries  # noqa: PLC0415

    if there is not None and there.version is not None and there.opens_at <= now < there.closes_at:
        current = queries.content_of(there.version)
        days = (current.window.opens_at - content.window.opens_at).days
        kept = moved(content, weeks=round(days / 7))
        if kept.window == current.window:
            return kept, reason or "Aggiornamento della dimostrazione"
    weeks = weeks_to_open(content, now=now)
    why = f"Dimostrazione: finestra e date spostate di {weeks} settimane, perché quelle vere sono passate"
    return moved(content, weeks=weeks), reason or why
