"""The relay against PostgreSQL and a broker in memory."""

from uuid import uuid4

import pytest
from celery import Celery
from kombu import Connection
from portal.applications.events import ApplicationSubmitted
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import outbox
from portal.kernel.outbox import Envelope
from workers import relay
from workers.subscriptions import SUBSCRIPTIONS


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Celery:
    """The Celery application with a broker inside this process."""
    from workers.main import app  # noqa: PLC0415 - configured from the environment of the tests

    monkeypatch.setattr(app.conf, "broker_url", "memory://")
    monkeypatch.setattr(app.conf, "broker_transport_options", {})
    app.set_current()
    app.pool.force_close_all()
    return app


def _waiting(app: Celery, queue: str) -> list[dict[str, object]]:
    found = []
    with Connection("memory://") as connection, connection.SimpleQueue(queue) as simple:
        while simple.qsize():
            message = simple.get_nowait()
            found.append({"task": message.headers["task"], "id": message.headers["id"], "kwargs": message.payload[1]})
            message.ack()
    return found


def test_every_listener_hears_once_and_the_envelope_is_marked(broker: Celery, session: Session):
    application = uuid4()
    outbox.emit(session, ApplicationSubmitted(application_id=application))
    session.commit()

    relay.relay()
    relay.relay()

    envelope = session.scalars(select(Envelope)).one()
    assert envelope.dispatched_at is not None
    heard = _waiting(broker, "scoring") + _waiting(broker, "mail")
    assert heard == [
        {
            "task": task,
            "id": f"{envelope.id}:{task}",
            "kwargs": {"event": "applications.submitted", "application_id": str(application)},
        }
        for task in SUBSCRIPTIONS["applications.submitted"]
    ]
