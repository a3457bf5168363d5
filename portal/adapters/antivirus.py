"""Antivirus: ClamAV's daemon over TCP, or none, plainly."""

import socket
import struct
from pathlib import Path
from urllib.parse import urlsplit

from portal.config import get_settings
from portal.kernel.ports import Scanner

CHUNK = 1 << 16
TIMEOUT = 10.0


class NullScanner:
    """No antivirus: everything is clean at once. `portale doctor` says so."""

    def scan(self, path: Path) -> None:
        """Find nothing."""


class Clamd:
    """clamd by its INSTREAM command: the bytes are sent, so the daemon may live elsewhere."""

    def __init__(self, host: str, port: int, *, timeout: float = TIMEOUT) -> None:
        self.address = (host, port)
        self.timeout = timeout

    def scan(self, path: Path) -> str | None:
        """The name of what was found, or None; raises ConnectionError when nobody is there to look."""
        try:
            answer = self._ask(path)
        except OSError as fault:
            msg = f"clamd at {self.address}: {fault}"
            raise ConnectionError(msg) from fault
        match answer.removeprefix("stream: ").rsplit(" ", 1):
            case ["OK"]:
                return None
            case [name, "FOUND"]:
                return name
        msg = f"clamd answered {answer[:200]!r}"
        raise ConnectionError(msg)

    def ping(self) -> None:
        """Raise ConnectionError unless a daemon answers."""
        try:
            with socket.create_connection(self.address, timeout=self.timeout) as line:
                line.sendall(b"zPING\0")
                answer = line.recv(64)
        except OSError as fault:
            msg = f"clamd at {self.address}: {fault}"
            raise ConnectionError(msg) from fault
        if answer.rstrip(b"\0\n") != b"PONG":
            msg = f"clamd answered {answer!r}"
            raise ConnectionError(msg)

    def _ask(self, path: Path) -> str:
        with socket.create_connection(self.address, timeout=self.timeout) as line, path.open("rb") as content:
            line.sendall(b"zINSTREAM\0")
            while chunk := content.read(CHUNK):
                line.sendall(struct.pack("!I", len(chunk)) + chunk)
            line.sendall(struct.pack("!I", 0))
            answer = b""
            while not answer.endswith(b"\0") and (part := line.recv(4096)):
                answer += part
        return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def scanner(url: str) -> Scanner:
    """The antivirus at `url` (`tcp://host:port`); an empty one is none. Raises ValueError for another scheme."""
    if not url:
        return NullScanner()
    parts = urlsplit(url)
    if parts.scheme != "tcp" or not parts.hostname:
        msg = "CLAMD_URL: write tcp://host:port"
        raise ValueError(msg)
    return Clamd(parts.hostname, parts.port or 3310)


def configured() -> Scanner:
    """The antivirus that the settings name."""
    return scanner(get_settings().clamd_url)
