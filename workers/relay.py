"""Outbox to broker: at least once each, oldest first, and again where a task was lost on the way.

What a broker forgot or a killed worker held comes back within half a minute, and no backlog is told twice: a queue is
first in, first out, so what was told well before the oldest task that still waits has left the queue. If it is not done
either, it was lost, or takes long; told again, it does no harm, since each task has its effect once.
"""

import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from celery import current_app, shared_task
from celery.exceptions import NotRegistered
from sqlalchemy.orm import Session

from portal.db import transaction
from portal.kernel import outbox
from portal.kernel.clock import utcnow
from portal.kernel.outbox import Envelope
from workers import queues
from workers.retry import TRANSIENT
from workers.subscriptions import SUBSCRIPTIONS

log = logging.getLogger(__name__)

SOON = timedelta(seconds=5)
PAUSES = (SOON, 2 * SOON, *4 * (4 * SOON,), timedelta(hours=1))
"""After each telling. What six tellings did not bring about waits for a person, or for a mended programme."""
FRONT = 100
"""How many of the oldest messages of a queue are looked at: among them stand some of the scheduler's own."""


@shared_task(name="outbox.relay", **TRANSIENT)
def relay(limit: int = 200) -> None:
    """Hand waiting events to the tasks that listen; the task's id says which event it belongs to."""
    with transaction() as session:
        for envelope in outbox.take(session, limit=limit):
            if envelope.waits_for is None:
                envelope.waits_for = list(SUBSCRIPTIONS.get(envelope.name, ()))
            tell(envelope, envelope.waits_for, at=utcnow())


@shared_task(name="outbox.remind", **TRANSIENT)
def remind(limit: int = 200) -> None:
    """Tell again what was told and is neither done nor waiting in a queue."""
    with transaction() as session:
        now = utcnow()
        if not (late := outbox.overdue(session, now=now, pauses=PAUSES, limit=limit)):
            return
        reached = {queue: _reached(session, queue, now=now) for queue in queues.ALL}
        for envelope in late:
            if lost := gone(envelope, reached):
                tell(envelope, lost, at=now)


def tell(envelope: Envelope, tasks: list[str], *, at: datetime) -> None:
    """Hand one event to some of its tasks.

    One that the programme can't take (another name, other arguments) keeps no other event waiting: it is logged, and
    told again with the rest of what is not done.
    """
    for task in tasks:
        kwargs = {"event": envelope.name, **envelope.payload}
        try:
            current_app.tasks[task].apply_async(kwargs=kwargs, task_id=f"{envelope.id}:{task}")
        except (NotRegistered, TypeError):
            log.exception("%s can't take event %s", task, envelope.id)
    envelope.dispatched_at = at
    envelope.tries += 1


def gone(envelope: Envelope, reached: Mapping[str, datetime]) -> list[str]:
    """The tasks of an envelope that are not done and have left their queue; `reached`: up to when each queue is heard.

    A pause before that is left for what a worker took just now.
    """
    told = envelope.dispatched_at
    return [task for task in envelope.waits_for or () if told and told < reached[queues.of(task)] - SOON]


def _reached(session: Session, queue: str, *, now: datetime) -> datetime:
    """Up to which telling a queue has been handed to workers: all, where no event waits in it."""
    with current_app.connection_for_read() as connection:
        oldest = connection.default_channel.client.lrange(queue, -FRONT, -1)
    names = (json.loads(message)["headers"]["id"].partition(":") for message in oldest)
    events = [int(envelope) for envelope, _, task in names if task]
    return min(outbox.told_at(session, events).values(), default=now)
