"""Every SELECT of the documents. Whose a file is, the slice that it belongs to knows."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.documents.models import File
from portal.documents.rules import ScanState


def find(session: Session, file_id: UUID) -> File | None:
    """The file, or None."""
    return session.get(File, file_id)


def lock_pending(session: Session, file_id: UUID) -> File | None:
    """The file while it waits for the antivirus, locked; None if it doesn't, or another worker has it."""
    waiting = select(File).where(File.id == file_id, File.scan == ScanState.PENDING)
    return session.scalars(waiting.with_for_update(skip_locked=True)).one_or_none()


def pending(session: Session, *, limit: int) -> Sequence[UUID]:
    """Files that wait for the antivirus, oldest first."""
    waiting = select(File.id).where(File.scan == ScanState.PENDING).order_by(File.created_at).limit(limit)
    return session.scalars(waiting).all()


def known_hashes(session: Session, hashes: Iterable[str]) -> set[str]:
    """Those of `hashes` that some file has."""
    return set(session.scalars(select(File.sha256).where(File.sha256.in_(list(hashes))).distinct()))
