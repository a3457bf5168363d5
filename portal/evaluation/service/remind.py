"""Remind reviewers of the sheets that they owe, before the call's deadline, once each."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.calls import queries as calls
from portal.calls.rules.content import Evaluation
from portal.evaluation import queries
from portal.evaluation.events import SheetsDue
from portal.evaluation.models import EvaluationReminder
from portal.kernel import outbox


def remind(session: Session, *, now: datetime) -> int:
    """Tell whoever owes sheets that they are due soon; answers how many were told."""
    told = 0
    for seen in calls.all_calls(session):
        if seen.call.version is not None:
            asked = calls.content_of(seen.call.version).evaluation
            if hours := due_hours(asked, now=now):
                told += _remind(session, seen.call.id, asked, hours, now=now)
    return told


def due_hours(asked: Evaluation, *, now: datetime) -> list[int]:
    """The reminders whose moment has come, the most urgent first; none once the sheets are overdue."""
    if asked.due_at is None or now >= asked.due_at:
        return []
    left = asked.due_at - now
    return sorted(hours for hours in asked.reminder_hours if left <= timedelta(hours=hours))


def _remind(session: Session, call_id: UUID, asked: Evaluation, hours: list[int], *, now: datetime) -> int:
    told, row = 0, {"call_id": call_id, "due_at": asked.due_at, "at": now}
    for one in queries.burdens(session, call_id):
        if not one.owed:
            continue
        # after a silence of the scheduler several may be due: people are told of the nearest only
        new = [each for each in hours if _say_once(session, row | {"reviewer_id": one.reviewer_id, "hours": each})]
        if new and new[0] == hours[0]:
            due = SheetsDue(call_id=call_id, reviewer_id=one.reviewer_id, hours=new[0], count=one.owed)
            outbox.emit(session, due)
            told += 1
    return told


def _say_once(session: Session, row: dict[str, Any]) -> bool:
    put = insert(EvaluationReminder).values(**row).on_conflict_do_nothing().returning(EvaluationReminder.id)
    return session.scalar(put) is not None
