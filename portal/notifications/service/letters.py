"""Who is told about each event, and the facts that their message needs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias, cast
from uuid import UUID

from babel.dates import format_timedelta
from sqlalchemy.orm import Session

from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.accounts.rules import StaffRoleName
from portal.applications.models import Application, Request
from portal.applications.rules import Status
from portal.applications.rules.procedure import RequestKind
from portal.applications.service.papers import asked_for
from portal.calls import queries as calls
from portal.calls.models import Call
from portal.calls.rules.content import CallContent
from portal.config import get_settings
from portal.evaluation import queries as evaluation
from portal.evaluation.rules import detect
from portal.kernel.clock import ROME
from portal.kernel.text import Language
from portal.notifications import queries
from portal.notifications.rules import PERSONAL_LINK
from portal.notifications.service.calendar import deadline, term

Payload: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Somebody without an account who is written to: a buyer (`counterpart_id`), or whoever works at an event."""

    email: str
    full_name: str
    language: str
    counterpart_id: UUID | None = None

    @property
    def id(self) -> UUID | str:
        """What tells them from others: their own number, or their address."""
        return self.counterpart_id or self.email.lower()


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One message to one person: the template's name where it isn't the event's, and what goes into it."""

    user: User | Guest
    facts: dict[str, Any] = field(default_factory=dict)
    template: str = ""
    subject_id: UUID | None = None
    call_id: UUID | None = None
    attachments: tuple[dict[str, str], ...] = ()


Recipe: TypeAlias = Callable[[Session, Payload, datetime], Iterator[Letter]]
RECIPES: dict[str, Recipe] = {}
ONCE: set[str] = set()
"""Events that happen once to their subject: told once, however often they are emitted."""


def about(event: str, *, once: bool = False) -> Callable[[Recipe], Recipe]:
    """Register who is told about `event`."""

    def register(recipe: Recipe) -> Recipe:
        RECIPES[event] = recipe
        if once:
            ONCE.add(event)
        return recipe

    return register


def address(path: str) -> str:
    """The whole address of a page of ours."""
    return f"{get_settings().public_url}{path}"


def title(call: Call, user: User) -> str:
    """The call's title in that person's language."""
    words: dict[str, str] = call.version.content["title"] if call.version else {"it": call.code, "en": call.code}
    return words.get(user.language) or words["it"]


def _application_facts(application: Application, user: User) -> dict[str, Any]:
    return {
        "call": title(application.call, user),
        "company": application.company.legal_name,
        "arrival": application.arrival,
        "link": address(f"/area/domande/{application.id}"),
    }


def to_firm(session: Session, application: Application, now: datetime, **facts: Any) -> Iterator[Letter]:  # noqa: ANN401
    """A letter to each person who acts today for the firm of an application."""
    today = now.astimezone(ROME).date()
    for user in accounts.recipients(session, application.company_id, today=today, call_id=application.call_id):
        yield Letter(
            user=user,
            subject_id=application.id,
            call_id=application.call_id,
            facts=_application_facts(application, user) | facts,
        )


@about("accounts.confirmation_requested")
@about("accounts.reset_requested")
@about("accounts.invited")
def _personal_link(session: Session, payload: Payload, _now: datetime) -> Iterator[Letter]:
    if user := accounts.find_user(session, UUID(payload["user_id"])):
        yield Letter(user=user, facts={"link": PERSONAL_LINK})


@about("accounts.known_address_used")
def _known_address(session: Session, payload: Payload, _now: datetime) -> Iterator[Letter]:
    if user := accounts.find_user(session, UUID(payload["user_id"])):
        yield Letter(user=user, facts={"link": address("/accedi")})


@about("accounts.mandate_given", once=True)
@about("accounts.mandate_revoked", once=True)
def _mandate(session: Session, payload: Payload, _now: datetime) -> Iterator[Letter]:
    if found := queries.membership(session, UUID(payload["membership_id"])):
        membership, company = found
        facts = {"company": company.legal_name, "until": membership.valid_until, "link": address("/area")}
        yield Letter(user=membership.user, subject_id=company.id, facts=facts)


@about("applications.submitted", once=True)
def _submitted(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    application = queries.application(session, UUID(payload["application_id"]))
    if application is None or application.submitted_at is None:
        return
    receipt = {"receipt_of": str(application.id), "name": f"ricevuta-{application.protocol}.pdf"}
    for letter in to_firm(
        session,
        application,
        now,
        at=application.submitted_at,
        code=application.receipt_code,
        protocol=application.protocol,
        sha256=application.sha256,
        link=address(f"/area/domande/{application.id}/ricevuta"),
        verify=address(f"/ricevute/{application.receipt_code}"),
    ):
        yield Letter(**{**vars(letter), "attachments": (receipt,)})


@about("applications.withdrawn", once=True)
def _withdrawn(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    application = queries.application(session, UUID(payload["application_id"]))
    if application is not None and application.withdrawn_at is not None:
        call = application.call
        yield from to_firm(
            session,
            application,
            now,
            at=application.withdrawn_at,
            is_open=call.opens_at <= now < call.closes_at,
            closes_at=call.closes_at,
            link=address("/area/domande"),
        )


@about("evaluation.assigned", once=True)
@about("evaluation.reopened")
def _to_reviewer(session: Session, payload: Payload, _now: datetime) -> Iterator[Letter]:
    if found := queries.assignment(session, UUID(payload["assignment_id"])):
        assignment, reviewer, application = found
        facts = {
            "call": title(application.call, reviewer),
            "count": payload.get("count", 1),
            "link": address("/valutazione"),
        }
        yield Letter(user=reviewer, subject_id=assignment.id, call_id=application.call_id, facts=facts)


def impartial(session: Session, application: Application, *others: Application) -> list[User]:
    """The managers of an application's call whom nothing ties to its firm, nor to those of `others`."""
    managers = accounts.people_with_role(session, StaffRoleName.MANAGER, call_id=application.call_id)
    people = evaluation.people(session, [user.id for user in managers])
    firms = evaluation.applicants(session, [application.id, *(one.id for one in others)]).values()
    return [user for user in managers if not any(detect(people[user.id], firm) for firm in firms)]


@about("evaluation.conflict_found", once=True)
@about("evaluation.stepped_down", once=True)
def _conflict(session: Session, payload: Payload, _now: datetime) -> Iterator[Letter]:
    if found := queries.assignment(session, UUID(payload["assignment_id"]), even_withdrawn=True):
        _assignment, _reviewer, application = found
        for user in impartial(session, application):
            facts = _application_facts(application, user) | {"link": address(f"/ufficio/domande/{application.id}")}
            yield Letter(user=user, subject_id=application.id, call_id=application.call_id, facts=facts)


@about("evaluation.meeting_needed")
def _meeting(session: Session, payload: Payload, _now: datetime) -> Iterator[Letter]:
    application = queries.application(session, UUID(payload["application_id"]))
    if application is not None:
        link = address(f"/ufficio/domande/{application.id}/valutazione/riunione")
        for user in impartial(session, application):
            facts = _application_facts(application, user) | {"link": link}
            yield Letter(user=user, subject_id=application.id, call_id=application.call_id, facts=facts)


@about("evaluation.sheets_due")
def _sheets_due(session: Session, payload: Payload, _now: datetime) -> Iterator[Letter]:
    call = queries.call(session, UUID(payload["call_id"]))
    reviewer = accounts.find_user(session, UUID(payload["reviewer_id"]))
    if call is not None and call.version is not None and reviewer is not None:
        facts = {
            "call": title(call, reviewer),
            "count": payload["count"],
            "due_at": datetime.fromisoformat(call.version.content["evaluation"]["due_at"]),
            "link": address("/valutazione"),
        }
        yield Letter(user=reviewer, subject_id=call.id, call_id=call.id, facts=facts)


@about("ranking.published", once=True)
def _ranked(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    found = queries.ranking(session, UUID(payload["ranking_id"]))
    if found is None:
        return
    ranking, call = found
    link = address(f"/bandi/{call.slug}/graduatoria")
    placed = queries.people_ranked(session, ranking.id, now=now)
    for place, company, user in placed:
        facts = {
            "call": title(call, user),
            "company": company.legal_name,
            "position": place.position,
            "total": place.total,
            "outcome": place.outcome.value,
            "link": link,
        }
        yield Letter(user=user, subject_id=place.application_id, call_id=call.id, facts=facts)
    ranked = len({place.application_id for place, _company, _user in placed})
    for user in accounts.people_with_role(session, StaffRoleName.MANAGER, call_id=call.id):
        facts = {
            "call": title(call, user),
            "number": ranking.number,
            "ranked": ranked,
            "sha256": ranking.sha256,
            "link": link,
        }
        yield Letter(user=user, template="ranking.staff", subject_id=ranking.id, call_id=call.id, facts=facts)


def _to_managers(session: Session, call: Call, **facts: Any) -> Iterator[Letter]:  # noqa: ANN401
    for user in accounts.people_with_role(session, StaffRoleName.MANAGER, call_id=call.id):
        yield Letter(
            user=user,
            subject_id=call.id,
            call_id=call.id,
            facts={"call": title(call, user), "closes_at": call.closes_at, "company": ""} | facts,
        )


def _to_applicants(
    session: Session,
    call: Call,
    now: datetime,
    *statuses: Status,
    with_deadline: bool = False,
    **facts: Any,  # noqa: ANN401
) -> Iterator[Letter]:
    """A letter to everybody with an application to the call in one of `statuses` (none given: any but withdrawn)."""
    for application, company, user in queries.people_applying(session, call.id, now=now, statuses=statuses):
        named = title(call, user)
        yield Letter(
            user=user,
            subject_id=application.id,
            call_id=call.id,
            attachments=(deadline(call, named, user.language, now),) if with_deadline else (),
            facts={
                "call": named,
                "company": company.legal_name,
                "closes_at": call.closes_at,
                "link": address(f"/area/domande/{application.id}"),
            }
            | facts,
        )


@about("calls.opened", once=True)
def _opened(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    if call := queries.call(session, UUID(payload["call_id"])):
        link = address(f"/bandi/{call.slug}")
        yield from _to_applicants(session, call, now, Status.DRAFT, with_deadline=True, link=link)
        for letter in _to_managers(session, call, link=link):
            event = deadline(call, letter.facts["call"], letter.user.language, now)
            yield Letter(**{**vars(letter), "attachments": (event,)})


@about("calls.closed", once=True)
def _closed(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    if call := queries.call(session, UUID(payload["call_id"])):
        said = calls.content_by_id(session, call.version_id).window.closes_at if call.version_id else call.closes_at
        yield from _to_applicants(session, call, now, Status.DRAFT, is_full=call.closes_at < said)
        arrived = queries.arrived(session, call.id, since=call.opens_at)
        yield from _to_managers(
            session, call, arrived=arrived, is_full=call.closes_at < said, link=address("/ufficio/domande")
        )


@about("calls.amended")
def _amended(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    call = queries.call(session, UUID(payload["call_id"]))
    if call is not None and call.version is not None:
        facts: dict[str, Any] = {
            "number": call.version.number,
            "reason": call.version.reason,
            "link": address(f"/bandi/{call.slug}"),
        }
        yield from _to_applicants(session, call, now, **facts)
        yield from _to_managers(session, call, **facts)


@about("calls.reminder_due", once=True)
def _reminder(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    call = queries.call(session, UUID(payload["call_id"]))
    if call is not None and call.opens_at <= now < call.closes_at:
        for letter in _to_applicants(session, call, now, Status.DRAFT, with_deadline=True):
            letter.facts["left"] = format_timedelta(call.closes_at - now, locale=letter.user.language, threshold=1.1)
            yield letter


def _request_facts(request: Request, application: Application, content: CallContent, user: User) -> dict[str, Any]:
    lang: Language = "en" if user.language == "en" else "it"
    is_notice = request.kind is RequestKind.NOTICE
    page = "osservazioni" if is_notice else "integrazione"
    return _application_facts(application, user) | {
        "is_notice": is_notice,
        "protocol": application.protocol,
        "words": request.words,
        "reasons": [one["text"] for one in request.reasons],
        "items": asked_for(content, request, lang=lang),
        "due_at": request.due_at,
        "lapses": content.proceeding.on_silence == "lapse",
        "contact": content.contacts.email,
        "extension_reason": request.extension_reason,
        "closing_reason": request.closing_reason,
        "closed_at": request.closed_at,
        "files": len((request.content or {}).get("attachments", ())),
        "sha256": request.sha256,
        "link": address(f"/area/domande/{application.id}/{page}"),
        "application_link": address(f"/area/domande/{application.id}"),
    }


def _about_request(
    session: Session,
    payload: Payload,
    now: datetime,
    *,
    template: str = "",
    with_letter: bool = False,
    **more: Any,  # noqa: ANN401
) -> Iterator[Letter]:
    """A letter about a request to each person of its firm, with the end of its term for calendars."""
    found = queries.request(session, UUID(payload["request_id"]))
    if found is None:
        return
    request, application = found
    content = calls.content_by_id(session, application.version_id)
    letter = {"request_of": str(request.id), "name": f"{application.protocol}-{request.number}.pdf"}
    for one in to_firm(session, application, now, **more):
        facts = one.facts | _request_facts(request, application, content, cast("User", one.user)) | more
        ics = term(request, facts, language=one.user.language, now=now)
        attachments = (letter, ics) if with_letter else (ics,)
        yield Letter(**{**vars(one), "facts": facts, "template": template, "attachments": attachments})


def _request_to_staff(session: Session, payload: Payload, *, template: str = "") -> Iterator[Letter]:
    found = queries.request(session, UUID(payload["request_id"]))
    if found is None:
        return
    request, application = found
    content = calls.content_by_id(session, application.version_id)
    for user in impartial(session, application):
        facts = _request_facts(request, application, content, user)
        facts |= {"link": address(f"/ufficio/domande/{application.id}")}
        yield Letter(user=user, subject_id=application.id, call_id=application.call_id, facts=facts, template=template)


@about("applications.request_made", once=True)
def _asked(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    yield from _about_request(session, payload, now, with_letter=True)


@about("applications.request_extended")
def _prolonged(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    yield from _about_request(session, payload, now)


@about("applications.request_called_off", once=True)
def _called_off(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    yield from _about_request(session, payload, now)


@about("applications.request_reminder_due")
def _term_near(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    for letter in _about_request(session, payload, now):
        if letter.facts["closed_at"] is None and now < letter.facts["due_at"]:
            left = format_timedelta(letter.facts["due_at"] - now, locale=letter.user.language, threshold=1.1)
            letter.facts["left"] = left
            yield letter


@about("applications.request_answered", once=True)
def _answered(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    yield from _about_request(session, payload, now, template="applications.request_answered_firm")
    yield from _request_to_staff(session, payload)


@about("applications.request_lapsed", once=True)
def _lapsed(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    yield from _about_request(session, payload, now)
    yield from _request_to_staff(session, payload, template="applications.request_lapsed_staff")
