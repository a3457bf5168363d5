"""Tasks of the missions."""

from celery import shared_task

from portal.db import transaction
from portal.kernel.clock import ROME, db_now
from portal.missions import service
from portal.missions.queries import cases
from workers.retry import TRANSIENT


@shared_task(name="missions.tick", **TRANSIENT)
def tick() -> None:
    """Close lists that are due, take back offers that are over, forget who has returned; a transaction each."""
    with transaction() as session:
        now = db_now(session)
        closing, lapsed = cases.to_close(session, now=now), cases.with_lapsed_offers(session, now=now)
        purging = cases.to_purge(session, today=now.astimezone(ROME).date())
    for mission_id in closing:
        with transaction() as session:
            service.close_list(session, mission_id, by="system", now=now)
    for mission_id in lapsed:
        with transaction() as session:
            service.promote(session, mission_id)
    for mission_id in purging:
        with transaction() as session:
            service.purge(session, mission_id, by="system", now=now)
