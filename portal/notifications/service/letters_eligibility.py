"""Who is told what the office decides on a check, and that it looks at it again."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications.rules.procedure import clock
from portal.calls import queries as calls
from portal.eligibility import queries as eligibility
from portal.kernel.clock import ROME
from portal.notifications import queries
from portal.notifications.service.letters import Letter, Payload, about, address, to_firm


@about("eligibility.admitted")
@about("eligibility.not_admitted")
def _decided(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    """Each decision is told, not each kind of decision once: a firm may be excluded, readmitted, excluded again."""
    application = queries.application(session, UUID(payload["application_id"]))
    if application is None:
        return
    content = calls.content_by_id(session, application.version_id)
    reopening = eligibility.latest_reopening(session, application.id)
    again = reopening.made_at.astimezone(ROME).date() if reopening else None
    yield from to_firm(session, application, now, contact=content.contacts.email, reopened_on=again)


@about("eligibility.reopened", once=True)
def _reopened(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    """The notice that a proceeding begins (L. 241/1990 art. 7), with what art. 8 wants in it."""
    reopening = eligibility.find_reopening(session, UUID(payload["reopening_id"]))
    application = queries.application(session, reopening.application_id) if reopening else None
    if reopening is None or application is None:
        return
    content = calls.content_by_id(session, application.version_id)
    term = clock(content, [], submitted_at=reopening.made_at, closes_at=reopening.made_at, now=now)
    yield from to_firm(
        session,
        application,
        now,
        protocol=application.protocol,
        reason=reopening.reason,
        was_ranked=reopening.was.value in {"funded", "reserve", "below_threshold"},
        body=content.implementing_body,
        officer=content.responsible_officer,
        ends_at=term.ends_at,
        contact=content.contacts.email,
    )


@about("eligibility.confirmed", once=True)
def _confirmed(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    reopening = eligibility.find_reopening(session, UUID(payload["reopening_id"]))
    application = queries.application(session, reopening.application_id) if reopening else None
    if reopening is not None and application is not None:
        yield from to_firm(
            session,
            application,
            now,
            protocol=application.protocol,
            reopened_on=reopening.made_at.astimezone(ROME).date(),
            link=address(f"/area/domande/{application.id}/graduatoria"),
        )
