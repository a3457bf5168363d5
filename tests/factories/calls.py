"""Calls for tests: the real ones, moved in time."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.calls import service
from portal.calls.models import Call
from portal.calls.rules.content import CallContent, Window
from portal.calls.rules.yaml_io import shipped

MISURA = "EXPORT-SU-MISURA-2025"
UZBEKISTAN = "UZBEKISTAN-2025"
PROGRAMME_2021 = "INTERNAZIONALIZZAZIONE-2021"
STAFF = "ufficio@unioncamere.example"


def content(code: str = MISURA, /, **changes: Any) -> CallContent:
    """A shipped call, with some parts replaced."""
    return shipped(code).model_copy(update=changes)


def around(
    at: datetime | None = None, *, before: timedelta = timedelta(days=7), after: timedelta = timedelta(days=7)
) -> Window:
    """A window that is open at that instant, now by default."""
    at = at or datetime.now(UTC)
    return Window(opens_at=at - before, closes_at=at + after, source=shipped(MISURA).window.source)


def make_call(
    session: Session, code: str = MISURA, /, *, window: Window | None = None, at: datetime | None = None, **changes: Any
) -> Call:
    """A published call, open now unless `window` says otherwise, announced by the clock; nothing is committed."""
    now = at or datetime.now(UTC)
    draft = content(code, window=window or around(now), milestones=[], **changes)
    call, _ = service.import_(session, draft, reason="", by=STAFF, now=now)
    service.publish(session, call.id, by=STAFF, now=now)
    service.tick(session, now=now)
    return call


def make_draft(session: Session, code: str = MISURA, /, *, at: datetime | None = None, **changes: Any) -> Call:
    """A call that is not published; nothing is committed."""
    call, _ = service.import_(session, content(code, **changes), reason="", by=STAFF, now=at or datetime.now(UTC))
    return call
