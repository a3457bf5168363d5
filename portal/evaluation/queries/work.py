"""Assignments, sheets, and what is judged."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, defer, joinedload

from portal.accounts.models import User
from portal.applications.models import Application
from portal.applications.rules import RANKED, Status
from portal.calls.models import Call
from portal.companies.models import Company, Holding, Representative
from portal.eligibility.models import Report
from portal.evaluation.models import Assignment, ScoreSheet
from portal.evaluation.rules import ConflictState, Desk, Ending, Mark, Stage
from portal.kernel.many import among

IN_EVALUATION = frozenset({Status.ADMITTED, Status.EVALUATED})
READABLE = IN_EVALUATION | RANKED
COUNTING = (ConflictState.UNANSWERED, ConflictState.NONE)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """An assignment with its sheet, for whoever may see it."""

    assignment_id: UUID
    reviewer_id: UUID
    reviewer: str
    desk: Desk
    marks: dict[str, Mark]
    comment: str
    conflict_reason: str
    answered_at: datetime | None
    submitted_at: datetime | None
    saved_at: datetime | None
    is_locked: bool = False
    ending: Ending | None = None
    ending_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Work:
    """One assignment as its reviewer lists it: nothing of what the application says."""

    id: UUID
    application_id: UUID
    call_id: UUID
    slug: str
    protocol: str
    arrival: int
    company: str
    vat: str
    company_id: UUID
    status: Status
    given_at: datetime
    sheet: Sheet

    @property
    def stage(self) -> Stage:
        """What is owed."""
        return self.sheet.desk.stage


def marks_of(stored: dict[str, Any]) -> dict[str, Mark]:
    """The marks of a sheet as kept: `{criterion: {"points": "12.5" or null, "reason": "…", "typed": "…"}}`."""
    return {
        key: Mark(None if mark["points"] is None else Decimal(mark["points"]), mark["reason"], mark["typed"])
        for key, mark in stored.items()
    }


def lock(session: Session, assignment_id: UUID) -> Assignment | None:
    """The assignment, locked and fresh."""
    return session.get(Assignment, assignment_id, with_for_update=True, populate_existing=True)


def find_sheet(session: Session, assignment_id: UUID) -> ScoreSheet | None:
    """The sheet of an assignment, if one was begun."""
    return session.scalars(select(ScoreSheet).where(ScoreSheet.assignment_id == assignment_id)).one_or_none()


def _works() -> Any:  # noqa: ANN401 - a Select of seven things
    return (
        select(Assignment, ScoreSheet, Application, Call.slug, Company.legal_name, Company.vat)
        .join(Application, Application.id == Assignment.application_id)
        .join(Call, Call.id == Application.call_id)
        .join(Company, Company.id == Application.company_id)
        .outerjoin(ScoreSheet, ScoreSheet.assignment_id == Assignment.id)
        .options(defer(Application.content))
        .where(Application.status.in_(READABLE), Assignment.withdrawn_at.is_(None))
    )


def _work(row: Any) -> Work:  # noqa: ANN401 - a Row of the statement above
    given, sheet, application, slug, legal_name, vat = row
    return Work(
        id=given.id,
        application_id=application.id,
        call_id=application.call_id,
        slug=slug,
        protocol=application.protocol,
        arrival=application.arrival,
        company=legal_name,
        vat=vat,
        company_id=application.company_id,
        status=application.status,
        given_at=given.created_at,
        sheet=_sheet(given, sheet),
    )


def _sheet(given: Assignment, sheet: ScoreSheet | None, name: str = "") -> Sheet:
    submitted_at = sheet.submitted_at if sheet else None
    desk = Desk(
        reviewer=given.reviewer_id,
        conflict=given.conflict,
        has_sheet=sheet is not None,
        is_submitted=submitted_at is not None,
        is_withdrawn=given.withdrawn_at is not None,
    )
    return Sheet(
        assignment_id=given.id,
        reviewer_id=given.reviewer_id,
        reviewer=name,
        desk=desk,
        marks=marks_of(sheet.marks) if sheet else {},
        comment=sheet.comment if sheet else "",
        conflict_reason=given.conflict_reason,
        answered_at=given.answered_at,
        submitted_at=submitted_at,
        saved_at=sheet.updated_at if sheet else None,
        is_locked=given.is_locked,
        ending=given.ending,
        ending_reason=given.ending_reason,
    )


def works(session: Session, reviewer_id: UUID) -> list[Work]:
    """All that a reviewer was given and that is still alive, oldest first."""
    found = _works().where(Assignment.reviewer_id == reviewer_id).order_by(Assignment.created_at, Assignment.id)
    return [_work(row) for row in session.execute(found)]


def find_work(session: Session, assignment_id: UUID, reviewer_id: UUID) -> Work | None:
    """One assignment, if it is that reviewer's and the application is being, or was, evaluated."""
    found = _works().where(Assignment.id == assignment_id, Assignment.reviewer_id == reviewer_id)
    row = session.execute(found).one_or_none()
    return None if row is None else _work(row)


def find_live(session: Session, application_id: UUID, reviewer_id: UUID) -> Assignment | None:
    """The assignment of an application to a reviewer that is not ended, locked."""
    found = select(Assignment).where(
        Assignment.application_id == application_id,
        Assignment.reviewer_id == reviewer_id,
        Assignment.withdrawn_at.is_(None),
    )
    return session.scalars(found.with_for_update()).one_or_none()


def live(session: Session, *, call_id: UUID | None = None) -> Sequence[Row[*tuple[Any, ...]]]:
    """(id, application id, reviewer id) of what counts in the evaluations under way, of one call or of all."""
    found: Select[*tuple[Any, ...]] = (
        select(Assignment.id, Assignment.application_id, Assignment.reviewer_id)
        .join(Application, Application.id == Assignment.application_id)
        .where(
            Application.status.in_(IN_EVALUATION),
            Assignment.withdrawn_at.is_(None),
            Assignment.conflict.in_(COUNTING),
        )
        .order_by(Assignment.id)
    )
    return session.execute(found if call_id is None else found.where(Application.call_id == call_id)).all()


def content(session: Session, application_id: UUID) -> dict[str, Any]:
    """What the application says, as it was frozen. Ask `rules.check_content_open` first."""
    return session.scalars(select(Application.content).where(Application.id == application_id)).one() or {}


def sheets(session: Session, application_ids: Collection[UUID]) -> dict[UUID, list[Sheet]]:
    """Every assignment of these applications with its sheet, in the order given. Seals are the caller's."""
    found = (
        select(Assignment, ScoreSheet, User.full_name)
        .join(User, User.id == Assignment.reviewer_id)
        .outerjoin(ScoreSheet, ScoreSheet.assignment_id == Assignment.id)
        .where(among(Assignment.application_id, application_ids))
        .order_by(Assignment.created_at, Assignment.id)
    )
    by_application: dict[UUID, list[Sheet]] = {key: [] for key in application_ids}
    for given, sheet, name in session.execute(found):
        by_application[given.application_id].append(_sheet(given, sheet, name))
    return by_application


def in_evaluation(session: Session, call_id: UUID) -> Sequence[tuple[UUID, str, str, Status]]:
    """(id, protocol, legal name, status) of what is, or was, evaluated in a call, by arrival."""
    found = (
        select(Application.id, Application.protocol, Company.legal_name, Application.status)
        .join(Company, Company.id == Application.company_id)
        .where(Application.call_id == call_id, Application.status.in_(READABLE))
        .order_by(Application.arrival)
    )
    return [(id_, protocol or "", name, status) for id_, protocol, name, status in session.execute(found)]


def loads(
    session: Session, reviewer_ids: Collection[UUID], call_id: UUID, *, leaving_out: Collection[UUID] = ()
) -> dict[UUID, int]:
    """How many applications of a call each of these reviewers has, conflicts and `leaving_out` not counted."""
    found = (
        select(Assignment.reviewer_id, func.count())
        .join(Application, Application.id == Assignment.application_id)
        .where(
            Application.call_id == call_id,
            Application.id.not_in(leaving_out),
            Assignment.reviewer_id.in_(reviewer_ids),
            Assignment.withdrawn_at.is_(None),
            Assignment.conflict.in_(COUNTING),
        )
        .group_by(Assignment.reviewer_id)
    )
    return {key: count for key, count in session.execute(found)}  # noqa: C416 - rows, not pairs


def protocols(session: Session, application_ids: Collection[UUID]) -> dict[UUID, str]:
    """The protocol of each."""
    found = select(Application.id, Application.protocol).where(Application.id.in_(application_ids))
    return {id_: protocol or "" for id_, protocol in session.execute(found)}


def automatic_points(
    session: Session, application_ids: Collection[UUID]
) -> dict[UUID, tuple[UUID, dict[str, Decimal]]]:
    """The id of each application's latest report, and the points that it gives by criterion or bonus."""
    found = (
        select(Report.application_id, Report.id, Report.criteria)
        .where(among(Report.application_id, application_ids))
        .ext(distinct_on(Report.application_id))
        .order_by(Report.application_id, Report.number.desc())
    )
    return {
        key: (report_id, {one["criterion"]: Decimal(one["points"]) for one in criteria})
        for key, report_id, criteria in session.execute(found)
    }


def automatic_criteria(session: Session, application_id: UUID) -> list[dict[str, Any]]:
    """The automatic criteria of the latest report with their parts and reasons, as kept; empty before the first."""
    found = select(Report.criteria).where(Report.application_id == application_id).order_by(Report.number.desc())
    return session.scalars(found.limit(1)).first() or []


@dataclass(frozen=True)
class Party:
    """Who a reviewer must think of before declaring: the firm, its group, its representatives."""

    company: str
    vat: str
    municipality: str
    group: list[str]
    representatives: list[str]


def party(session: Session, application_id: UUID) -> Party:
    """The names around an application, and nothing of what it says."""
    firm = session.execute(
        select(Company.id, Company.legal_name, Company.vat, Company.municipality)
        .join(Application, Application.company_id == Company.id)
        .where(Application.id == application_id)
    ).one()
    group = session.scalars(select(Holding.name).where(Holding.company_id == firm.id).order_by(Holding.position))
    people = session.scalars(
        select(Representative.full_name).where(Representative.company_id == firm.id).order_by(Representative.full_name)
    )
    return Party(firm.legal_name, firm.vat, firm.municipality or "", list(group), list(people))


def find_application(session: Session, application_id: UUID) -> Application | None:
    """An application with its firm and call, handed in or not; its content is not loaded."""
    return session.scalars(
        select(Application)
        .options(joinedload(Application.company), joinedload(Application.call), defer(Application.content))
        .where(Application.id == application_id, Application.submitted_at.is_not(None))
    ).one_or_none()
