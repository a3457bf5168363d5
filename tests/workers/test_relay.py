"""The relay against PostgreSQL and a broker."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from celery import Celery, current_app
from kombu import pools
from redis import Redis
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.applications.events import ApplicationSubmitted
from portal.config import Settings
from portal.kernel import outbox
from portal.kernel.outbox import Envelope
from workers import queues, relay
from workers.main import app
from workers.subscriptions import SUBSCRIPTIONS


@pytest.fixture
def broker(settings: Settings) -> Iterator[Celery]:
    """The Celery application with an empty broker of this process's own."""
    with Redis.from_url(settings.redis_url) as redis:
        redis.flushdb()
        usual = app.conf["broker_url"]
        app.conf.update(broker_url=settings.redis_url)
        _forget_connections()
        app.set_current()
        app.loader.import_default_modules()
        yield app
        redis.flushdb()
    app.conf.update(broker_url=usual)
    _forget_connections()


def _forget_connections() -> None:
    pools.reset()
    app._pool = app.amqp._producer_pool = None


def _waiting(app: Celery, queue: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    with app.connection_for_read() as connection, connection.SimpleQueue(queue) as simple, suppress(simple.Empty):
        while message := simple.get_nowait():
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


def _told_before(session: Session, **ago: float) -> list[Envelope]:
    """Have all that was told have been told so long ago."""
    past = timedelta(**ago)
    session.execute(update(Envelope).values(dispatched_at=Envelope.dispatched_at - past))
    session.commit()
    return list(session.scalars(select(Envelope).order_by(Envelope.id).execution_options(populate_existing=True)))


def _emit(session: Session, number: int) -> list[int]:
    """Applications handed in and told to the broker; their envelopes."""
    for _ in range(number):
        outbox.emit(session, ApplicationSubmitted(application_id=uuid4()))
    session.commit()
    relay.relay()
    return list(session.scalars(select(Envelope.id).order_by(Envelope.id)))[-number:]


def test_what_the_broker_forgot_is_told_again_until_it_is_done(broker: Celery, session: Session):
    *others, last = SUBSCRIPTIONS["applications.submitted"]
    _emit(session, 1)
    _told(broker)
    envelope = session.scalars(select(Envelope)).one()
    for other in others:
        outbox.settle(session, envelope.id, other)
    session.commit()

    relay.remind()
    assert _told(broker) == [], "too soon"

    for tries in range(2, 8):
        _told_before(session, seconds=21)
        relay.remind()
        assert [one["id"] for one in _told(broker)] == [f"{envelope.id}:{last}"]
        session.refresh(envelope)
        assert (envelope.waits_for, envelope.tries) == ([last], tries)

    _told_before(session, minutes=30)
    relay.remind()
    assert _told(broker) == [], "after six tellings more, it waits for a person"
    _told_before(session, minutes=31)
    relay.remind()
    assert len(_told(broker)) == 1

    _told_before(session, days=1)
    outbox.settle(session, envelope.id, last)
    session.commit()
    relay.remind()
    assert _told(broker) == []


def test_a_backlog_is_not_told_twice(broker: Celery, session: Session):
    _emit(session, 3)
    _told_before(session, minutes=20)
    relay.remind()
    ids = [one["id"] for one in _told(broker)]
    assert len(ids) == len(set(ids)) == 3 * len(SUBSCRIPTIONS["applications.submitted"])


def test_what_a_killed_worker_held_is_told_again_though_others_wait(broker: Celery, session: Session):
    (lost,) = _emit(session, 1)
    _told(broker)
    _told_before(session, seconds=30)
    _emit(session, 2)
    _told_before(session, seconds=8)
    current_app.send_task("eligibility.sweep", queue=queues.SCORING)

    relay.remind()

    again = [one["id"] for one in _told(broker) if str(one["id"]).startswith(f"{lost}:")]
    assert again == [f"{lost}:{task}" for task in sorted(SUBSCRIPTIONS["applications.submitted"])]


def test_what_was_taken_just_now_is_not_lost(broker: Celery, session: Session):
    """One burst, of which the first has left the queue: a worker may be at it."""
    first, second = _emit(session, 2)
    told = _told(broker)
    for one in told:
        if str(one["id"]).startswith(f"{second}:"):
            current_app.send_task(one["task"], kwargs=one["kwargs"], task_id=one["id"])
    _told_before(session, seconds=30)

    relay.remind()

    assert [one for one in _told(broker) if str(one["id"]).startswith(f"{first}:")] == []


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


@pytest.mark.parametrize("mistaken", ["evaluation.take_up", "no.such_task"])
def test_what_no_task_can_take_keeps_nothing_waiting(broker: Celery, session: Session, monkeypatch, mistaken: str):
    """A task that wants other arguments, or is not there, once stopped every message behind it."""
    monkeypatch.setitem(SUBSCRIPTIONS, ApplicationSubmitted.name, (mistaken, "notifications.tell"))
    if mistaken in broker.tasks:
        monkeypatch.setattr(broker.tasks[mistaken], "__header__", lambda: None)

    ids = _emit(session, 2)

    assert [one["task"] for one in _told(broker)] == ["notifications.tell"] * 2
    session.expire_all()
    kept = session.scalars(select(Envelope).where(Envelope.id.in_(ids))).all()
    assert all(mistaken in one.waits_for for one in kept)
