"""Work on the requests of access."""

from celery import shared_task

from portal.access import service
from portal.db import transaction
from portal.kernel.clock import utcnow
from workers.retry import TRANSIENT


@shared_task(name="access.remind", **TRANSIENT)
def remind() -> None:
    """Remind staff of requests whose term is near."""
    with transaction() as session:
        service.remind(session, now=utcnow())
