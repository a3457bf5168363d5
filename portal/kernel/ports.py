"""Ports: what the core asks of the outside, each with a Null that does nothing, plainly."""

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import BinaryIO, Protocol


class FileStore(Protocol):
    """Bytes by their SHA-256."""

    def put(self, stream: BinaryIO) -> tuple[str, int]:
        """Keep the stream durably; answers (sha256, size). Keeping the same bytes twice is one file."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """Open for reading; raises FileNotFoundError."""
        ...

    def path(self, sha256: str) -> Path:
        """A local path to read from; raises FileNotFoundError."""
        ...

    def delete(self, sha256: str) -> None:
        """Forget the bytes; silent if they are not there."""
        ...

    def all(self) -> Iterator[str]:
        """Every hash kept."""
        ...


class Mailer(Protocol):
    """Sends one message; raises what `adapters.mail` documents."""

    def send(self, message: EmailMessage) -> str:
        """Send; answers what the server said."""
        ...


class Scanner(Protocol):
    """Looks for malware."""

    def scan(self, path: Path) -> str | None:
        """The name of what was found, or None; raises ConnectionError when nobody is there to look."""
        ...
