"""Tasks of the eligibility check."""

from uuid import UUID

from celery import shared_task

from portal.db import transaction
from portal.eligibility import service
from portal.kernel.clock import db_now, utcnow
from workers.retry import TRANSIENT

BATCHES_A_TURN = 40


@shared_task(name="eligibility.check", **TRANSIENT)
def check(application_id: str, event: str = "") -> None:  # noqa: ARG001 - the relay names the event
    """Check one application just handed in."""
    with transaction() as session:
        service.check(session, UUID(application_id), now=utcnow())


@shared_task(name="eligibility.recheck", **TRANSIENT)
def recheck(recheck_id: str, event: str = "") -> None:  # noqa: ARG001
    """Check a call again, a transaction a batch, for one turn; the sweeper carries on with what is left."""
    for _ in range(BATCHES_A_TURN):
        with transaction() as session:
            if not service.carry_on(session, UUID(recheck_id), now=utcnow()):
                return


@shared_task(name="eligibility.check_supplement", **TRANSIENT)
def check_supplement(request_id: str, event: str = "") -> None:  # noqa: ARG001
    """Check a case again on what its firm has just sent."""
    with transaction() as session:
        service.check_supplement(session, UUID(request_id), now=utcnow())


@shared_task(name="eligibility.close_due", **TRANSIENT)
def close_due() -> None:
    """Close the requests whose term ended in silence, by the database's clock, a transaction each."""
    with transaction() as session:
        now = db_now(session)
        ended = service.due(session, now=now)
    for request_id in ended:
        with transaction() as session:
            service.close_due(session, request_id, now=now)


@shared_task(name="eligibility.sweep", **TRANSIENT)
def sweep() -> None:
    """Do what the queue forgot, and carry on with what stands still."""
    with transaction() as session:
        forgotten, stalled = service.forgotten(session, now=utcnow()), service.stalled(session, now=utcnow())
        unseen = service.unseen_supplements(session, now=utcnow())
    for application_id in forgotten:
        check(application_id=str(application_id))
    for recheck_id in stalled:
        recheck(recheck_id=str(recheck_id))
    for request_id in unseen:
        check_supplement(request_id=str(request_id))
