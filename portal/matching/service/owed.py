"""What events ask of the office: for their own pages, and for the desk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.matching.models import MatchingEvent
from portal.matching.queries import events, standing
from portal.matching.queries.events import Scope
from portal.matching.queries.standing import Figures
from portal.matching.rules import desk
from portal.matching.rules.desk import Job
from portal.matching.rules.states import EventState, ParticipantState, RunState, Side
from portal.matching.service import telling

INFEASIBLE = "infeasible"


@dataclass(frozen=True)
class Standing:
    """An event, in figures and in what it asks for; `when`: its beginning and its end."""

    figures: Figures
    when: tuple[datetime, datetime] | None
    jobs: Sequence[Job]


def of_events(session: Session, known: Sequence[MatchingEvent], *, now: datetime) -> Mapping[UUID, Standing]:
    """How each of these events stands: the same few statements, and a few for each that is published and not closed."""
    ids = [one.id for one in known]
    figures, when = standing.figures(session, ids), standing.days(session, ids)
    runs, courses = standing.latest_runs(session, ids), standing.courses(session, ids, now=now)
    found = {}
    for event in known:
        people, course, run = figures[event.id], courses[event.id], runs.get(event.id)
        facts = desk.Facts(
            state=event.state,
            wishes_from=event.wishes_from,
            wishes_until=event.wishes_until,
            to_read=people.to_read,
            invited=people.invited,
            firms=sum(people.of(Side.COMPANY, state) for state in ParticipantState),
            buyers=sum(people.of(Side.BUYER, state) for state in ParticipantState),
            is_infeasible=bool(run and run[1] == INFEASIBLE),
            has_failed=bool(run and run[0] is RunState.FAILED),
            ends_at=when[event.id][1] if event.id in when else None,
            silent=course.silent,
            is_drawn=bool(course.placed),
            hit=course.hit,
            untold=len(telling.untold(session, event)) if event.state is EventState.PUBLISHED else 0,
            unmarked=course.unmarked,
            unsaid=course.unsaid,
        )
        found[event.id] = Standing(people, when.get(event.id), desk.jobs(facts, now=now))
    return found


def on_the_desk(session: Session, scope: Scope, *, now: datetime) -> list[tuple[MatchingEvent, Sequence[Job]]]:
    """Events of these calls that ask for something, the newest first."""
    if scope is not None and not scope:
        return []
    running = [row[0] for row in events.listing(session, scope) if row[0].state is not EventState.CLOSED]
    if not running:
        return []
    stands = of_events(session, running, now=now)
    return [(one, stands[one.id].jobs) for one in running if stands[one.id].jobs]


def address(event: MatchingEvent, job: Job) -> str:
    """Where it is done."""
    tails = {"agenda": "/agenda", "figures": "/cifre"}
    return f"/ufficio/incontri/{event.slug}{tails.get(job.place, f'#{job.place}')}"
