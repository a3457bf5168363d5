"""The file store: bytes by their SHA-256, outside the web root."""

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from portal.config import get_settings

CHUNK = 1 << 18
WORK = "work"


class LocalFiles:
    """Files in a local folder, `ab/cdef…` for the hash `abcdef…`.

    A file appears whole or not at all: it is written beside, flushed to disk, then renamed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, stream: BinaryIO) -> tuple[str, int]:
        """Keep `stream` durably; answers (sha256, size). Raises OSError when the disk will not have it."""
        digest, size = hashlib.sha256(), 0
        draft = self.draft()
        try:
            with draft.open("wb") as out:
                while chunk := stream.read(CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            self._place(draft, digest.hexdigest())
        finally:
            draft.unlink(missing_ok=True)
        return digest.hexdigest(), size

    def draft(self) -> Path:
        """A new empty file on the same disk, for work in progress; `sweep_drafts` forgets it if its owner dies."""
        work = self.root / WORK
        work.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=work)
        os.close(handle)
        return Path(name)

    def open(self, sha256: str) -> BinaryIO:
        """Open for reading; raises FileNotFoundError."""
        return self._address(sha256).open("rb")

    def path(self, sha256: str) -> Path:
        """A local path to read from; raises FileNotFoundError."""
        address = self._address(sha256)
        if not address.is_file():
            raise FileNotFoundError(sha256)
        return address

    def delete(self, sha256: str) -> None:
        """Forget the bytes; silent if they are not there."""
        self._address(sha256).unlink(missing_ok=True)

    def all(self) -> Iterator[str]:
        """Every hash kept, in no order."""
        for folder in self.root.glob("[0-9a-f][0-9a-f]"):
            for file in folder.iterdir():
                yield folder.name + file.name

    def age(self, sha256: str) -> float:
        """Seconds since these bytes were last put; raises FileNotFoundError."""
        return time.time() - self._address(sha256).stat().st_mtime

    def sweep_drafts(self, *, older_than: float) -> int:
        """Forget work in progress older than `older_than` seconds; answers how many."""
        swept = 0
        for draft in (self.root / WORK).glob("*"):
            with suppress(FileNotFoundError):
                if time.time() - draft.stat().st_mtime > older_than:
                    draft.unlink()
                    swept += 1
        return swept

    def _place(self, draft: Path, sha256: str) -> None:
        address = self._address(sha256)
        address.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.chmod(0o600)
        draft.replace(address)
        folder = os.open(address.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _address(self, sha256: str) -> Path:
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):  # noqa: PLR2004 - SHA-256 in hexadecimal
            raise FileNotFoundError(sha256)
        return self.root / sha256[:2] / sha256[2:]


def file_store(url: str, *, home: Path) -> LocalFiles:
    """The store at `url` (`file:///path`), or `files/` under `home` where it is empty.

    Raises ValueError for a scheme that we don't speak.
    """
    if not url:
        return LocalFiles(home / "files")
    parts = urlsplit(url)
    if parts.scheme != "file" or not parts.path:
        msg = f"STORAGE_URL: only file:///path is known, not {parts.scheme}://"
        raise ValueError(msg)
    return LocalFiles(Path(unquote(parts.path)))


def configured() -> LocalFiles:
    """The store that the settings name."""
    settings = get_settings()
    return file_store(settings.storage_url, home=settings.home)
