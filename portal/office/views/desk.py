"""What needs you today, and how far each call has come."""

from collections import Counter
from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal import db
from portal.calls import queries as calls
from portal.calls.models import Call
from portal.calls.rules.content import CallContent
from portal.kernel.clock import utcnow
from portal.notifications import permissions as post, queries as messages
from portal.notifications.rules import MessageState
from portal.office import permissions, queries, rules
from portal.web.guards import requires, requires_office


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
    waiting = queries.drawn_not_published(session)
    late = Counter(call_id for call_id, clock in queries.clocks(session, reach, now=now).values() if clock.is_at_risk)
    lines = []
    for seen in calls.all_calls(session, only=reach):
        call = seen.call
        if call.version is None:
            continue
        of_call, expiring = tallies.get(call.id, queries.Tally({}, 0))
        owed = rules.jobs(
            of_call,
            slug=call.slug,
            closes_at=call.closes_at,
            drawn_not_published=call.id in waiting,
            now=now,
            at_risk=late[call.id],
            expiring=expiring,
        )
        is_open = call.opens_at <= now < call.closes_at
        lines.append(Line(call, calls.content_of(call.version), rules.funnel(of_call), owed, is_open))
    failed = messages.counts(session, scope=post.scope(current_user)).get(MessageState.FAILED, 0)
    return render_template(
        "office/desk.html", lines=lines, failed=failed, may_read_cases=reach is None or bool(reach), base=base
    )


def route(bp: Blueprint) -> None:
    """Where these pages are."""
    bp.get("/ufficio")(desk)
    bp.get("/controllo")(control)
