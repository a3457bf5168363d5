"""Every SELECT of the eligibility check."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, and_, exists, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased, contains_eager, defer

from portal.applications.models import Application, Request
from portal.applications.rules import Status
from portal.applications.rules.procedure import RequestKind
from portal.applications.rules.requests import RequestState
from portal.calls.models import Call
from portal.companies.models import Company, Holding, Representative
from portal.eligibility.models import Override, Recheck, Refusal, Reopening, Report
from portal.eligibility.rules.facts import EarlierApplication
from portal.eligibility.rules.judged import Correction, Judged, judge, standing_verdict
from portal.eligibility.rules.verdicts import Outcome, Verdict
from portal.kernel.many import among

OUT_OF_PLAY = (Status.DRAFT, Status.WITHDRAWN)
UNDECIDED = (
    Status.SUBMITTED,
    Status.REGISTERED,
    Status.ELIGIBILITY_CHECK,
    Status.SUPPLEMENT_REQUESTED,
    Status.REJECTION_NOTICE,
)
ADMITTED = tuple(status for status in Status if status not in {*OUT_OF_PLAY, *UNDECIDED, Status.NOT_ADMITTED})
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Standing:
    """The latest report with what people said of it, and the reports before, the newest first."""

    report: Report
    rules: list[Judged]
    before: Sequence[Report]

    @property
    def verdict(self) -> Verdict:
        """Of the whole, corrections counted."""
        return standing_verdict(self.rules)

    @property
    def counts(self) -> dict[str, int]:
        """How many rules pass, fail, are to verify."""
        return {verdict.value: sum(rule.verdict is verdict for rule in self.rules) for verdict in Verdict}


def outcomes_of(report: Report) -> list[Outcome]:
    """The outcomes of a report, in the call's order."""
    return [Outcome.model_validate(one) for one in report.content["rules"]]


def find_standing(session: Session, application_id: UUID) -> Standing | None:
    """How an application stands with the rules; None before the first check. One statement."""
    return standings(session, [application_id]).get(application_id)


def standings(session: Session, application_ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """How each of these applications stands; those never checked are left out. One statement."""
    found = (
        select(Report, Override)
        .outerjoin(Override, Override.report_id == Report.id)
        .options(defer(Report.facts))
        .where(among(Report.application_id, application_ids))
        .order_by(Report.application_id, Report.number.desc())
    )
    reports: dict[UUID, list[Report]] = defaultdict(list)
    overrides: dict[UUID, list[tuple[Override, Report]]] = defaultdict(list)
    for report, override in session.execute(found):
        own = reports[report.application_id]
        if not own or own[-1] is not report:
            own.append(report)
        if override is not None:
            overrides[report.application_id].append((override, report))
    return {
        application_id: Standing(own[0], judge(outcomes_of(own[0]), _corrections(overrides[application_id])), own[1:])
        for application_id, own in reports.items()
    }


def _corrections(overrides: list[tuple[Override, Report]]) -> list[Correction]:
    """In the order in which they were made."""
    return [
        Correction(
            on=next(outcome for outcome in outcomes_of(report) if outcome.id == one.rule),
            verdict=one.verdict,
            reason=one.reason,
            by=one.made_by,
            at=one.made_at,
        )
        for one, report in sorted(overrides, key=lambda each: (each[0].made_at, each[0].id))
    ]


def find_report(session: Session, report_id: UUID) -> Report | None:
    """One report."""
    return session.get(Report, report_id)


def last_number(session: Session, application_id: UUID) -> int:
    """The number of the latest report; 0 before the first."""
    return session.scalar(select(func.max(Report.number)).where(Report.application_id == application_id)) or 0


def last_numbers(session: Session, application_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The number of the latest report of each; those without are left out."""
    found = select(Report.application_id, func.max(Report.number)).where(Report.application_id.in_(application_ids))
    return dict(session.execute(found.group_by(Report.application_id)).all())


def lock_batch(session: Session, call_id: UUID, *, after: int, limit: int) -> Sequence[Application]:
    """Applications handed in, in order of arrival from beyond `after`, locked against a change of state."""
    found = select(Application).where(
        Application.call_id == call_id, Application.status.not_in(OUT_OF_PLAY), Application.arrival > after
    )
    return session.scalars(found.order_by(Application.arrival).limit(limit).with_for_update()).all()


def count_handed_in(session: Session, call_id: UUID) -> int:
    """How many applications to the call are in play."""
    found = select(func.count()).where(Application.call_id == call_id, Application.status.not_in(OUT_OF_PLAY))
    return session.scalar(found) or 0


def unchecked(session: Session, *, before: datetime, limit: int) -> Sequence[UUID]:
    """Applications handed in before that instant that have no report: the queue forgot them."""
    found = select(Application.id).where(
        Application.status.in_([Status.SUBMITTED, Status.REGISTERED]),
        Application.submitted_at < before,
        ~exists().where(Report.application_id == Application.id),
    )
    return session.scalars(found.order_by(Application.arrival).limit(limit)).all()


def was_checked_since(session: Session, application_id: UUID, at: datetime) -> bool:
    """Whether a report was made at that instant or later."""
    found = select(Report.id).where(Report.application_id == application_id, Report.made_at >= at)
    return session.scalar(found.limit(1)) is not None


def unseen_supplements(session: Session, *, before: datetime, limit: int) -> Sequence[UUID]:
    """Supplements answered before that instant of cases in the check that have no report since."""
    found = (
        select(Request.id)
        .join(Application, Application.id == Request.application_id)
        .where(
            Application.status == Status.ELIGIBILITY_CHECK,
            Request.kind == RequestKind.SUPPLEMENT,
            Request.state == RequestState.ANSWERED,
            Request.closed_at < before,
            ~exists().where(Report.application_id == Request.application_id, Report.made_at >= Request.closed_at),
        )
    )
    return session.scalars(found.order_by(Request.closed_at).limit(limit)).all()


def refusals_of(session: Session, application_id: UUID) -> Sequence[Refusal]:
    """The acts by which an application was not admitted, the latest first."""
    found = select(Refusal).where(Refusal.application_id == application_id)
    return session.scalars(found.order_by(Refusal.made_at.desc(), Refusal.id)).all()


def hold_call_of(session: Session, application_id: UUID) -> None:
    """Hold the call of an application against a new ranking, as who publishes one does."""
    call_id = select(Application.call_id).where(Application.id == application_id).scalar_subquery()
    session.execute(select(Call.id).where(Call.id == call_id).with_for_update(read=True))


def latest_reopening(session: Session, application_id: UUID) -> Reopening | None:
    """The last time that a decided check was opened again."""
    found = select(Reopening).where(Reopening.application_id == application_id)
    return session.scalars(found.order_by(Reopening.made_at.desc(), Reopening.id).limit(1)).one_or_none()


def find_reopening(session: Session, reopening_id: UUID) -> Reopening | None:
    """One of them."""
    return session.get(Reopening, reopening_id)


def stalled(session: Session, *, before: datetime) -> Sequence[UUID]:
    """Rechecks neither finished nor touched since that instant."""
    return session.scalars(select(Recheck.id).where(Recheck.finished_at.is_(None), Recheck.touched_at < before)).all()


def lock_recheck(session: Session, recheck_id: UUID) -> Recheck | None:
    """A recheck for carrying on; None if there is none, or another worker has it."""
    found = select(Recheck).where(Recheck.id == recheck_id).with_for_update(skip_locked=True)
    return session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def latest_recheck(session: Session, call_id: UUID) -> Recheck | None:
    """The latest recheck of a call."""
    return session.scalars(
        select(Recheck).where(Recheck.call_id == call_id).order_by(Recheck.asked_at.desc()).limit(1)
    ).one_or_none()


def earlier_applications(session: Session, application_ids: Sequence[UUID]) -> dict[UUID, list[EarlierApplication]]:
    """For each application, the live ones to its call that arrived before and share a tax code with it. One statement.

    `same`: the firm's own code; `linked`: a firm, shareholder or representative that both name.
    """
    mine, theirs = aliased(Application), aliased(Application)
    my_codes, their_codes = _codes().cte("my_codes"), _codes().cte("their_codes")
    found = (
        select(
            mine.id,
            theirs.submitted_at,
            theirs.protocol,
            func.bool_or(and_(my_codes.c.kind == "own", their_codes.c.kind == "own")),
        )
        .join(my_codes, my_codes.c.company_id == mine.company_id)
        .join(their_codes, and_(their_codes.c.code == my_codes.c.code, their_codes.c.company_id != mine.company_id))
        .join(
            theirs,
            and_(
                theirs.company_id == their_codes.c.company_id,
                theirs.call_id == mine.call_id,
                theirs.arrival < mine.arrival,
                theirs.status.not_in(OUT_OF_PLAY),
            ),
        )
        .where(mine.id.in_(application_ids))
        .group_by(mine.id, theirs.id, theirs.arrival, theirs.submitted_at, theirs.protocol)
        .order_by(mine.id, theirs.arrival)
    )
    earlier: dict[UUID, list[EarlierApplication]] = {application_id: [] for application_id in application_ids}
    for application_id, submitted_at, protocol, is_same in session.execute(found):
        relation = "same" if is_same else "linked"
        earlier[application_id].append(
            EarlierApplication(relation=relation, submitted_at=submitted_at, protocol=protocol)
        )
    return earlier


def _codes() -> Any:  # noqa: ANN401 - a compound select
    """Every tax code that a firm has or names."""

    def one(company_id: Any, code: Any, kind: str) -> Select[Any]:  # noqa: ANN401
        return select(company_id.label("company_id"), code.label("code"), literal(kind, String).label("kind")).where(
            code.is_not(None), code != ""
        )

    return union_all(
        one(Company.id, Company.vat, "own"),
        one(Company.id, Company.tax_code, "own"),
        one(Holding.company_id, Holding.tax_code, "holding"),
        one(Representative.company_id, Representative.tax_code, "person"),
    )


def _cases() -> Select[Application]:
    return (
        select(Application)
        .join(Application.call)
        .join(Application.company)
        .options(
            contains_eager(Application.call),
            contains_eager(Application.company).load_only(Company.legal_name, Company.vat),
            defer(Application.content),
        )
    )


def listing(call_id: UUID, statuses: Sequence[Status]) -> Select[Application]:
    """Applications of a call in these states, with firm and call, unordered: for paging by arrival."""
    return _cases().where(Application.call_id == call_id, Application.status.in_(statuses))


def counts(session: Session, call_id: UUID) -> dict[Status, int]:
    """How many applications of a call stand in each state."""
    found = select(Application.status, func.count()).where(Application.call_id == call_id).group_by(Application.status)
    return dict(session.execute(found).all())


def own_ids(session: Session, call_id: UUID, wanted: Sequence[str]) -> Sequence[UUID]:
    """Those of `wanted`, ids as typed, that are applications to the call, in order of arrival."""
    ids = [UUID(one) for one in wanted if _UUID.fullmatch(one)]
    found = select(Application.id).where(Application.call_id == call_id, Application.id.in_(ids))
    return session.scalars(found.order_by(Application.arrival)).all()


def find_case(session: Session, application_id: UUID) -> Application | None:
    """An application with firm and call: for staff."""
    return session.scalars(_cases().where(Application.id == application_id)).one_or_none()


def find_own_case(
    session: Session, application_id: UUID, *, company_id: UUID | None, call_id: UUID | None
) -> Application | None:
    """An application with firm and call, if it is that firm's (and of that call, where one is given)."""
    found = _cases().where(Application.id == application_id, Application.company_id == company_id)
    return session.scalars(found if call_id is None else found.where(Application.call_id == call_id)).one_or_none()
