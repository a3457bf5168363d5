"""Outbox to broker: at least once each, oldest first, and again where no task came back."""

from datetime import timedelta

from celery import current_app, shared_task

from portal.db import transaction
from portal.kernel import outbox
from portal.kernel.clock import utcnow
from workers.retry import TRANSIENT
from workers.subscriptions import SUBSCRIPTIONS

FORGOTTEN_AFTER = timedelta(minutes=2)
MOST_TRIES = 5


@shared_task(name="outbox.relay", **TRANSIENT)
def relay(limit: int = 200) -> None:
    """Hand waiting events to the tasks that listen; the task's id says which event it belongs to."""
    with transaction() as session:
        for envelope in outbox.take(session, limit=limit):
            subscribed = SUBSCRIPTIONS.get(envelope.name, ())
            listeners = [task for task in subscribed if envelope.waits_for is None or task in envelope.waits_for]
            for task in listeners:
                kwargs = {"event": envelope.name, **envelope.payload}
                current_app.tasks[task].apply_async(kwargs=kwargs, task_id=f"{envelope.id}:{task}")
            envelope.dispatched_at = utcnow()
            envelope.waits_for = listeners
            envelope.tries += 1


@shared_task(name="outbox.remind", **TRANSIENT)
def remind() -> None:
    """Tell again what was told and never done."""
    with transaction() as session:
        outbox.remind(session, before=utcnow() - FORGOTTEN_AFTER, most_tries=MOST_TRIES)
