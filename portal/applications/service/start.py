"""Start an application."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts import queries as accounts
from portal.applications import queries, rules
from portal.applications.models import Application
from portal.applications.rules.freezing import check_not_over
from portal.applications.rules.prefill import prefilled
from portal.applications.service.save import Change, save
from portal.applications.service.trace import trace
from portal.calls import queries as calls
from portal.calls.models import Call
from portal.calls.rules.status import CallStatus
from portal.kernel.errors import NotFound


def start(session: Session, call: Call, *, company_id: UUID, by: str, now: datetime) -> Application:
    """The firm's one live application to the call: a new draft, filled from its profile, or the one that is there.

    May be called before the call opens. Raises CallNotPublished or CallClosed.
    """
    if call.status is CallStatus.DRAFT or call.version_id is None:
        raise rules.CallNotPublished
    live = queries.find_live(session, call_id=call.id, company_id=company_id)
    if live is not None:
        return live
    check_not_over(closes_at=call.closes_at, now=now)
    made = session.scalar(
        insert(Application)
        .values(call_id=call.id, version_id=call.version_id, company_id=company_id, started_by=by)
        .on_conflict_do_nothing(
            index_elements=[Application.call_id, Application.company_id], index_where=text("status <> 'withdrawn'")
        )
        .returning(Application.id)
    )
    application = queries.find_live(session, call_id=call.id, company_id=company_id)
    if application is None:
        raise NotFound
    if made is not None:
        content = calls.content_by_id(session, call.version_id)
        person = accounts.find_by_email(session, by)
        about = {"full_name": person.full_name, "email": person.email} if person else {}
        known = prefilled(content.form.fields(), {**queries.profile(session, company_id), "user": about})
        save(session, application.id, [Change(key, value) for key, value in known.items()], by=by, now=now)
        trace(session, "started", application.id, by=by, now=now)
    return application
