"""The office's board: who owes what, application by application."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.companies.models import Company
from portal.evaluation.models import Assignment, ScoreSheet
from portal.evaluation.queries.work import COUNTING, READABLE
from portal.evaluation.rules import ConflictState


def call_page(call_id: UUID, *, only_lacking: bool = False, words: str = "") -> Select[*tuple[Any, ...]]:
    """(application id, protocol, arrival, firm, status) of what a call evaluates, unordered, for paging by arrival.

    `only_lacking`: those that no reviewer has, or whose every reviewer is in conflict. `words`: in name or protocol.
    """
    statement = (
        select(Application.id, Application.protocol, Application.arrival, Company.legal_name, Application.status)
        .join(Company, Company.id == Application.company_id)
        .where(Application.call_id == call_id, Application.status.in_(READABLE))
    )
    if only_lacking:
        statement = statement.where(
            Application.status == Status.ADMITTED,
            ~exists().where(
                Assignment.application_id == Application.id,
                Assignment.withdrawn_at.is_(None),
                Assignment.conflict.in_(COUNTING),
            ),
        )
    if plain := words.strip().lower():
        name = func.lower(Company.legal_name).contains(plain, autoescape=True)
        statement = statement.where(or_(name, func.lower(Application.protocol) == plain))
    return statement


@dataclass(frozen=True, kw_only=True)
class Burden:
    """What one reviewer has of a call, by stage."""

    reviewer_id: UUID
    name: str
    email: str
    to_declare: int
    to_score: int
    draft: int
    submitted: int
    in_conflict: int

    @property
    def owed(self) -> int:
        """Sheets not handed in yet."""
        return self.to_declare + self.to_score + self.draft


def burdens(session: Session, call_id: UUID) -> list[Burden]:
    """Who owes what in a call, whoever owes most first. One statement."""
    open_ = Assignment.conflict == ConflictState.NONE
    counts = {
        "to_declare": Assignment.conflict == ConflictState.UNANSWERED,
        "to_score": and_(open_, ScoreSheet.id.is_(None)),
        "draft": and_(open_, ScoreSheet.id.is_not(None), ScoreSheet.submitted_at.is_(None)),
        "submitted": and_(open_, ScoreSheet.submitted_at.is_not(None)),
        "in_conflict": Assignment.conflict.in_([ConflictState.DECLARED, ConflictState.DETECTED]),
    }
    columns = [func.count().filter(holds).label(name) for name, holds in counts.items()]
    rows = session.execute(
        select(User.id.label("reviewer_id"), User.full_name.label("name"), User.email, *columns)
        .join(Assignment, Assignment.reviewer_id == User.id)
        .join(Application, Application.id == Assignment.application_id)
        .outerjoin(ScoreSheet, ScoreSheet.assignment_id == Assignment.id)
        .where(Application.call_id == call_id, Application.status.in_(READABLE), Assignment.withdrawn_at.is_(None))
        .group_by(User.id)
    )
    return sorted((Burden(**row) for row in rows.mappings()), key=lambda one: (-one.owed, one.name))


def call_counts(session: Session, call_id: UUID) -> dict[Status, int]:
    """How many applications of a call are in each state of the evaluation."""
    found = select(Application.status, func.count()).where(
        Application.call_id == call_id, Application.status.in_(READABLE)
    )
    return dict(session.execute(found.group_by(Application.status)).all())
