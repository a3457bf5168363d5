"""Tables of the documents."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.documents.rules import ScanState
from portal.kernel.base import Base, Recorded


class File(Recorded, Base):
    """An uploaded file; the bytes are in the store under `sha256`.

    `received_sha256` is of the bytes as they came, which its owner can check; pictures and unsigned PDFs are kept
    rewritten. `signatures`: `rules.Signature` as JSON. `name` is what the sender called it: words, never a path.
    """

    __tablename__ = "files"
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_hex"),
        CheckConstraint("received_sha256 ~ '^[0-9a-f]{64}$'", name="received_sha256_is_hex"),
        CheckConstraint("size > 0", name="is_not_empty"),
        CheckConstraint("(scan = 'pending') = (scanned_at IS NULL)", name="dated_once_scanned"),
        Index("ix_files_unscanned", "created_at", postgresql_where=text("scan = 'pending'")),
    )

    sha256: Mapped[str] = mapped_column(index=True)
    received_sha256: Mapped[str]
    size: Mapped[int]
    media_type: Mapped[str]
    name: Mapped[str]
    pages: Mapped[int | None]
    signatures: Mapped[list[Any]] = mapped_column(default=list)
    scan: Mapped[ScanState]
    scanned_at: Mapped[datetime | None]
    uploaded_by: Mapped[str]
