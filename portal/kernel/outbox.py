"""The outbox: an event is a row of the transaction that made it true."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel.base import Base
from portal.kernel.events import Event


class Envelope(Base):
    """An event on its way; `id` is the order in which they were written."""

    __tablename__ = "envelopes"
    __table_args__ = (Index(None, "id", postgresql_where="dispatched_at IS NULL", unique=False),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    payload: Mapped[dict[str, Any]]
    emitted_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    dispatched_at: Mapped[datetime | None]


def emit(session: Session, event: Event) -> None:
    """Tell that `event` happened; heard only if the transaction commits."""
    session.add(Envelope(name=event.name, payload=event.payload))


def take(session: Session, *, limit: int) -> Sequence[Envelope]:
    """Up to `limit` waiting envelopes, oldest first, locked; those that another relay holds are skipped."""
    waiting = select(Envelope).where(Envelope.dispatched_at.is_(None)).order_by(Envelope.id).limit(limit)
    return session.scalars(waiting.with_for_update(skip_locked=True)).all()
