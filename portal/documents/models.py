"""Tables of the documents."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.documents.rules import ScanState
from portal.kernel.base import Base, Recorded


class File(Recorded, Base):
    """An uploaded file; the bytes are in the store under `sha256`."""

    __tablename__ = "files"
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_is_hex"),
        CheckConstraint("size > 0", name="is_not_empty"),
    )

    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    media_type: Mapped[str]
    name: Mapped[str]
    pages: Mapped[int | None]
    signatures: Mapped[list[Any]] = mapped_column(default=list)
    scan: Mapped[ScanState]
    scanned_at: Mapped[datetime | None]
    uploaded_by: Mapped[str]
