"""Work on the evaluation."""

from uuid import UUID

from celery import shared_task

from portal.db import transaction
from portal.evaluation import service
from portal.kernel.clock import utcnow
from workers.retry import TRANSIENT


@shared_task(name="evaluation.detect", **TRANSIENT)
def detect(membership_id: str, event: str = "") -> None:  # noqa: ARG001 - whoever it is, everything is looked at again
    """Look for conflicts again: somebody new acts for a firm."""
    with transaction() as session:
        service.detect_again(session, now=utcnow())


@shared_task(name="evaluation.take_up", **TRANSIENT)
def take_up(application_id: str, event: str = "") -> None:  # noqa: ARG001 - the relay names the event
    """Let an application that was judged before it was admitted again go on with its sheets."""
    with transaction() as session:
        service.take_up(session, UUID(application_id), now=utcnow())


@shared_task(name="evaluation.tick", **TRANSIENT)
def tick() -> None:
    """Look for conflicts in facts that nobody told of, and remind reviewers before the deadline."""
    with transaction() as session:
        service.detect_again(session, now=utcnow())
    with transaction() as session:
        service.remind(session, now=utcnow())
