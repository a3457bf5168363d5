"""Tables of the audit."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.base import Base


class Entry(Base):
    """One thing that was done. The database numbers and chains it (migration 0002); nobody may change it.

    `hash` = SHA-256 of `previous` and of the other columns joined by U+001F; `detail` is canonical JSON.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "subject_id", "seq"),)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    by: Mapped[str]
    detail: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]


class Head(Base):
    """The end of the chain, one row: whoever writes next locks it."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str]
