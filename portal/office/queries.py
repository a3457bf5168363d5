"""Every SELECT of the office."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Row,
    Select,
    Uuid,
    and_,
    bindparam,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import Session

from portal.applications import queries as applications
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.applications.rules.procedure import CONCLUDED, Clock, clock, starts_at
from portal.audit.models import Entry
from portal.awards.models import Award
from portal.calls import queries as calls
from portal.calls.models import Call
from portal.companies.models import Company
from portal.eligibility.models import Refusal
from portal.notifications.models import Message
from portal.notifications.rules import MessageState
from portal.ranking.models import Ranking

Scope = frozenset[UUID] | None
MOST_MESSAGES = 20
AT_ONCE = 500


FAR = datetime(9999, 1, 1, tzinfo=UTC)
"""Where those stand, in order of term, for whom none runs."""


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to."""

    call_id: UUID | None = None
    status: Status | None = None
    words: str = ""
    at_risk: bool = False


def clocks(session: Session, scope: Scope, *, now: datetime) -> dict[UUID, tuple[UUID, Clock]]:
    """Call and clock of every case within the scope whose term runs. Three statements, however many."""
    running = applications.running(session, call_ids=scope)
    asked, contents = applications.asked_about(session), calls.contents(session, {one.version_id for one in running})
    alike: dict[tuple[UUID, datetime], Clock] = {}
    found = {}
    for one in running:
        content, own = contents[one.version_id], asked.get(one.id, [])
        when = {"submitted_at": one.submitted_at, "closes_at": one.closes_at}
        # most were asked nothing, and those of a ranking all start together
        key = (one.version_id, starts_at(content, **when))
        read = alike.get(key) if not own else None
        if read is None:
            read = clock(content, own, **when, now=now)
            if not own:
                alike[key] = read
        found[one.id] = (one.call_id, read)
    return found


def with_terms(
    listed: Select[*tuple[Any, ...]], found: Mapping[UUID, Clock], *, only: bool
) -> tuple[Select[*tuple[Any, ...]], Any]:
    """The list with the end of each term, as `term`, and the column to sort by; `only` those cases."""
    ids, ends = bindparam("ids", list(found), ARRAY(Uuid)), [one.ends_at for one in found.values()]
    moments = bindparam("ends", ends, ARRAY(DateTime(timezone=True)))
    terms: Any = (
        func.unnest(ids, moments)
        .table_valued(column("id", Uuid), column("ends_at", DateTime(timezone=True)))
        .render_derived(name="terms")
    )
    term = func.coalesce(terms.c.ends_at, literal(FAR, DateTime(timezone=True)))
    return listed.add_columns(term.label("term")).join(terms, terms.c.id == Application.id, isouter=not only), term


def _within(scope: Scope, column: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    return true() if scope is None else column.in_(scope)


def listing(scope: Scope, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """Applications handed in, unordered, for paging; drafts are nobody's business but the firm's."""
    found: Select[*tuple[Any, ...]] = (
        select(
            Application.id,
            Application.protocol,
            Application.arrival,
            Application.submitted_at,
            Application.status,
            Application.reopened_at,
            Application.version_id,
            Company.legal_name,
            Company.vat,
            Company.province,
            Call.code,
            Call.slug,
            Call.closes_at,
        )
        .join(Company, Company.id == Application.company_id)
        .join(Call, Call.id == Application.call_id)
        .where(Application.arrival.is_not(None), _within(scope, Application.call_id))
    )
    if wanted.call_id:
        found = found.where(Application.call_id == wanted.call_id)
    if wanted.status:
        found = found.where(Application.status == wanted.status)
    if wanted.words:
        found = found.where(_mentions(wanted.words))
    return found


def _mentions(words: str) -> ColumnElement[bool]:
    plain = words.strip().lower()
    name = func.lower(Company.legal_name).contains(plain, autoescape=True)
    return or_(name, Company.vat == plain, func.lower(Application.protocol) == plain)


def clocks_of(session: Session, rows: Sequence[Row[*tuple[Any, ...]]], *, now: datetime) -> dict[UUID, Clock]:
    """The clocks of the rows of a list; those without a term are left out. Two statements."""
    running = [row for row in rows if row.status not in CONCLUDED]
    asked = applications.asked_about(session, [row.id for row in running])
    contents = calls.contents(session, {row.version_id for row in running})
    return {
        row.id: clock(
            contents[row.version_id],
            asked.get(row.id, []),
            submitted_at=row.reopened_at or row.submitted_at,
            closes_at=row.reopened_at or row.closes_at,
            now=now,
        )
        for row in running
    }


def everything(
    session: Session, statement: Select[*tuple[Any, ...]], *, limit: int
) -> Iterator[Sequence[Row[*tuple[Any, ...]]]]:
    """The rows of a list in order of arrival, in batches that the server hands over one by one: for a sheet."""
    ordered = statement.order_by(Application.arrival).limit(limit)
    yield from session.execute(ordered, execution_options={"yield_per": AT_ONCE}).partitions()


class Tally(NamedTuple):
    """How many applications a call has in each state.

    `expiring`: awards whose term to accept ends soon, or is over. `is_drawn`: its newest ranking waits to be published.
    """

    states: dict[Status, int]
    expiring: int
    is_drawn: bool


def tallies(session: Session, scope: Scope, *, until: datetime) -> dict[UUID, Tally]:
    """The tally of each call; `until`: what is soon. One statement."""
    waits = and_(Application.status == Status.AWARDED, Award.answered_at.is_(None), Award.accept_by <= until)
    rows = session.execute(
        select(
            Application.call_id,
            Application.status,
            func.count(),
            func.count().filter(waits),
            Application.call_id.in_(_drawn_not_published()),
        )
        .outerjoin(Award, Award.application_id == Application.id)
        .where(_within(scope, Application.call_id))
        .group_by(Application.call_id, Application.status)
    )
    found: dict[UUID, Tally] = {}
    for call_id, status, number, ending, is_drawn in rows:
        states, expiring, _drawn = found.get(call_id, NOTHING)
        found[call_id] = Tally({**states, status: number}, expiring + ending, is_drawn)
    return found


NOTHING = Tally({}, 0, is_drawn=False)
"""Of a call to which nobody has applied."""


def _drawn_not_published() -> Select[Any]:
    """Calls whose newest ranking waits to be published."""
    newest = select(Ranking.call_id, func.max(Ranking.number).label("number")).group_by(Ranking.call_id).subquery()
    return (
        select(Ranking.call_id)
        .join(newest, (newest.c.call_id == Ranking.call_id) & (newest.c.number == Ranking.number))
        .where(Ranking.published_at.is_(None))
    )


@dataclass(frozen=True)
class Told:
    """A message about a case, as a list shows it."""

    id: UUID
    created_at: datetime
    recipient: str
    subject: str
    state: MessageState


@dataclass(frozen=True)
class Deed:
    """A line of the audit about a case."""

    at: datetime
    action: str
    by: str
    detail: dict[str, Any]


@dataclass(frozen=True)
class Around:
    """What stands beside a case: the latest messages, its story (the latest first), whether an act refused it."""

    messages: list[Told]
    story: list[Deed]
    is_refused: bool


def around(session: Session, application_id: UUID) -> Around:
    """What stands beside one case. One statement."""
    refused = exists().where(Refusal.application_id == application_id)
    found = select(_latest_messages(application_id), _story(application_id), refused)
    messages, story, is_refused = session.execute(found).one()
    return Around(
        messages=[
            Told(UUID(id_), datetime.fromisoformat(at), recipient, subject, MessageState(state))
            for id_, at, recipient, subject, state in messages or ()
        ],
        story=[
            Deed(datetime.fromisoformat(at), action, by, json.loads(detail)) for at, action, by, detail in story or ()
        ],
        is_refused=is_refused,
    )


def _latest_messages(application_id: UUID) -> Any:  # noqa: ANN401 - a scalar subquery
    columns = (Message.id, Message.created_at, Message.recipient, Message.subject, Message.state)
    latest = select(*columns).where(Message.subject_id == application_id)
    last = latest.order_by(Message.created_at.desc()).limit(MOST_MESSAGES).subquery()
    return select(func.jsonb_agg(func.jsonb_build_array(*last.c))).scalar_subquery()


def _story(application_id: UUID) -> Any:  # noqa: ANN401 - a scalar subquery
    line = func.jsonb_build_array(Entry.at, Entry.action, Entry.by, Entry.detail)
    told = select(func.jsonb_agg(aggregate_order_by(line, Entry.seq.desc())))
    return told.where(Entry.subject_id == str(application_id)).scalar_subquery()
