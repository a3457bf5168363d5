"""A whole portal of its own for one measurement: servers, programs, content, in a home that goes at the end."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from benchmarks.rig import record
from portal.launcher import commands, content, places, postgres, programs, setting
from portal.launcher.supervisor import Supervisor

GIVEN = (
    "DATABASE_URL",
    "REDIS_URL",
    "SMTP_URL",
    "PUBLIC_URL",
    "SECRET_KEY",
    "SIGNING_KEY",
    "VAULT_KEYS",
    "STORAGE_URL",
)
OPENING_S = 60


class Installation:
    """`database`: settings of PostgreSQL. `programs_wanted`: which programs to run beside the servers."""

    def __init__(self, *programs_wanted: str, database: dict[str, str] | None = None) -> None:
        self.wanted = programs_wanted
        self.database = database or {}
        self.boss = Supervisor()

    def __enter__(self) -> Self:
        self.home = Path(tempfile.mkdtemp(prefix="portale-rig-"))
        self.home.chmod(0o755)
        for name in GIVEN:
            os.environ.pop(name, None)
        os.environ |= {"PORTALE_HOME": str(self.home), "PORT": str(free_port()), "PORTALE_DEMO": "1"}
        self.boss.listen()
        try:
            setting.start_servers(self.boss, **self.database)
            self.environment = setting.choose()
            content.prepare(self.environment)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        log = places.log("web")
        if error is not None and log.is_file():
            record.progress("\n".join(log.read_text(errors="replace").splitlines()[-60:]), at_once=True)
        self.boss.stop()
        if (self.home / "postgres").is_symlink():
            shutil.rmtree(postgres.place())
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def port(self) -> int:
        """Where the web listens."""
        return int(os.environ["PORT"])

    def start(self) -> None:
        """Start the programs wanted and wait until the web answers."""
        for service in programs.services(self.environment):
            if service.name in self.wanted:
                self.boss.start(service)
        if "web" in self.wanted and not self.boss.watch(until=commands.is_ready, patience=OPENING_S):
            raise TimeoutError(places.log("web").read_text()[-2000:])

    def watch(self, *, until: Callable[[], bool], patience: float) -> bool:
        """Let it run, restarting what dies, until something holds."""
        return self.boss.watch(until=until, patience=patience)

    def pid(self, name: str) -> int:
        """The process of a program now."""
        return self.boss.children[name].mark.pid

    def portale(self, *words: str) -> None:
        """Run an operator's command."""
        subprocess.run([*content.PORTALE, *words], env=self.environment, cwd=places.PROJECT, check=True)

    def rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """The answer of the database to its owner."""
        with psycopg.connect(self.environment["DATABASE_URL"], autocommit=True) as connection:
            cursor = connection.execute(statement, values)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []


def children(pid: int) -> Sequence[int]:
    """The processes that a process has started and that still run."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(one) for one in text.split()]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
