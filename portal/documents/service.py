"""The verbs of the documents: store, scan, sweep, open."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.adapters import antivirus
from portal.adapters.files import CHUNK, LocalFiles, configured as configured_files
from portal.documents import queries, rules
from portal.documents.events import FileStored
from portal.documents.inspection import inspect
from portal.documents.models import File
from portal.documents.rules import names
from portal.kernel import outbox
from portal.kernel.ports import Scanner

ORPHAN_SECONDS = 3600.0


def store(
    session: Session,
    stream: BinaryIO,
    *,
    name: str,
    by: str,
    now: datetime,
    allowed: Collection[rules.Kind] = rules.USUAL,
    limit: int = rules.SIZE_LIMIT,
    files: LocalFiles | None = None,
    scanner: Scanner | None = None,
) -> File:
    """Keep what was uploaded, once it is known to be one of `allowed` and within `limit` bytes.

    Call it before the transaction locks anything: reading a file may take two seconds. Raises `rules.FileRefused`.
    Where there is no antivirus the file is clean at once; else it waits, and cannot be read until it is clean.
    """
    files = files or configured_files()
    scanner = scanner or antivirus.configured()
    draft = files.draft()
    try:
        _receive(stream, draft, limit)
        found = inspect(draft, allowed, limit=limit)
        _hold(session, found.sha256)
        with found.path.open("rb") as content:
            files.put(content)
    finally:
        draft.unlink(missing_ok=True)
        draft.with_name(f"{draft.name}.kept").unlink(missing_ok=True)
    return _file(session, found, name=name, by=by, now=now, is_clean=isinstance(scanner, antivirus.NullScanner))


def scan(
    session: Session,
    file_id: UUID,
    *,
    now: datetime,
    files: LocalFiles | None = None,
    scanner: Scanner | None = None,
) -> None:
    """Ask the antivirus about a file that waits for it. Raises ConnectionError where nobody answers: it waits on."""
    file = queries.lock_pending(session, file_id)
    if file is None:
        return
    found = (scanner or antivirus.configured()).scan((files or configured_files()).path(file.sha256))
    file.scan = rules.ScanState.INFECTED if found else rules.ScanState.CLEAN
    file.scanned_at = now
    session.flush()


def path(file: File, *, files: LocalFiles | None = None) -> Path:
    """Where the bytes are, for reading. Raises ScanPending or Infected, and FileNotFoundError if they are lost."""
    if file.scan is rules.ScanState.PENDING:
        raise rules.ScanPending
    if file.scan is rules.ScanState.INFECTED:
        raise rules.Infected
    return (files or configured_files()).path(file.sha256)


def sweep(session: Session, *, files: LocalFiles | None = None, older_than: float = ORPHAN_SECONDS) -> int:
    """Forget bytes that no row names, left by an upload that never committed; answers how many files went.

    Safe beside uploads: one that has put the same bytes but not yet committed holds their lock.
    """
    files = files or configured_files()
    swept = files.sweep_drafts(older_than=older_than)
    old = [sha256 for sha256 in files.all() if _is_old(files, sha256, older_than)]
    for sha256 in sorted(set(old) - queries.known_hashes(session, old)):
        is_ours = session.scalar(select(func.pg_try_advisory_xact_lock(_lock_number(sha256))))
        if is_ours and not queries.known_hashes(session, [sha256]):
            files.delete(sha256)
            swept += 1
    return swept


def _receive(stream: BinaryIO, draft: Path, limit: int) -> None:
    left = limit
    with draft.open("wb") as out:
        while chunk := stream.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                raise rules.TooLarge(limit=limit // rules.MEGABYTE)
            out.write(chunk)


def _file(session: Session, found: rules.Inspection, *, name: str, by: str, now: datetime, is_clean: bool) -> File:
    file = File(
        sha256=found.sha256,
        received_sha256=found.received_sha256,
        size=found.size,
        media_type=found.media_type,
        name=names.tidy(name, found.kind),
        pages=found.pages,
        signatures=[
            {**asdict(one), "signed_at": one.signed_at and one.signed_at.isoformat()} for one in found.signatures
        ],
        scan=rules.ScanState.CLEAN if is_clean else rules.ScanState.PENDING,
        scanned_at=now if is_clean else None,
        uploaded_by=by,
    )
    session.add(file)
    session.flush()
    if not is_clean:
        outbox.emit(session, FileStored(file_id=file.id))
    return file


def _hold(session: Session, sha256: str) -> None:
    """Keep the sweeper from these bytes until this transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock_shared(_lock_number(sha256))))


def _lock_number(sha256: str) -> int:
    return int.from_bytes(bytes.fromhex(sha256[:16]), signed=True)


def _is_old(files: LocalFiles, sha256: str, seconds: float) -> bool:
    with suppress(FileNotFoundError):
        return files.age(sha256) > seconds
    return False
