"""Where a window ends by money: first come, first served, up to the overbooking share."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.applications import queries, rules
from portal.applications.rules.freezing import check_not_over
from portal.calls import queries as calls, service as calls_service
from portal.calls.rules.content import CallContent
from portal.calls.rules.requested import is_full
from portal.kernel.clock import db_now


def take_turn(session: Session, call_id: UUID, content: CallContent, *, closes_at: datetime) -> datetime:
    """Wait for whoever is handing in to the same call, and count; the instant at which the wait ended.

    Only for calls with an overbooking share: there one request follows another, so that the number of arrival, the
    instant and the count agree. Raises CallFull, CallClosed.
    """
    # the row of the call is shared by all who hand in: two of them would wait for each other to lock it alone
    session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(call_id.bytes[:8], signed=True))))
    now = db_now(session)
    check_not_over(closes_at=closes_at, now=now)
    if is_full(content, queries.amounts_asked(session, call_id, content.budget.asked)):
        raise rules.CallFull(pct=content.overbooking_pct)
    return now


def close_full(session: Session, *, now: datetime) -> list[str]:
    """Close every open call whose requests reached its share, for good; answers their codes. Safe to run twice."""
    closed = []
    for call in calls.open_at(session, now):
        if call.version_id is None or calls.content_by_id(session, call.version_id).overbooking_pct is None:
            continue
        locked = calls.lock(session, call.id)
        content = calls.content_by_id(session, call.version_id)
        if now < locked.closes_at and is_full(content, queries.amounts_asked(session, call.id, content.budget.asked)):
            calls_service.close_early(session, call.id, reason=f"{content.overbooking_pct} %", by="system", now=now)
            closed.append(call.code)
    return closed
