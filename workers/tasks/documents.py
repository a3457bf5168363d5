"""Tasks of the documents."""

from uuid import UUID

from celery import shared_task

from portal.db import transaction
from portal.documents import queries, service
from portal.kernel.clock import utcnow
from workers.retry import TRANSIENT


@shared_task(name="documents.scan", **TRANSIENT)
def scan(file_id: str, event: str = "") -> None:  # noqa: ARG001 - the relay names the event
    """Ask the antivirus about one file."""
    with transaction() as session:
        service.scan(session, UUID(file_id), now=utcnow())


@shared_task(name="documents.scan_pending", **TRANSIENT)
def scan_pending(limit: int = 500) -> None:
    """Files that the queue forgot, or that arrived while the antivirus was away."""
    with transaction() as session:
        waiting = queries.pending(session, limit=limit)
    for file_id in waiting:
        with transaction() as session:
            service.scan(session, file_id, now=utcnow())


@shared_task(name="documents.sweep", **TRANSIENT)
def sweep() -> None:
    """Forget bytes that no row names."""
    with transaction() as session:
        service.sweep(session)
