"""Check an application: facts, rules, one more report."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications import queries as applications
from portal.applications.models import Application
from portal.applications.rules import Status, is_handed_in
from portal.applications.rules.procedure import RequestKind
from portal.applications.rules.requests import RequestState, supplemented
from portal.applications.service import move
from portal.audit.service import record
from portal.calls.queries import content_by_id
from portal.eligibility import queries
from portal.eligibility.events import EligibilityChecked
from portal.eligibility.models import Report
from portal.eligibility.rules import points
from portal.eligibility.rules.assess import assess, version_of
from portal.eligibility.rules.collecting import facts_of
from portal.eligibility.rules.facts import EarlierApplication, Facts
from portal.kernel import outbox
from portal.kernel.errors import NotFound

ARRIVED = frozenset({Status.SUBMITTED, Status.REGISTERED})
_versions: dict[UUID, str] = {}


def check(session: Session, application_id: UUID, *, now: datetime, by: str = "system") -> Report | None:
    """Make the first report of an application handed in, and take it into the check.

    Silent, answering None, where there is a report already or the application is not, or no longer, in play: a task
    may come twice, late, or after a withdrawal. Raises NotFound.
    """
    application = _lock(session, application_id)
    if not is_handed_in(application.status) or queries.last_number(session, application_id):
        return None
    report = _add(session, application, number=1, by=by, now=now)
    outbox.emit(session, EligibilityChecked(application_id=application_id, report_id=report.id))
    return report


def check_again(session: Session, application_id: UUID, *, by: str, now: datetime) -> Report:
    """Add a report by the version of the call and the register as they are now. Raises NotFound."""
    application = _lock(session, application_id)
    if not is_handed_in(application.status):
        raise NotFound
    return _add(session, application, number=queries.last_number(session, application_id) + 1, by=by, now=now)


def check_supplement(session: Session, request_id: UUID, *, now: datetime) -> Report | None:
    """Add a report on the facts as a supplement left them; None where one came since, or the case is out of play."""
    request = applications.find_request(session, request_id)
    if request is None or request.kind is not RequestKind.SUPPLEMENT or request.state is not RequestState.ANSWERED:
        return None
    application = _lock(session, request.application_id)
    assert request.closed_at is not None  # noqa: S101 - constraint dated_once_closed
    if not is_handed_in(application.status) or queries.was_checked_since(session, application.id, request.closed_at):
        return None
    return _add(session, application, number=queries.last_number(session, application.id) + 1, by="system", now=now)


def _lock(session: Session, application_id: UUID) -> Application:
    application = applications.lock(session, application_id)
    if application is None:
        raise NotFound
    return application


def _add(session: Session, application: Application, *, number: int, by: str, now: datetime) -> Report:
    earlier = queries.earlier_applications(session, [application.id])[application.id]
    sent = applications.supplements_of(session, [application.id]).get(application.id, [])
    report = report_of(session, application, earlier, sent=sent, number=number, by=by, now=now)
    session.add(report)
    session.flush()
    note(session, [(application, report)], by=by, now=now)
    return report


def facts_for(
    application: Application, earlier: Sequence[EarlierApplication], sent: Sequence[dict[str, Any]] = ()
) -> Facts:
    """The facts of an application handed in, at the instant it was, with what was `sent` for supplements since."""
    assert application.content is not None  # noqa: S101 - constraint frozen_before_submitted
    assert application.submitted_at is not None  # noqa: S101 - constraint dated_once_submitted
    return facts_of(supplemented(application.content, sent), at=application.submitted_at, earlier=earlier)


def report_of(
    session: Session,
    application: Application,
    earlier: Sequence[EarlierApplication],
    *,
    sent: Sequence[dict[str, Any]] = (),
    number: int,
    by: str,
    now: datetime,
    recheck_id: UUID | None = None,
) -> Report:
    """The report of an application under the version of the call that it was frozen under; not yet in the session."""
    facts = facts_for(application, earlier, sent)
    content = content_by_id(session, application.version_id)
    version = _versions.get(application.version_id) or _versions.setdefault(application.version_id, version_of(content))
    assessment = assess(content, facts, version=version)
    return Report(
        application_id=application.id,
        version_id=application.version_id,
        recheck_id=recheck_id,
        number=number,
        verdict=assessment.verdict,
        points=Decimal(points.total(assessment.criteria)),
        content=assessment.as_json(),
        criteria=[one.model_dump(mode="json") for one in assessment.criteria],
        facts=facts.model_dump(mode="json"),
        made_at=now,
        made_by=by,
    )


def note(session: Session, made: Sequence[tuple[Application, Report]], *, by: str, now: datetime) -> None:
    """Write who checked what, and take applications just arrived into the check; last, since the chain stays locked."""
    for application, report in made:
        record(
            session,
            "eligibility.checked",
            subject_type="application",
            subject_id=application.id,
            by=by,
            at=now,
            detail={"report": str(report.id), "number": report.number, "verdict": report.verdict.value},
        )
        if application.status in ARRIVED:
            move(session, application.id, Status.ELIGIBILITY_CHECK, by=by, now=now)
