"""Remind staff of what the law decides in their stead once the term is over."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.access import queries, rules
from portal.access.events import AccessDecisionDue
from portal.kernel import outbox

BATCH = 100


def remind(session: Session, *, now: datetime) -> int:
    """Tell staff of requests whose term is near, once each; answers of how many. Safe to run twice or at once."""
    near = queries.lock_near(session, until=now + rules.REMIND, limit=BATCH)
    for request in near:
        request.reminded_at = now
        outbox.emit(session, AccessDecisionDue(request_id=request.id))
    session.flush()
    return len(near)
