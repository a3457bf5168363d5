"""The relay against PostgreSQL and a broker in memory."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from celery import Celery
from kombu.connection import Connection
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.applications.events import ApplicationSubmitted
from portal.kernel import outbox
from portal.kernel.clock import utcnow
from portal.kernel.outbox import Envelope
from workers import queues, relay
from workers.subscriptions import SUBSCRIPTIONS


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Celery]:
    """The Celery application with a broker inside this process."""
    from workers.main import app  # noqa: PLC0415 - configured from the environment of the tests

    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    real = {name: app.conf[name] for name in ("broker_url", "broker_transport_options")}
    app.conf.update(broker_url="memory://", broker_transport_options={})
    app.set_current()
    app.loader.import_default_modules()
    yield app
    app.conf.update(real)


def _waiting(app: Celery, queue: str) -> list[dict[str, object]]:
    found = []
    with Connection("memory://") as connection, connection.SimpleQueue(queue) as simple:
        while simple.qsize():
            message = simple.get_nowait()
            found.append({"task": message.headers["task"], "id": message.headers["id"], "kwargs": message.payload[1]})
            message.ack()
    return found


def _told(app: Celery) -> list[dict[str, object]]:
    """What every queue holds, taken out, by task."""
    heard = [one for queue in queues.ALL for one in _waiting(app, queue)]
    return sorted(heard, key=lambda one: str(one["task"]))


def test_every_listener_hears_once_and_the_envelope_is_marked(broker: Celery, session: Session):
    application = uuid4()
    outbox.emit(session, ApplicationSubmitted(application_id=application))
    session.commit()

    relay.relay()
    relay.relay()

    envelope = session.scalars(select(Envelope)).one()
    assert envelope.dispatched_at is not None
    assert envelope.waits_for == list(SUBSCRIPTIONS["applications.submitted"])
    assert _told(broker) == [
        {
            "task": task,
            "id": f"{envelope.id}:{task}",
            "kwargs": {"event": "applications.submitted", "application_id": str(application)},
        }
        for task in sorted(SUBSCRIPTIONS["applications.submitted"])
    ]


def test_what_the_broker_forgot_is_told_again_until_it_is_done(broker: Celery, session: Session):
    outbox.emit(session, ApplicationSubmitted(application_id=uuid4()))
    session.commit()
    *others, last = SUBSCRIPTIONS["applications.submitted"]
    relay.relay()
    envelope = session.scalars(select(Envelope)).one()
    _told(broker)

    for other in others:
        outbox.settle(session, envelope.id, other)
    outbox.remind(session, before=envelope.dispatched_at, most_tries=2)
    session.commit()
    relay.relay()
    assert _told(broker) == []

    outbox.remind(session, before=utcnow(), most_tries=2)
    session.commit()
    relay.relay()
    session.expire_all()
    assert [one["task"] for one in _told(broker)] == [last]
    assert (envelope.waits_for, envelope.tries) == ([last], 2)

    outbox.remind(session, before=utcnow(), most_tries=2)
    session.commit()
    relay.relay()
    session.expire_all()
    assert (envelope.tries, envelope.waits_for) == (2, [last])

    outbox.settle(session, envelope.id, last)
    session.commit()
    session.expire_all()
    assert envelope.waits_for == []


def test_a_task_that_ends_well_strikes_itself_off(broker: Celery, session: Session):
    outbox.emit(session, ApplicationSubmitted(application_id=uuid4()))
    session.commit()
    relay.relay()
    envelope = session.scalars(select(Envelope)).one()
    first, *rest = SUBSCRIPTIONS["applications.submitted"]

    broker.tasks["outbox.relay"].on_success(None, f"{envelope.id}:{first}", (), {})
    broker.tasks["outbox.relay"].on_success(None, "a-task-of-the-scheduler", (), {})

    session.expire_all()
    assert envelope.waits_for == rest
