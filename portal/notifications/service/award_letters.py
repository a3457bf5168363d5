"""Who is told about awards, and what. Importing it gives `RECIPES` its lines."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import force_locale, gettext as _
from sqlalchemy.orm import Session

from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.awards.queries import cases
from portal.awards.queries.cases import Case
from portal.calls import queries as calls
from portal.config import get_settings
from portal.kernel.clock import ROME
from portal.notifications.service.calendar import moment
from portal.notifications.service.letters import RECIPES, Letter, Payload, about, impartial

__all__ = ["RECIPES"]


def _case(session: Session, payload: Payload) -> Case | None:
    return cases.find(session, UUID(payload["application_id"]))


def _facts(session: Session, case: Case, user: User, *, path: str) -> dict[str, Any]:
    content = calls.content_by_id(session, case.application.version_id)
    return {
        "call": content.title.in_(user.language),
        "company": case.company.legal_name,
        "protocol": case.application.protocol,
        "contact": content.contacts.email,
        "award": case.award,
        "ending": case.ending,
        "link": f"{get_settings().public_url}{path}",
    }


def _to_firm(
    session: Session, case: Case, now: datetime, *, attachments: tuple[dict[str, str], ...] = (), with_ics: bool = False
) -> Iterator[Letter]:
    path = f"/area/domande/{case.application.id}/concessione"
    today, application = now.astimezone(ROME).date(), case.application
    for user in accounts.recipients(session, application.company_id, today=today, call_id=application.call_id):
        facts = _facts(session, case, user, path=path)
        entry = (_deadline(case, facts["call"], language=user.language, path=path, now=now),) if with_ics else ()
        yield Letter(
            user=user,
            subject_id=application.id,
            call_id=application.call_id,
            facts=facts,
            attachments=(*attachments, *entry),
        )


def _deadline(case: Case, title: str, *, language: str, path: str, now: datetime) -> dict[str, str]:
    with force_locale(language):
        words = _("Accetta la concessione: %(title)s", title=title)
    until = case.award.accept_by if case.award else now
    name = f"concessione-{case.application.protocol}"
    return moment(f"{case.application.id}.answer", until, words, path=path, name=name, now=now)


def _to_managers(session: Session, case: Case, *, template: str) -> Iterator[Letter]:
    call_id, path = case.application.call_id, f"/ufficio/concessioni/{case.application.id}"
    for user in impartial(session, case.application):
        facts = _facts(session, case, user, path=path)
        yield Letter(user=user, template=template, subject_id=case.application.id, call_id=call_id, facts=facts)


@about("awards.awarded", once=True)
def _awarded(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    case = _case(session, payload)
    if case is not None and case.award is not None:
        name = f"concessione-{case.application.protocol}.pdf"
        letter = {"letter_of": str(case.application.id), "name": name}
        yield from _to_firm(session, case, now, attachments=(letter,), with_ics=True)


@about("awards.answer_due", once=True)
def _answer_due(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    case = _case(session, payload)
    if case is not None and case.award is not None and case.award.answered_at is None:
        yield from _to_firm(session, case, now, with_ics=True)


@about("awards.accepted", once=True)
@about("awards.advanced", once=True)
def _gone_on(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    case = _case(session, payload)
    if case is not None and case.award is not None:
        for letter in _to_firm(session, case, now):
            letter.facts["to"] = payload.get("to", "")
            yield letter


@about("awards.ended", once=True)
def _ended(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    case = _case(session, payload)
    if case is not None and case.ending is not None:
        yield from _to_firm(session, case, now)
        yield from _to_managers(session, case, template="awards.ended.staff")


@about("awards.aid_overflowed", once=True)
def _overflowed(session: Session, payload: Payload, _now: datetime) -> Iterator[Letter]:
    if case := _case(session, payload):
        yield from _to_managers(session, case, template="awards.aid_overflowed")
