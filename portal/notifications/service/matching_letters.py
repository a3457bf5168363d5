"""Who is told about business meetings, and what: firms in their language, buyers in English or Russian."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts import queries as accounts
from portal.accounts.rules import StaffRoleName
from portal.evaluation import queries as ties
from portal.kernel.clock import ROME
from portal.matching.models import Counterpart, MatchingEvent, Participant
from portal.matching.queries import agenda, buyers, events, participants
from portal.matching.rules.states import ParticipantState, Side
from portal.notifications.rules import PERSONAL_LINK
from portal.notifications.service.letters import RECIPES, Guest, Letter, Payload, about, address

__all__ = ["RECIPES"]


def _guest(buyer: Counterpart) -> Guest:
    return Guest(email=buyer.email, full_name=buyer.contact_name, language=buyer.language, counterpart_id=buyer.id)


def _title(event: MatchingEvent, language: str) -> str:
    return event.title_it if language == "it" else event.title_en


def _of_participant(session: Session, payload: Payload) -> tuple[Participant, MatchingEvent] | None:
    participant = participants.find(session, UUID(payload["participant_id"]))
    event = events.get(session, participant.event_id) if participant else None
    return (participant, event) if participant and event else None


@about("matching.profile_validated")
def _validated(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    if found := _of_participant(session, payload):
        yield from _judged(session, *found, now, kind="profile_validated")


@about("matching.profile_sent_back")
def _sent_back(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    if found := _of_participant(session, payload):
        yield from _judged(session, *found, now, kind="profile_sent_back")


def _judged(
    session: Session, participant: Participant, event: MatchingEvent, now: datetime, *, kind: str
) -> Iterator[Letter]:
    """To everybody of the firm, or to the buyer; told late, it says how the profile stands now."""
    profile = participants.find_profile(session, participant)
    if profile is None or (profile.sent_back_at is None) is (kind == "profile_sent_back"):
        return
    if (buyer := participant.counterpart) is not None:
        if buyer.revoked_at is None:
            facts = {"event": _title(event, buyer.language), "why": buyer.sent_back_why, "company": buyer.legal_name}
            yield Letter(
                user=_guest(buyer), template=f"buyers.{kind}", subject_id=buyer.id, call_id=event.call_id, facts=facts
            )
        return
    company = participant.company
    if company is None:
        return
    today = now.astimezone(ROME).date()
    for user in accounts.recipients(session, company.id, today=today, call_id=event.call_id):
        facts = {
            "event": _title(event, user.language),
            "why": profile.sent_back_why,
            "company": company.legal_name,
            "link": address("/area/incontri"),
        }
        yield Letter(user=user, subject_id=participant.id, call_id=event.call_id, facts=facts)


@about("matching.participant_withdrew")
def _withdrew(session: Session, payload: Payload, _now: datetime) -> Iterator[Letter]:
    """To the event staff whom nothing ties to a firm of the event; told late, it says nothing of who is back."""
    found = _of_participant(session, payload)
    if found is None or found[0].state is not ParticipantState.LEFT:
        return
    participant, event = found
    firms = {one.company_id for one in participants.of_event(session, event.id, side=Side.COMPANY)}
    meetings = int(payload["meetings"])
    for user in accounts.people_with_role(session, StaffRoleName.EVENTS, call_id=event.call_id):
        if firms & ties.tied_companies(session, user.id, email=user.email):
            continue
        facts = {
            "name": agenda.name_of(participant),
            "event": _title(event, user.language),
            "reason": participant.left_reason,
            "meetings": meetings,
            "link": address(f"/ufficio/incontri/{event.slug}{'/agenda' if meetings else ''}"),
        }
        yield Letter(user=user, subject_id=participant.id, call_id=event.call_id, facts=facts)


@about("matching.buyer_invited", once=True)
def _invited(session: Session, payload: Payload, _now: datetime) -> Iterator[Letter]:
    """The link itself is made when the message leaves; one asked for meanwhile makes this one say nothing."""
    buyer = buyers.find(session, UUID(payload["counterpart_id"]))
    if buyer is not None and buyer.revoked_at is None and buyer.link_epoch == int(payload["epoch"]):
        yield from _to_buyer(session, buyer, "buyers.invited", link=PERSONAL_LINK, expires=buyer.link_expires_at)


@about("matching.link_opened_again")
def _opened_again(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    buyer = buyers.find(session, UUID(payload["counterpart_id"]))
    if buyer is not None and buyer.revoked_at is None:
        yield from _to_buyer(session, buyer, "buyers.link_opened_again", at=now)


def _to_buyer(session: Session, buyer: Counterpart, template: str, **facts: object) -> Iterator[Letter]:
    event = buyers.latest(session, buyer.id)
    if event is not None:
        known = {"company": buyer.legal_name, "event": _title(event, buyer.language), "place": event.place}
        yield Letter(
            user=_guest(buyer), template=template, subject_id=buyer.id, call_id=event.call_id, facts=known | facts
        )
