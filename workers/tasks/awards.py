"""Tasks of the awards."""

from uuid import UUID

from celery import shared_task

from portal.awards import service
from portal.awards.queries import cases
from portal.awards.rules.deadlines import remind_at
from portal.db import transaction
from portal.kernel.clock import db_now, utcnow
from workers.retry import TRANSIENT

A_TURN = 500


@shared_task(name="awards.note_declared", **TRANSIENT)
def note_declared(application_id: str, event: str = "") -> None:  # noqa: ARG001 - the relay names the event
    """Enter the aid that an application declares."""
    with transaction() as session:
        service.note_declared(session, [UUID(application_id)], now=utcnow())


@shared_task(name="awards.reserve", **TRANSIENT)
def reserve(ranking_id: str, event: str = "") -> None:  # noqa: ARG001
    """Hold room under the ceilings for a ranking just published."""
    with transaction() as session:
        service.reserve(session, UUID(ranking_id), by="system", now=utcnow())


@shared_task(name="awards.tick", **TRANSIENT)
def tick() -> None:
    """Remind who has not answered, and take silence for what the call says; a transaction each."""
    with transaction() as session:
        now = db_now(session)
        due = [id_ for id_, since, until in cases.to_remind(session, now=now) if remind_at(until, since) <= now]
        lapsed = cases.lapsed(session, now=now, limit=A_TURN)
    for application_id in due[:A_TURN]:
        with transaction() as session:
            service.remind(session, application_id, now=utcnow())
    for application_id in lapsed:
        with transaction() as session:
            service.lapse(session, application_id)
