"""Work on calls."""

from celery import shared_task

from portal.calls import service
from portal.db import transaction
from portal.kernel.clock import db_now
from workers.retry import TRANSIENT


@shared_task(name="calls.tick", **TRANSIENT)
def tick() -> None:
    """Open, close and remind by the database's clock."""
    with transaction() as session:
        service.tick(session, now=db_now(session))
