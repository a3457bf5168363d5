"""What people decide on a report: correct a rule, admit, not admit. The machine never does."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications import queries as applications, service as asking
from portal.applications.models import Application, Request
from portal.applications.rules import Status
from portal.applications.rules.procedure import RequestKind
from portal.applications.rules.requests import observations
from portal.applications.service import move
from portal.audit.service import record
from portal.calls.queries import content_by_id
from portal.eligibility import queries
from portal.eligibility.events import ApplicationAdmitted, ApplicationNotAdmitted, OutcomeConfirmed
from portal.eligibility.models import Override, Refusal, Reopening, Report
from portal.eligibility.queries import Standing
from portal.eligibility.rules.judged import (
    NoSuchRule,
    NotChecked,
    NotTheLatest,
    check_notice,
    check_reason,
    check_refusable,
    check_replies,
    check_under_check,
    doubts,
)
from portal.eligibility.rules.reopening import admitted_to
from portal.eligibility.rules.verdicts import Verdict
from portal.kernel import outbox
from portal.kernel.errors import NotFound

_Decided: TypeAlias = ApplicationAdmitted | ApplicationNotAdmitted | OutcomeConfirmed
CALLED_OFF_BY_ADMISSION: Final = "Preavviso superato: la domanda è ammessa."


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

    One reopened from a ranking goes back to where it was: the outcome holds. Silent where it is admitted already.
    Raises StillFails, ReasonMissing, NotChecked, NotUnderCheck, NotFound.
    """
    standing = _lock(session, application_id)
    open_questions = doubts(standing.rules)
    if open_questions:
        why = check_reason(reason)
        for one in open_questions:
            _correct(session, standing.report, one.outcome.id, Verdict.PASS, reason=why, by=by, now=now)
    reopening = _pending_reopening(session, application_id)
    to = admitted_to(reopening.was if reopening else None)
    event: _Decided = ApplicationAdmitted(application_id=application_id)
    if reopening and to is not Status.ADMITTED:
        event = OutcomeConfirmed(reopening_id=reopening.id)
    _decide(session, application_id, to, event, by=by, now=now, why=reason)


def _pending_reopening(session: Session, application_id: UUID) -> Reopening | None:
    application = applications.lock(session, application_id)
    if application is None or application.reopened_at is None:
        return None
    return queries.latest_reopening(session, application_id)


def give_notice(
    session: Session, application_id: UUID, *, reasons: Sequence[Mapping[str, str]], words: str, by: str, now: datetime
) -> Request:
    """Tell a firm why it will not be admitted, before the act (L. 241/1990 art. 10-bis).

    `reasons`: [{"rule", "text"}]. Raises NothingFails, NotChecked, NotUnderCheck, and what
    `applications.service.give_notice` does.
    """
    check_refusable(_lock(session, application_id).rules)
    return asking.give_notice(session, application_id, reasons=reasons, words=words, by=by, now=now)


def not_admit(
    session: Session,
    application_id: UUID,
    *,
    reason: str,
    by: str,
    now: datetime,
    replies: Mapping[str, str] | None = None,
) -> None:
    """Do not admit, because a rule fails; `replies` answer the observations on a notice, by their key.

    Where the call wants a notice, one must have been answered or have ended. Silent where it is not admitted already.
    Raises NothingFails, ReasonMissing, NoticeNeeded, NoticeRunning, ReplyMissing, NotChecked, NotUnderCheck, NotFound.
    """
    standing = _lock(session, application_id)
    check_refusable(standing.rules)
    why = check_reason(reason)
    application = applications.lock(session, application_id)
    if application is None or application.status is Status.NOT_ADMITTED:
        return
    content = content_by_id(session, application.version_id)
    notice = _pending_notice(session, application)
    check_notice(
        is_wanted=content.proceeding.notice_before_exclusion,
        state=notice.state if notice else None,
        due_at=notice.due_at if notice else None,
    )
    observed = observations(notice.reasons, notice.content) if notice else []
    answered = check_replies([key for key, _about, _words in observed], replies or {})
    refuse(session, application_id, notice.id if notice else None, reason=why, replies=answered, by=by, now=now)
    event = ApplicationNotAdmitted(application_id=application_id)
    _decide(session, application_id, Status.NOT_ADMITTED, event, by=by, now=now, why=why)


def _pending_notice(session: Session, application: Application) -> Request | None:
    """The notice on which the case waits for the act."""
    if application.status is not Status.REJECTION_NOTICE:
        return None
    return applications.latest_request(session, application.id, RequestKind.NOTICE)


def refuse(
    session: Session,
    application_id: UUID,
    request_id: UUID | None,
    *,
    reason: str,
    replies: Mapping[str, str],
    by: str,
    now: datetime,
) -> Refusal:
    """Write the act down."""
    act = Refusal(
        application_id=application_id,
        request_id=request_id,
        reason=reason,
        replies=dict(replies),
        made_by=by,
        made_at=now,
    )
    session.add(act)
    session.flush()
    return act


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
    event: _Decided,
    *,
    by: str,
    now: datetime,
    why: str,
) -> None:
    application = applications.lock(session, application_id)
    if application is None or application.status is to:
        return
    asking.close_with(session, application, reason=why or CALLED_OFF_BY_ADMISSION, by=by, now=now)
    outbox.emit(session, event)
    move(session, application_id, to, by=by, now=now, why=" ".join(why.split()))


def _record(session: Session, action: str, application_id: UUID, *, by: str, now: datetime, **detail: str) -> None:
    record(session, action, subject_type="application", subject_id=application_id, by=by, at=now, detail=detail)
