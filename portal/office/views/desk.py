"""What needs you today, and how far each call has come."""

from collections import Counter
from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_login import current_user

from portal import db
from portal.calls import queries as calls
from portal.calls.models import Call
from portal.calls.rules.content import CallContent
from portal.kernel.clock import utcnow
from portal.matching import permissions as meetings
from portal.matching.service import owed
from portal.notifications import permissions as post, queries as messages
from portal.notifications.rules import MessageState
from portal.office import permissions, queries, rules
from portal.office.views import fence
from portal.web.guards import requires, requires_office
from portal.web.language import current as language


@dataclass(frozen=True)
class Line:
    """A call on the desk."""

    call: Call
    content: CallContent
    funnel: rules.Funnel
    jobs: list[rules.Job]
    is_open: bool


@requires_office
def desk() -> ResponseReturnValue:
    """The office's first page."""
    return _desk("/ufficio")


@requires("auditor", "admin")
def control() -> ResponseReturnValue:
    """The same, for whoever only reads."""
    return _desk("/controllo")


def _desk(base: str) -> str:
    reach, now, session = permissions.scope(current_user), utcnow(), db.session()
    tallies = queries.tallies(session, reach, until=now + rules.EXPIRING)
    late = Counter(call_id for call_id, clock in queries.clocks(session, reach, now=now).values() if clock.is_at_risk)
    lines = []
    for seen in calls.all_calls(session, only=reach):
        call = seen.call
        if call.version is None:
            continue
        of_call, expiring, is_drawn = tallies.get(call.id, queries.NOTHING)
        owed = rules.jobs(
            of_call,
            slug=call.slug,
            closes_at=call.closes_at,
            drawn_not_published=is_drawn,
            now=now,
            at_risk=late[call.id],
            expiring=expiring,
        )
        is_open = call.opens_at <= now < call.closes_at
        lines.append(Line(call, calls.content_of(call.version), rules.funnel(of_call), owed, is_open))
    failed = messages.counts(session, scope=post.scope(current_user)).get(MessageState.FAILED, 0)
    return render_template(
        "office/desk.html",
        lines=lines,
        meetings=_meetings(),
        failed=failed,
        may_read_cases=reach is None or bool(reach),
        base=base,
    )


def _meetings() -> list[tuple[str, list[tuple[LazyString, str]]]]:
    """Events of business meetings that ask something of whoever may do it: title, then words and address of each."""
    waiting = owed.on_the_desk(db.session(), meetings.organised(current_user), now=utcnow())
    fenced = fence.out_of_reach([event.id for event, _jobs in waiting])
    return [
        (
            event.title_it if language() == "it" else event.title_en,
            [(job.words, owed.address(event, job)) for job in jobs],
        )
        for event, jobs in waiting
        if event.id not in fenced
    ]


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    bp.get("/ufficio")(desk)
    bp.get("/controllo")(control)
