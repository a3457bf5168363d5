"""Changes of a closed list: asked by the firm, shown as a difference, decided by the office."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.kernel import outbox
from portal.kernel.errors import NotFound
from portal.missions.events import ChangeAsked, ChangeDecided
from portal.missions.models import Change, Traveller
from portal.missions.queries import cases
from portal.missions.rules.changing import ChangeKind, ChangeState
from portal.missions.rules.refusals import AlreadyDecided, ChangePending, NotOpen, NotParticipating
from portal.missions.rules.waiting import LIVE, MissionState, TravellerState
from portal.missions.service import sealing
from portal.missions.service.places import enter, leave, take_over
from portal.missions.service.trace import hold, trace


def ask(
    session: Session,
    mission_id: UUID,
    traveller_id: UUID,
    kind: ChangeKind,
    *,
    told: Mapping[str, str],
    reason: str,
    by: str,
    now: datetime,
) -> Change:
    """Ask for a change of a closed list; nothing changes until the office says so.

    Raises NotOpen, NotParticipating, ChangePending, the refusals of a passport, NotFound.
    """
    mission = hold(session, mission_id)
    if mission.state is not MissionState.CLOSED:
        raise NotOpen
    traveller = cases.traveller(session, traveller_id)
    if traveller is None or traveller.mission_id != mission_id or traveller.state not in LIVE:
        raise NotParticipating
    if cases.open_change(session, traveller_id) is not None:
        raise ChangePending
    change = Change(
        mission_id=mission_id,
        traveller_id=traveller_id,
        kind=kind,
        fields=_proposed(session, traveller, told) if kind is ChangeKind.EDIT else {},
        reason=reason,
        asked_at=now,
        asked_by=by,
    )
    if kind is ChangeKind.REPLACE:
        state = TravellerState.PROPOSED
        other = enter(session, mission, traveller.application_id, told, state=state, by=by, now=now)
        change.by_traveller_id = other.id
    session.add(change)
    session.flush()
    outbox.emit(session, ChangeAsked(change_id=change.id))
    trace(session, "change_asked", mission_id, by=by, now=now, change=str(change.id), kind=kind.value)
    return change


def _proposed(session: Session, traveller: Traveller, told: Mapping[str, str]) -> dict[str, str]:
    """What would change, sealed under the traveller's own key; an emptied field is an empty text, sealed too."""
    document = cases.document(session, traveller.id)
    sealing.check(session, traveller, told)
    before = sealing.opened(document, traveller.id)
    differ = {name: value for name, value in told.items() if value != before.get(name, "")}
    return sealing.seal(differ, key=sealing.key_of(document), about=str(traveller.id), keep_empty=True)


def approve(session: Session, mission_id: UUID, change_id: UUID, *, answer: str, by: str, now: datetime) -> Change:
    """Make the change. Raises AlreadyDecided, NotParticipating, the refusals of a passport, NotFound."""
    mission = hold(session, mission_id)
    change = _open(session, mission_id, change_id)
    traveller = cases.traveller(session, change.traveller_id)
    if traveller is None or traveller.state not in LIVE:
        raise NotParticipating
    if change.kind is ChangeKind.WAIVE:
        leave(session, mission, traveller, TravellerState.WAIVED, by=by, now=now)
    elif change.by_traveller_id is not None:
        other = cases.traveller(session, change.by_traveller_id)
        if other is None:
            raise NotFound
        take_over(session, traveller, other, by=by, now=now)
    else:
        document = cases.document(session, traveller.id)
        before = sealing.opened(document, traveller.id)
        told = before | sealing.open_all(change.fields, key=sealing.key_of(document), about=str(traveller.id))
        sealing.write(session, traveller, document, cases.content_of(mission), told=told)
    return _decided(session, change, ChangeState.APPROVED, answer=answer, by=by, now=now)


def reject(session: Session, mission_id: UUID, change_id: UUID, *, answer: str, by: str, now: datetime) -> Change:
    """Leave everything as it is; who was proposed in somebody's stead is forgotten. Raises AlreadyDecided, NotFound."""
    hold(session, mission_id)
    change = _open(session, mission_id, change_id)
    if change.by_traveller_id is not None and (other := cases.traveller(session, change.by_traveller_id)):
        other.state, other.decided_at, other.decided_by = TravellerState.REJECTED, now, by
        sealing.forget(cases.document(session, other.id), now=now)
    return _decided(session, change, ChangeState.REJECTED, answer=answer, by=by, now=now)


def _open(session: Session, mission_id: UUID, change_id: UUID) -> Change:
    change = cases.find_change(session, change_id, mission_id)
    if change is None:
        raise NotFound
    if change.state is not ChangeState.OPEN:
        raise AlreadyDecided
    return change


def _decided(session: Session, change: Change, state: ChangeState, *, answer: str, by: str, now: datetime) -> Change:
    change.state, change.answer, change.decided_at, change.decided_by = state, answer, now, by
    session.flush()
    outbox.emit(session, ChangeDecided(change_id=change.id))
    trace(session, f"change_{state.value}", change.mission_id, by=by, now=now, change=str(change.id))
    return change


def difference(session: Session, change: Change) -> list[tuple[str, str, str]]:
    """(field, before, after) of what the change would do; empty once the data are gone."""
    document = cases.document(session, change.traveller_id)
    if document.key is None:
        return []
    before = sealing.opened(document, change.traveller_id)
    if change.by_traveller_id is not None:
        other = cases.document(session, change.by_traveller_id)
        after = sealing.opened(other, change.by_traveller_id) if other.key else {}
        names = sorted(before.keys() | after.keys())
        return [
            (name, before.get(name, ""), after.get(name, "")) for name in names if before.get(name) != after.get(name)
        ]
    after = sealing.open_all(change.fields, key=document.key, about=str(change.traveller_id))
    return [(name, before.get(name, ""), value) for name, value in sorted(after.items())]
