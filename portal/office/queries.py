"""Every SELECT of the office."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, true
from sqlalchemy.orm import Session

from portal.applications.models import Application, Attachment
from portal.applications.rules import Status
from portal.calls.models import Call
from portal.companies.models import Company
from portal.documents.models import File
from portal.notifications.models import Message
from portal.ranking.models import Ranking

Scope = frozenset[UUID] | None
MOST_MESSAGES = 20


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to."""

    call_id: UUID | None = None
    status: Status | None = None
    words: str = ""


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
            Company.legal_name,
            Company.vat,
            Company.province,
            Call.code,
            Call.slug,
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


def everything(session: Session, statement: Select[*tuple[Any, ...]], *, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The rows of a list in order of arrival, for a sheet."""
    return session.execute(statement.order_by(Application.arrival).limit(limit)).all()


def counts(session: Session, scope: Scope) -> dict[UUID, dict[Status, int]]:
    """How many applications each call has in each state."""
    rows = session.execute(
        select(Application.call_id, Application.status, func.count())
        .where(_within(scope, Application.call_id))
        .group_by(Application.call_id, Application.status)
    )
    found: dict[UUID, dict[Status, int]] = defaultdict(dict)
    for call_id, status, number in rows:
        found[call_id][status] = number
    return found


def drawn_not_published(session: Session) -> set[UUID]:
    """Calls whose newest ranking waits to be published."""
    newest = select(Ranking.call_id, func.max(Ranking.number).label("number")).group_by(Ranking.call_id).subquery()
    waiting = (
        select(Ranking.call_id)
        .join(newest, (newest.c.call_id == Ranking.call_id) & (newest.c.number == Ranking.number))
        .where(Ranking.published_at.is_(None))
    )
    return set(session.scalars(waiting))


def messages(session: Session, application_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """The latest messages about one application."""
    found: Select[*tuple[Any, ...]] = (
        select(Message.id, Message.created_at, Message.recipient, Message.subject, Message.state)
        .where(Message.subject_id == application_id)
        .order_by(Message.created_at.desc())
        .limit(MOST_MESSAGES)
    )
    return session.execute(found).all()


def find_file(session: Session, application_id: UUID, attachment_id: UUID) -> File | None:
    """A file attached to that application."""
    return session.scalars(
        select(File)
        .join(Attachment, Attachment.file_id == File.id)
        .where(Attachment.id == attachment_id, Attachment.application_id == application_id)
    ).one_or_none()
