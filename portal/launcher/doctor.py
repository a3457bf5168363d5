"""`portale doctor`: what is wrong with an installation, one line each, with the cure."""

import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import click
import redis
from pydantic import ValidationError
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from portal.adapters.antivirus import Clamd, scanner
from portal.adapters.mail import SmtpMailer
from portal.config import Settings, get_settings
from portal.launcher import places
from portal.launcher.supervisor import running

LEAST_VERSION = 150000
LEAST_SPACE = 1_000_000_000


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `cure` is empty where it is well."""

    name: str
    words: str
    cure: str = ""


def settings() -> Iterator[Finding]:
    """The settings can be read."""
    try:
        get_settings()
    except ValidationError as error:
        for one in error.errors():
            name = str(one["loc"][0]).upper() if one["loc"] else "settings"
            yield Finding(name, one["msg"], "Set it in the environment; docs/configuration.md lists all names.")
    else:
        yield Finding("settings", "complete")


def database(known: Settings) -> Iterator[Finding]:
    """The database answers, is new enough, and stands at the last migration."""
    cure = "make up starts one, or set DATABASE_URL to one that answers."
    engine = create_engine(known.sqlalchemy_url, connect_args={"connect_timeout": 3})
    try:
        with engine.connect() as connection:
            version = int(connection.scalar(text("SHOW server_version_num")) or 0)
            too_old = version < LEAST_VERSION
            yield Finding(
                "database", f"PostgreSQL {version // 10000}", "PostgreSQL 15 or later is needed." if too_old else ""
            )
            has_table = connection.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL"))
            found = connection.scalar(text("SELECT version_num FROM alembic_version")) if has_table else None
            head = _head()
            stale = "" if found == head else "alembic -c migrations/alembic.ini upgrade head"
            yield Finding("migrations", f"at {found}, last is {head}", stale)
    except SQLAlchemyError as error:
        yield Finding("database", str(error).splitlines()[0], cure)
    finally:
        engine.dispose()


def _head() -> str:
    names = sorted(path.stem for path in (places.PROJECT / "migrations" / "versions").glob("[0-9]*.py"))
    return names[-1] if names else ""


def broker(known: Settings) -> Iterator[Finding]:
    """The broker answers and forgets nothing by itself."""
    try:
        client = redis.Redis.from_url(known.redis_url, socket_connect_timeout=3, socket_timeout=3)
        info = client.info()
        policy = str(info.get("maxmemory_policy", ""))
        bad = (
            "" if policy == "noeviction" else "Set maxmemory-policy noeviction: an evicted task waits for the sweeper."
        )
        yield Finding("broker", f"answers, maxmemory-policy {policy}", bad)
    except (redis.RedisError, OSError, ValueError) as error:
        yield Finding("broker", str(error), "make up starts one, or set REDIS_URL to one that answers.")


def storage(known: Settings) -> Iterator[Finding]:
    """State can be written, and there is room for it."""
    home = known.home
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / ".doctor"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        yield Finding("storage", str(error), f"Make {home} writable, or set PORTALE_HOME.")
        return
    free = shutil.disk_usage(home).free
    full = "" if free > LEAST_SPACE else "Free some space: submissions are refused when the disk is full."
    yield Finding("storage", f"{free // 1_000_000_000} GB free in {home}", full)


def mail(known: Settings) -> Iterator[Finding]:
    """Somebody takes messages."""
    cure = "Messages wait and are tried again for a day: set SMTP_URL to a server that answers."
    try:
        server = SmtpMailer(known.smtp_url)
        with socket.create_connection((server.host, server.port), timeout=3):
            yield Finding("mail", f"{server.host}:{server.port} answers")
    except (OSError, ValueError) as error:
        yield Finding("mail", str(error), cure)


def antivirus(known: Settings) -> Iterator[Finding]:
    """Files are looked at, or plainly are not."""
    try:
        chosen = scanner(known.clamd_url)
        if isinstance(chosen, Clamd):
            chosen.ping()
        yield Finding("antivirus", "clamd answers" if known.clamd_url else "none: every uploaded file counts as clean")
    except (OSError, ValueError) as error:
        yield Finding("antivirus", str(error), "Files wait and cannot be read: start clamd, or set CLAMD_URL.")


def parts(_known: Settings) -> Iterator[Finding]:
    """What set-up leaves in the project."""
    vendor = places.PROJECT / "static" / "vendor"
    yield Finding("assets", "installed" if vendor.is_dir() else "missing", "" if vendor.is_dir() else "make setup")
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    yield Finding("browser", browser or "no Chromium: browser tests are skipped")


def processes(_known: Settings) -> Iterator[Finding]:
    """What `make up` started still runs."""
    known = running()
    if known is None:
        yield Finding("processes", "none started by make run or make up")
        return
    for name, one in known.services.items():
        yield Finding(name, f"pid {one.pid}", "" if one.is_alive else "make down, then make up")


LOOKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    database,
    broker,
    storage,
    mail,
    antivirus,
    parts,
    processes,
)


@click.command()
def doctor() -> None:
    """Say what is wrong with this installation; exit 1 if anything is."""
    findings = list(settings())
    if not any(one.cure for one in findings):
        for look in LOOKS:
            findings += look(get_settings())
    for one in findings:
        click.echo(f"{'!!' if one.cure else 'ok'}  {one.name:<12} {one.words}")
        if one.cure:
            click.echo(f"      -> {one.cure}")
    raise SystemExit(1 if any(one.cure for one in findings) else 0)
