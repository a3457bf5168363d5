"""What people decide on a report: correct a rule, admit, not admit. The machine never does."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications import queries as applications
from portal.applications.rules import Status
from portal.applications.service import move
from portal.audit.service import record
from portal.eligibility import queries
from portal.eligibility.events import ApplicationAdmitted, ApplicationNotAdmitted
from portal.eligibility.models import Override, Report
from portal.eligibility.queries import Standing
from portal.eligibility.rules.judged import (
    NoSuchRule,
    NotChecked,
    NotTheLatest,
    check_reason,
    check_refusable,
    check_under_check,
    doubts,
)
from portal.eligibility.rules.verdicts import Verdict
from portal.kernel import outbox
from portal.kernel.errors import NotFound


def override(
    session: Session, report_id: UUID, rule: str, verdict: Verdict, *, reason: str, by: str, now: datetime
) -> Override:
    """Answer one rule of the latest report in the machine's stead.

    Raises ReasonMissing, NoSuchRule, NotTheLatest, NotUnderCheck, NotFound.
    """
    report = queries.find_report(session, report_id)
    if report is None:
        raise NotFound
    standing = _lock(session, report.application_id)
    if standing.report.id != report_id:
        raise NotTheLatest
    if rule not in {one.outcome.id for one in standing.rules}:
        raise NoSuchRule
    correction = _correct(session, standing.report, rule, verdict, reason=check_reason(reason), by=by, now=now)
    _record(
        session,
        "eligibility.overridden",
        report.application_id,
        by=by,
        now=now,
        rule=rule,
        verdict=verdict.value,
        why=correction.reason,
    )
    return correction


def admit(session: Session, application_id: UUID, *, by: str, now: datetime, reason: str = "") -> None:
    """Admit to the evaluation. What was still to verify is answered by `reason`, rule by rule, in the same breath.

    Silent where it is admitted already. Raises StillFails, ReasonMissing, NotChecked, NotUnderCheck, NotFound.
    """
    standing = _lock(session, application_id)
    open_questions = doubts(standing.rules)
    if open_questions:
        why = check_reason(reason)
        for one in open_questions:
            _correct(session, standing.report, one.outcome.id, Verdict.PASS, reason=why, by=by, now=now)
    _decide(
        session,
        application_id,
        Status.ADMITTED,
        ApplicationAdmitted(application_id=application_id),
        by=by,
        now=now,
        why=reason,
    )


def not_admit(session: Session, application_id: UUID, *, reason: str, by: str, now: datetime) -> None:
    """Do not admit, because a rule fails. Raises NothingFails, ReasonMissing, NotChecked, NotUnderCheck, NotFound."""
    standing = _lock(session, application_id)
    check_refusable(standing.rules)
    why = check_reason(reason)
    event = ApplicationNotAdmitted(application_id=application_id)
    _decide(session, application_id, Status.NOT_ADMITTED, event, by=by, now=now, why=why)


def _lock(session: Session, application_id: UUID) -> Standing:
    application = applications.lock(session, application_id)
    if application is None:
        raise NotFound
    check_under_check(application.status)
    standing = queries.find_standing(session, application_id)
    if standing is None:
        raise NotChecked
    return standing


def _correct(
    session: Session, report: Report, rule: str, verdict: Verdict, *, reason: str, by: str, now: datetime
) -> Override:
    correction = Override(report_id=report.id, rule=rule, verdict=verdict, reason=reason, made_by=by, made_at=now)
    session.add(correction)
    session.flush()
    return correction


def _decide(
    session: Session,
    application_id: UUID,
    to: Status,
    event: ApplicationAdmitted | ApplicationNotAdmitted,
    *,
    by: str,
    now: datetime,
    why: str,
) -> None:
    application = applications.lock(session, application_id)
    if application is None or application.status is to:
        return
    outbox.emit(session, event)
    move(session, application_id, to, by=by, now=now, why=" ".join(why.split()))


def _record(session: Session, action: str, application_id: UUID, *, by: str, now: datetime, **detail: str) -> None:
    record(session, action, subject_type="application", subject_id=application_id, by=by, at=now, detail=detail)
