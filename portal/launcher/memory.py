"""What this installation remembers: `portale.env` under home, readable by its owner only.

Generated secrets, chosen ports and the addresses made of them. `portal.config` reads the same file below the
environment, so that `.venv/bin/portale` finds the servers that `make up` started.
"""

import os
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

from portal.launcher import places


def path() -> Path:
    """The file itself."""
    return places.home() / "portale.env"


def read() -> dict[str, str]:
    """All that is remembered; empty at the first run."""
    if not path().is_file():
        return {}
    pairs = (line.partition("=") for line in path().read_text().splitlines() if "=" in line)
    return {name: value for name, _, value in pairs}


def remember(**values: str) -> None:
    """Add or replace values; the file is replaced whole, never half written."""
    known = read()
    if all(known.get(name) == value for name, value in values.items()):
        return
    write(path(), "".join(f"{name}={value}\n" for name, value in sorted({**known, **values}.items())))


def write(target: Path, text: str, mode: int = 0o600) -> None:
    """Write a file at once: readers see the old one or the new one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
    fresh.replace(target)


def secret(name: str, *, make: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> str:
    """A secret made once."""
    known = read().get(name)
    if known:
        return known
    remember(**{name: make()})
    return read()[name]


def is_free(port: int) -> bool:
    """Whether we could listen on a port of the loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def port(name: str) -> int:
    """The port remembered under a name, or another where somebody else took it."""
    known = read().get(name)
    if known and is_free(int(known)):
        return int(known)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        chosen = int(probe.getsockname()[1])
    remember(**{name: str(chosen)})
    return chosen
