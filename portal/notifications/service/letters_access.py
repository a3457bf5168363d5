"""Who is told about requests of access to acts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.access import queries as access
from portal.access.models import Request
from portal.access.rules import OPEN
from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.applications.models import Application
from portal.kernel.clock import ROME
from portal.notifications.service.letters import Letter, Payload, about, address, impartial, title


@about("access.asked", once=True)
@about("access.answered", once=True)
def _to_office(session: Session, payload: Payload, _now: datetime) -> Iterator[Letter]:
    asked = access.find(session, UUID(payload["request_id"]))
    if asked is None:
        return
    for user in impartial(session, asked.application, asked.target):
        yield _letter(asked, user, link=f"/ufficio/accesso-atti/{asked.id}", objects=asked.objects)


@about("access.notified", once=True)
def _to_the_firm_concerned(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    asked = access.find(session, UUID(payload["request_id"]))
    if asked is not None:
        for user in _people(session, asked.target, asked, now):
            yield _letter(asked, user, link=f"/area/accesso-atti/{asked.id}", until=asked.objections_until)


@about("access.decided")
def _to_the_firm_that_asked(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    asked = access.find(session, UUID(payload["request_id"]))
    if asked is not None:
        for user in _people(session, asked.application, asked, now):
            yield _letter(asked, user, link=f"/area/accesso-atti/{asked.id}", decision=asked.state.value)
        if asked.is_about_another and asked.notified_at is not None:
            yield from _to_the_other(session, asked, now)


def _to_the_other(session: Session, asked: Request, now: datetime) -> Iterator[Letter]:
    """What was decided, to the firm whose acts were asked for: it may have objected, and may appeal."""
    for user in _people(session, asked.target, asked, now):
        facts = {"decision": asked.state.value, "objected": bool(asked.objects), "protocol": asked.target.protocol}
        letter = _letter(asked, user, link=f"/area/accesso-atti/{asked.id}", **facts)
        yield replace(letter, template="access.decided_concerned")


@about("access.decision_due")
def _near(session: Session, payload: Payload, _now: datetime) -> Iterator[Letter]:
    asked = access.find(session, UUID(payload["request_id"]))
    if asked is None or asked.state not in OPEN:
        return
    for user in impartial(session, asked.application, asked.target):
        yield _letter(
            asked,
            user,
            link=f"/ufficio/accesso-atti/{asked.id}",
            due=asked.deferred_until or asked.due_at,
            is_deferred=asked.deferred_until is not None,
        )


def _people(session: Session, application: Application, asked: Request, now: datetime) -> Iterator[User]:
    """Whoever acts today for the firm of one of the two applications."""
    today = now.astimezone(ROME).date()
    yield from accounts.recipients(session, application.company_id, today=today, call_id=asked.application.call_id)


def _letter(asked: Request, user: User, *, link: str, **facts: object) -> Letter:
    return Letter(
        user=user,
        subject_id=asked.id,
        call_id=asked.application.call_id,
        facts={
            "call": title(asked.application.call, user),
            "company": asked.application.company.legal_name,
            "due": asked.due_at,
            "link": address(link),
            **facts,
        },
    )
