"""The outbox: an event is a row of the transaction that made it true."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Index, Insert, bindparam, case, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel.base import Base
from portal.kernel.events import Event


class Envelope(Base):
    """An event on its way; `id` is the order in which they were written.

    `waits_for`: names of the tasks that were told and have not finished; None before the first telling.
    """

    __tablename__ = "envelopes"
    __table_args__ = (
        Index(None, "id", postgresql_where="dispatched_at IS NULL", unique=False),
        Index(None, "dispatched_at", postgresql_where="waits_for <> '[]'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    payload: Mapped[dict[str, Any]]
    emitted_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    dispatched_at: Mapped[datetime | None]
    waits_for: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    tries: Mapped[int] = mapped_column(default=0, server_default="0")


def emit(session: Session, event: Event) -> None:
    """Tell that `event` happened; heard only if the transaction commits."""
    session.connection().execute(_emission(), {"name": event.name, "payload": event.payload})


@cache
def _emission() -> Insert:
    """Built once: building it costs more than running it."""
    columns = {"name": bindparam("name"), "payload": bindparam("payload", type_=JSONB)}
    table: Any = Envelope.__table__
    return insert(table).values(columns).inline()


def take(session: Session, *, limit: int) -> Sequence[Envelope]:
    """Up to `limit` waiting envelopes, oldest first, locked; those that another relay holds are skipped."""
    waiting = select(Envelope).where(Envelope.dispatched_at.is_(None)).order_by(Envelope.id).limit(limit)
    return session.scalars(waiting.with_for_update(skip_locked=True)).all()


def settle(session: Session, envelope_id: int, task: str) -> None:
    """Note that a task has done its part."""
    left = Envelope.waits_for.op("-")(task)
    session.execute(update(Envelope).where(Envelope.id == envelope_id).values(waits_for=left))


def overdue(session: Session, *, now: datetime, pauses: Sequence[timedelta], limit: int) -> Sequence[Envelope]:
    """Envelopes told and not done, oldest telling first, locked: the n-th telling was longer ago than the n-th pause.

    The last pause holds for all later tellings.
    """
    ends = case(
        {tries: now - pause for tries, pause in enumerate(pauses, start=1)},
        value=Envelope.tries,
        else_=now - pauses[-1],
    )
    waiting = select(Envelope).where(Envelope.waits_for != [], Envelope.dispatched_at < ends)
    return session.scalars(
        waiting.order_by(Envelope.dispatched_at).limit(limit).with_for_update(skip_locked=True)
    ).all()


def told_at(session: Session, envelope_ids: Sequence[int]) -> dict[int, datetime]:
    """When each was last told."""
    found = select(Envelope.id, Envelope.dispatched_at).where(
        Envelope.id.in_(envelope_ids), Envelope.dispatched_at.is_not(None)
    )
    return {envelope_id: at for envelope_id, at in session.execute(found) if at is not None}
