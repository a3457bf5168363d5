"""Outbox to broker: at least once each, oldest first."""

from celery import current_app, shared_task

from portal.db import transaction
from portal.kernel import outbox
from portal.kernel.clock import utcnow
from workers.retry import TRANSIENT
from workers.subscriptions import SUBSCRIPTIONS


@shared_task(name="outbox.relay", **TRANSIENT)
def relay(limit: int = 200) -> None:
    """Hand waiting events to the tasks that listen; the task's id is for tracing only."""
    with transaction() as session:
        for envelope in outbox.take(session, limit=limit):
            for task in SUBSCRIPTIONS.get(envelope.name, ()):
                kwargs = {"event": envelope.name, **envelope.payload}
                current_app.tasks[task].apply_async(kwargs=kwargs, task_id=f"{envelope.id}:{task}")
            envelope.dispatched_at = utcnow()
