"""The clock of one proceeding: days used, suspended and left, and the instant at which it ends.

It runs from the closing of a ranking, where firms are compared and none can be judged before all are in, and from the
registration of each application that is first come, first served (L. 241/1990 art. 2 c. 6: a proceeding on request runs
from the day the request was received); `proceeding.counts_from` says otherwise where a call does. Days are the
calendar's, 30 to 90 (art. 2 c. 2-4). They stop, once and for 30 days at most, while a supplement is awaited (art. 2
c. 7), and from a notice of rejection to the tenth day after the observations, or after the term for them (art. 10-bis,
as in DL 76/2020). Of a term that ends on a holiday the end moves (`calls.rules.deadlines`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from portal.applications.rules.status import Status
from portal.calls.rules.content import CallContent
from portal.calls.rules.deadlines import at_hour, day_of, working_from

MOST_FOR_A_SUPPLEMENT: Final = 30
AFTER_OBSERVATIONS: Final = 10
CONCLUDED: Final = frozenset(Status) - {
    Status.SUBMITTED,
    Status.REGISTERED,
    Status.ELIGIBILITY_CHECK,
    Status.SUPPLEMENT_REQUESTED,
    Status.REJECTION_NOTICE,
    Status.ADMITTED,
    Status.EVALUATED,
}
"""Where no term runs: not yet handed in, or the outcome is there."""


class RequestKind(StrEnum):
    """What the office asks a firm to answer within a term."""

    SUPPLEMENT = "supplement"
    NOTICE = "notice"


class Hold(StrEnum):
    """What the clock does."""

    AHEAD = "ahead"
    RUNNING = "running"
    SUSPENDED = "suspended"
    OVER = "over"


@dataclass(frozen=True)
class Asked:
    """A request as the clock sees it: `ended_at` when it was answered, lapsed or called off; None while it is open."""

    kind: RequestKind
    at: datetime
    due_at: datetime
    ended_at: datetime | None = None
    is_called_off: bool = False


@dataclass(frozen=True)
class Span:
    """Days that don't count: those after `since`, up to `until`."""

    since: date
    until: date


@dataclass(frozen=True)
class Clock:
    """A proceeding on some day. `given` = `used` + `left`; `left` is negative once the days are over.

    `ends_at`: with what is suspended so far, and what will be if nobody answers an open request before its term.
    """

    given: int
    used: int
    suspended: int
    left: int
    starts_at: datetime
    ends_at: datetime
    hold: Hold

    @property
    def is_at_risk(self) -> bool:
        """A sixth of the days or less is left, of a clock that has begun."""
        return self.hold is not Hold.AHEAD and self.left <= self.given // 6


def starts_at(content: CallContent, *, submitted_at: datetime, closes_at: datetime) -> datetime:
    """What the days are counted from."""
    default = "closing" if content.procedure == "ranking" else "registration"
    return closes_at if (content.proceeding.counts_from or default) == "closing" else submitted_at


def spans(asked: Iterable[Asked]) -> list[Span]:
    """The suspensions, none overlapping, in order: the first supplement within its 30 days, and every notice."""
    found, has_stopped = [], False
    for one in sorted(asked, key=lambda one: (one.at, one.kind)):
        since, until = day_of(one.at), day_of(one.ended_at or one.due_at)
        if one.kind is RequestKind.SUPPLEMENT:
            if has_stopped:
                continue
            has_stopped = True
            until = min(until, since + timedelta(days=MOST_FOR_A_SUPPLEMENT))
        elif not one.is_called_off:
            until += timedelta(days=AFTER_OBSERVATIONS)
        found.append(Span(since, until))
    return _joined(found)


def _joined(found: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in sorted(found, key=lambda one: (one.since, one.until)):
        if joined and span.since <= joined[-1].until:
            joined[-1] = Span(joined[-1].since, max(joined[-1].until, span.until))
        else:
            joined.append(span)
    return joined


def clock(
    content: CallContent,
    asked: Sequence[Asked],
    *,
    submitted_at: datetime,
    closes_at: datetime,
    now: datetime,
) -> Clock:
    """The clock of one application at `now`. What happened before it began suspends nothing."""
    given, start = content.days.procedure, starts_at(content, submitted_at=submitted_at, closes_at=closes_at)
    first, today = day_of(start), day_of(now)
    stopped = [Span(max(one.since, first), one.until) for one in spans(asked) if one.until > first]
    suspended = _days_in(stopped, first, today)
    used = max(0, (today - first).days - suspended)
    last = first + timedelta(days=given)
    for one in stopped:
        if one.since < last:
            last += one.until - one.since
    ends_at = at_hour(working_from(last, even_saturday=True), content.proceeding.hour)
    hold = _hold(stopped, first, today, is_over=now > ends_at)
    return Clock(given, used, suspended, given - used, start, ends_at, hold)


def _days_in(stopped: Iterable[Span], first: date, today: date) -> int:
    return sum(max(0, (min(one.until, today) - max(one.since, first)).days) for one in stopped)


def _hold(stopped: Iterable[Span], first: date, today: date, *, is_over: bool) -> Hold:
    if today < first:
        return Hold.AHEAD
    if is_over:
        return Hold.OVER
    return Hold.SUSPENDED if any(one.since <= today < one.until for one in stopped) else Hold.RUNNING
