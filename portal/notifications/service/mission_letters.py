"""Who is told about missions, and what; no letter names a traveller. Importing it gives `RECIPES` its lines."""

from collections.abc import Collection, Iterator
from datetime import datetime, time
from uuid import UUID

from flask_babel import force_locale, gettext as _
from sqlalchemy.orm import Session

from portal.accounts import queries as accounts
from portal.accounts.rules import StaffRoleName
from portal.kernel.clock import ROME
from portal.missions.models import Change, Traveller
from portal.missions.queries import cases
from portal.missions.queries.cases import Seen
from portal.missions.rules.changing import ChangeKind, ChangeState
from portal.missions.rules.waiting import LIVE, TravellerState
from portal.notifications.service.calendar import moment
from portal.notifications.service.letters import RECIPES, Letter, Payload, about, address

__all__ = ["RECIPES"]
LAST = time(23, 59)


def _to_firm(
    session: Session,
    seen: Seen,
    company_id: UUID,
    now: datetime,
    *,
    traveller: Traveller | None = None,
    change: Change | None = None,
    calendar: str = "",
) -> Iterator[Letter]:
    mission, content = seen.mission, seen.content
    path = f"/area/missioni/{mission.id}"
    today = now.astimezone(ROME).date()
    for user in accounts.recipients(session, company_id, today=today, call_id=mission.call_id):
        title = content.title.in_(user.language)
        facts = {
            "mission": title,
            "content": content,
            "reason": mission.cancelled_why or "",
            "traveller": traveller,
            "change": change,
            "is_approved": change is not None and change.state is ChangeState.APPROVED,
            "link": address(f"{path}/partecipanti/{traveller.id}" if traveller else path),
        }
        entries = (_entry(seen, traveller, title, calendar, language=user.language, now=now),) if calendar else ()
        subject = traveller.id if traveller else mission.id
        yield Letter(user=user, subject_id=subject, call_id=mission.call_id, facts=facts, attachments=entries)


def _entry(
    seen: Seen, traveller: Traveller | None, title: str, kind: str, *, language: str, now: datetime
) -> dict[str, str]:
    """In the calendar: until when to confirm, or the journey itself (`kind`: offer, journey, cancelled)."""
    mission, content = seen.mission, seen.content
    path, name = f"/area/missioni/{mission.id}", f"missione-{content.destination.country.lower()}"
    if kind == "offer" and traveller is not None and traveller.offer_until is not None:
        with force_locale(language):
            words = _("Conferma il posto: %(title)s", title=title)
        return moment(f"{traveller.id}.offer", traveller.offer_until, words, path=path, name=name, now=now)
    starts = datetime.combine(content.starts_on, time(0), ROME)
    ends = datetime.combine(content.returns_on, LAST, ROME)
    off = kind == "cancelled"
    return moment(f"{mission.id}.journey", starts, title, path=path, name=name, now=now, until=ends, is_cancelled=off)


def _of_traveller(session: Session, payload: Payload) -> tuple[Seen, Traveller] | None:
    traveller = cases.traveller(session, UUID(payload["traveller_id"]))
    seen = cases.find(session, traveller.mission_id) if traveller else None
    return (seen, traveller) if seen and traveller else None


@about("missions.opened", once=True)
def _opened(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    if seen := cases.find(session, UUID(payload["mission_id"])):
        for company_id in cases.entitled_companies(session, seen.mission.call_id):
            yield from _to_firm(session, seen, company_id, now)


@about("missions.offered", once=True)
def _offered(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    found = _of_traveller(session, payload)
    if found and found[1].state is TravellerState.OFFERED and found[1].offers == payload["offer"]:
        yield from _to_firm(session, found[0], found[1].company_id, now, traveller=found[1], calendar="offer")


@about("missions.confirmed", once=True)
def _confirmed(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    if found := _of_traveller(session, payload):
        yield from _to_firm(session, found[0], found[1].company_id, now, traveller=found[1], calendar="journey")


@about("missions.lapsed", once=True)
def _lapsed(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    if found := _of_traveller(session, payload):
        yield from _to_firm(session, found[0], found[1].company_id, now, traveller=found[1])


def _firms(session: Session, mission_id: UUID, states: Collection[TravellerState]) -> list[UUID]:
    people = cases.travellers(session, mission_id)
    return list(dict.fromkeys(one.company_id for one in people if one.state in states))


@about("missions.list_closed", once=True)
def _list_closed(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    if seen := cases.find(session, UUID(payload["mission_id"])):
        for company_id in _firms(session, seen.mission.id, LIVE):
            yield from _to_firm(session, seen, company_id, now)


@about("missions.cancelled", once=True)
def _cancelled(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    if seen := cases.find(session, UUID(payload["mission_id"])):
        for company_id in _firms(session, seen.mission.id, LIVE):
            yield from _to_firm(session, seen, company_id, now, calendar="cancelled")


@about("missions.purged", once=True)
def _purged(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    if seen := cases.find(session, UUID(payload["mission_id"])):
        for company_id in _firms(session, seen.mission.id, set(TravellerState)):
            yield from _to_firm(session, seen, company_id, now)


@about("missions.change_decided", once=True)
def _decided(session: Session, payload: Payload, now: datetime) -> Iterator[Letter]:
    change = cases.find_change(session, UUID(payload["change_id"]))
    if change is None:
        return
    gone = change.kind is ChangeKind.REPLACE and change.state is ChangeState.APPROVED
    who = change.by_traveller_id if gone and change.by_traveller_id else change.traveller_id
    found = _of_traveller(session, {"traveller_id": str(who)})
    if found:
        yield from _to_firm(session, found[0], found[1].company_id, now, traveller=found[1], change=change)


@about("missions.change_asked", once=True)
def _asked(session: Session, payload: Payload, _now: datetime) -> Iterator[Letter]:
    change = cases.find_change(session, UUID(payload["change_id"]))
    seen = cases.find(session, change.mission_id) if change else None
    if change is None or seen is None:
        return
    call_id, path = seen.mission.call_id, f"/ufficio/missioni/{change.mission_id}/richieste/{change.id}"
    for user in accounts.people_with_role(session, StaffRoleName.EVENTS, call_id=call_id):
        facts = {"mission": seen.content.title.in_(user.language), "change": change, "link": address(path)}
        yield Letter(user=user, subject_id=change.id, call_id=call_id, facts=facts)
