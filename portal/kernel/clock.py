"""Time: instants in UTC, shown in Rome."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

ROME = ZoneInfo("Europe/Rome")


def utcnow() -> datetime:
    """The instant now, aware. For edges only: services are told the time."""
    return datetime.now(UTC)


def db_now(session: Session) -> datetime:
    """The database's own clock at this very statement, not at the start of the transaction."""
    now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return now
