"""A call and the clock: its phase, what to remind of, and the window moved for a demonstration."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.calls.rules.content import CallContent
from portal.calls.rules.refusals import NotMovable
from portal.kernel.clock import ROME


class Phase(StrEnum):
    """Where the clock stands. What was announced (`CallStatus`) may lag behind; this never does."""

    COMING = "coming"
    OPEN = "open"
    CLOSED = "closed"


def phase(opens_at: datetime, closes_at: datetime, *, now: datetime) -> Phase:
    """From `opens_at`, included, to `closes_at`, excluded, a call is open."""
    if now < opens_at:
        return Phase.COMING
    return Phase.OPEN if now < closes_at else Phase.CLOSED


def due_reminders(hours: Iterable[int], *, opens_at: datetime, closes_at: datetime, now: datetime) -> list[int]:
    """The reminders whose moment has come, the most urgent first; none whose moment was before the opening."""
    if phase(opens_at, closes_at, now=now) is not Phase.OPEN:
        return []
    moments = {each: closes_at - timedelta(hours=each) for each in hours}
    return sorted(each for each, moment in moments.items() if opens_at < moment <= now)


def weeks_to_open(content: CallContent, *, now: datetime) -> int:
    """By how many whole weeks to move the call so that it is open now, with as much time left as can be.

    Raises NotMovable where the window is too short for that.
    """
    window = content.window
    weeks = (now.astimezone(ROME).replace(tzinfo=None) - _wall(window.opens_at)).days // 7
    for candidate in (weeks + 1, weeks, weeks - 1):
        if _moved(window.opens_at, candidate) <= now < _moved(window.closes_at, candidate):
            return candidate
    raise NotMovable


def moved(content: CallContent, *, weeks: int) -> CallContent:
    """The same call, all but the programme's dates `weeks` later, at the same hour in Rome."""
    window = content.window.model_copy(
        update={
            "opens_at": _moved(content.window.opens_at, weeks),
            "closes_at": _moved(content.window.closes_at, weeks),
        }
    )
    step = timedelta(weeks=weeks)
    milestones = [
        each.model_copy(update={"on": each.on + step, "until": each.until + step if each.until else None})
        for each in content.milestones
    ]
    evaluation, due = content.evaluation, content.evaluation.due_at
    if due:
        evaluation = evaluation.model_copy(update={"due_at": _moved(due, weeks)})
    return content.model_copy(update={"window": window, "milestones": milestones, "evaluation": evaluation})


def last_day(content: CallContent) -> date:
    """The day in Rome on which the call closes."""
    return content.window.closes_at.astimezone(ROME).date()


def _wall(at: datetime) -> datetime:
    return at.astimezone(ROME).replace(tzinfo=None)


def _moved(at: datetime, weeks: int) -> datetime:
    return (_wall(at) + timedelta(weeks=weeks)).replace(tzinfo=ROME)
