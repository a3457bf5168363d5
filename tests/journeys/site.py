"""A whole portal of its own: database, demonstration, web server. Started once, used by every journey."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from portal.launcher.content import OPEN_IN_DEMO

ROOT = Path(__file__).resolve().parents[2]
PORTALE = [sys.executable, "-c", "from portal.cli import main; main()"]
PATIENCE = 60


@dataclass(frozen=True)
class Site:
    """Where it answers, who may sign in, and what its processes are told."""

    url: str
    accounts: list[dict[str, str]]
    environment: dict[str, str]
    home: Path

    def account(self, role: str) -> dict[str, str]:
        """The first demonstration account of this role: `email`, `password`."""
        return next(account for account in self.accounts if account["role"] == role)


@contextmanager
def database(server: str) -> Iterator[str]:
    """An empty database beside `server`'s own, dropped at the end."""
    url = make_url(server).set(drivername="postgresql")
    name = f"portale_site_{secrets.token_hex(4)}"
    admin = url.render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(Identifier(name)))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(command: list[str], environment: dict[str, str]) -> None:
    """One step of the set-up; its words come with the failure."""
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(command[-6:])}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    message = f"the portal did not answer:\n{log.read_text()[-3000:]}"
    raise AssertionError(message)


@contextmanager
def site(server: str, home: Path, *, stage: str, companies: int) -> Iterator[Site]:
    """A portal with the real calls and a demonstration up to `stage`, answering on loopback."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    with database(server) as database_url:
        environment = os.environ | {
            "DATABASE_URL": database_url,
            "PORTALE_HOME": str(home),
            "PORTALE_DEMO": "1",
            "PUBLIC_URL": url,
            "PORT": str(port),
            "SECRET_KEY": secrets.token_hex(32),
            "VAULT_KEYS": f"site:{secrets.token_urlsafe(32)}",
            "SIGNING_KEY": secrets.token_urlsafe(32),
        }
        run([sys.executable, "-m", "alembic", "-c", "migrations/alembic.ini", "upgrade", "head"], environment)
        for path in sorted((ROOT / "portal" / "calls" / "data").glob("*.yaml")):
            shown = ["--publish", *(["--shift-to-now"] if path.stem in OPEN_IN_DEMO else [])]
            run([*PORTALE, "call", "import", str(path), *shown], environment)
        run([*PORTALE, "demo", "accounts"], environment)
        run([*PORTALE, "demo", "fill", "--stage", stage, "--companies", str(companies)], environment)
        accounts = json.loads((home / "demo-accounts.json").read_text())
        log = home / "web.log"
        command = [sys.executable, "-m", "gunicorn", "--workers", "1", "--threads", "4", "--bind", f"127.0.0.1:{port}"]
        with log.open("wb") as words:
            process = subprocess.Popen(
                [*command, "portal.app:create_app()"], cwd=ROOT, env=environment, stdout=words, stderr=words
            )
            try:
                _wait(url, process, log)
                yield Site(url, accounts, environment, home)
            finally:
                process.terminate()
                process.wait(timeout=20)
