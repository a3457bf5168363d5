"""Check a whole call again, a batch at a time; and find what the queue forgot."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.applications import queries as applications
from portal.audit.service import record
from portal.eligibility import queries
from portal.eligibility.events import RecheckAsked
from portal.eligibility.models import Recheck
from portal.eligibility.rules.judged import RecheckRunning
from portal.eligibility.service.check import note, report_of
from portal.kernel import outbox

BATCH: Final = 100
FORGOTTEN_AFTER: Final = timedelta(minutes=10)
STALLED_AFTER: Final = timedelta(minutes=2)


def ask_recheck(session: Session, call_id: UUID, *, by: str, now: datetime) -> Recheck:
    """Ask for a new report of every application to the call that is in play. Raises RecheckRunning."""
    recheck = Recheck(
        id=uuid4(),
        call_id=call_id,
        asked_by=by,
        asked_at=now,
        touched_at=now,
        total=queries.count_handed_in(session, call_id),
    )
    try:
        with session.begin_nested():
            session.add(recheck)
    except IntegrityError as twin:
        raise RecheckRunning from twin
    outbox.emit(session, RecheckAsked(recheck_id=recheck.id))
    record(
        session,
        "eligibility.recheck_asked",
        subject_type="call",
        subject_id=call_id,
        by=by,
        at=now,
        detail={"recheck": str(recheck.id), "applications": recheck.total},
    )
    return recheck


def carry_on(session: Session, recheck_id: UUID, *, now: datetime, limit: int = BATCH) -> bool:
    """Check the next `limit` applications; answers whether any may be left.

    Safe to run twice or at once: the row is locked, the place is kept in it, and each application has one report of it.
    """
    recheck = queries.lock_recheck(session, recheck_id)
    if recheck is None or recheck.finished_at is not None:
        return False
    batch = queries.lock_batch(session, recheck.call_id, after=recheck.after, limit=limit)
    ids = [application.id for application in batch]
    earlier, numbers = queries.earlier_applications(session, ids), queries.last_numbers(session, ids)
    sent = applications.supplements_of(session, ids)
    made = [
        (
            application,
            report_of(
                session,
                application,
                earlier[application.id],
                sent=sent.get(application.id, []),
                number=numbers.get(application.id, 0) + 1,
                by=recheck.asked_by,
                now=now,
                recheck_id=recheck.id,
            ),
        )
        for application in batch
    ]
    session.add_all(report for _, report in made)
    recheck.done += len(batch)
    recheck.total = max(recheck.total, recheck.done)
    recheck.after = (batch[-1].arrival or 0) if batch else recheck.after
    recheck.touched_at = now
    recheck.finished_at = now if len(batch) < limit else None
    session.flush()
    note(session, made, by=recheck.asked_by, now=now)
    return recheck.finished_at is None


def forgotten(session: Session, *, now: datetime, limit: int = 500) -> Sequence[UUID]:
    """Applications that nobody checked within ten minutes: the queue forgot them."""
    return queries.unchecked(session, before=now - FORGOTTEN_AFTER, limit=limit)


def unseen_supplements(session: Session, *, now: datetime, limit: int = 500) -> Sequence[UUID]:
    """Supplements that came and were not looked at within ten minutes: the queue forgot them."""
    return queries.unseen_supplements(session, before=now - FORGOTTEN_AFTER, limit=limit)


def stalled(session: Session, *, now: datetime) -> Sequence[UUID]:
    """Rechecks of whole calls that stand still."""
    return queries.stalled(session, before=now - STALLED_AFTER)
