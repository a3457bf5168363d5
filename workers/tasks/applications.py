"""Tasks of the applications."""

from datetime import timedelta
from uuid import UUID

from celery import shared_task

from portal.applications import queries, service
from portal.db import transaction
from portal.kernel.clock import db_now, utcnow
from workers.retry import TRANSIENT

FORGOTTEN = timedelta(minutes=10)


@shared_task(name="applications.register", **TRANSIENT)
def register(application_id: str, event: str = "") -> None:  # noqa: ARG001 - the relay names the event
    """Put one application into the register."""
    with transaction() as session:
        service.register(session, UUID(application_id), now=utcnow())


@shared_task(name="applications.register_forgotten", **TRANSIENT)
def register_forgotten(limit: int = 500) -> None:
    """Those that the queue forgot."""
    with transaction() as session:
        now = utcnow()
        for application_id in queries.unregistered(session, before=now - FORGOTTEN, limit=limit):
            service.register(session, application_id, now=now)


@shared_task(name="applications.remind_due", **TRANSIENT)
def remind_due() -> None:
    """Have firms told whose term is near."""
    with transaction() as session:
        service.remind_due(session, now=db_now(session))


@shared_task(name="applications.close_full", **TRANSIENT)
def close_full() -> None:
    """Close calls whose requests reached their share; `calls.tick` then tells everybody."""
    with transaction() as session:
        service.close_full(session, now=db_now(session))
