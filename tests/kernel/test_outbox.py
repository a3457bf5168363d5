"""The outbox against PostgreSQL."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.kernel import outbox
from portal.kernel.events import Event
from portal.kernel.outbox import Envelope


@dataclass(frozen=True, kw_only=True)
class KettleBoiled(Event):
    name: ClassVar[str] = "kitchen.kettle_boiled"
    kettle_id: UUID


def test_an_event_is_a_row_with_ids_only(session: Session) -> None:
    kettle = uuid4()

    outbox.emit(session, KettleBoiled(kettle_id=kettle))
    session.flush()

    waiting = session.scalars(select(Envelope)).all()
    assert [(e.name, e.payload) for e in waiting] == [("kitchen.kettle_boiled", {"kettle_id": str(kettle)})]


def test_two_relays_never_hold_the_same_envelope(engine: Engine) -> None:
    with Session(engine) as writer:
        for _ in range(4):
            outbox.emit(writer, KettleBoiled(kettle_id=uuid4()))
        writer.commit()
    with Session(engine) as one, Session(engine) as other:
        first = outbox.take(one, limit=3)
        second = outbox.take(other, limit=3)

        assert [e.id for e in first] == sorted(e.id for e in first)
        assert (len(first), len(second)) == (3, 1)
        assert not {e.id for e in first} & {e.id for e in second}

        for envelope in first:
            one.delete(envelope)
        for envelope in second:
            other.delete(envelope)
        one.commit()
        other.commit()
