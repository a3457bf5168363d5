"""What staff do with a mission: write it, change it with a reason, open it, close its list, cancel it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.kernel import outbox
from portal.missions.events import ListClosed, MissionCancelled, MissionOpened
from portal.missions.models import Mission, MissionPlace, MissionVersion
from portal.missions.queries import cases
from portal.missions.rules import content as rules
from portal.missions.rules.content import MissionContent
from portal.missions.rules.refusals import ChangedMeanwhile, Contradicts, NotOpen, PlacesTaken
from portal.missions.rules.waiting import MissionState
from portal.missions.service import sealing
from portal.missions.service.places import fill
from portal.missions.service.trace import hold, trace


def draft(session: Session, call_id: UUID, content: MissionContent, *, by: str, now: datetime) -> Mission:
    """Write a new mission of a call; firms see it once it is open. Raises Contradicts."""
    _check(content)
    mission = Mission(call_id=call_id, version=1, **_facts(content))
    session.add(mission)
    session.flush()
    session.add_all(MissionPlace(mission_id=mission.id, number=number + 1) for number in range(content.places))
    _keep(session, mission, reason="", by=by, now=now)
    trace(session, "drafted", mission.id, by=by, now=now)
    return mission


def amend(
    session: Session, mission_id: UUID, content: MissionContent, *, version: int, reason: str, by: str, now: datetime
) -> Mission:
    """Replace what the mission says, as seen at `version`; more places are offered at once to who waits.

    Raises Contradicts, ChangedMeanwhile, PlacesTaken, NotFound.
    """
    mission = hold(session, mission_id)
    if mission.version != version:
        raise ChangedMeanwhile
    _check(content)
    _resize(session, mission, content.places)
    for name, value in _facts(content).items():
        setattr(mission, name, value)
    mission.version += 1
    _keep(session, mission, reason=reason, by=by, now=now)
    _assess_again(session, mission, content)
    if mission.state is MissionState.OPEN:
        fill(session, mission, now=now)
    trace(session, "amended", mission.id, by=by, now=now, version=mission.version, reason=reason)
    return mission


def open_mission(session: Session, mission_id: UUID, *, by: str, now: datetime) -> None:
    """Let firms enter their delegates; open already, it does nothing. Raises NotOpen, NotFound."""
    mission = hold(session, mission_id)
    if mission.state is MissionState.OPEN:
        return
    if mission.state is not MissionState.DRAFT or mission.closes_at <= now:
        raise NotOpen
    mission.state = MissionState.OPEN
    outbox.emit(session, MissionOpened(mission_id=mission_id))
    trace(session, "opened", mission_id, by=by, now=now)


def close_list(session: Session, mission_id: UUID, *, by: str, now: datetime) -> None:
    """From now on firms ask for changes; closed already, it does nothing. Raises NotOpen, NotFound."""
    mission = hold(session, mission_id)
    if mission.state is MissionState.CLOSED:
        return
    if mission.state is not MissionState.OPEN:
        raise NotOpen
    mission.state = MissionState.CLOSED
    outbox.emit(session, ListClosed(mission_id=mission_id))
    trace(session, "list_closed", mission_id, by=by, now=now)


def cancel(session: Session, mission_id: UUID, *, reason: str, by: str, now: datetime) -> None:
    """Call the mission off; off already, it does nothing. Raises NotFound."""
    mission = hold(session, mission_id)
    if mission.state is MissionState.CANCELLED:
        return
    was_seen = mission.state is not MissionState.DRAFT
    mission.state, mission.cancelled_why = MissionState.CANCELLED, reason
    if was_seen:
        outbox.emit(session, MissionCancelled(mission_id=mission_id))
    trace(session, "cancelled", mission_id, by=by, now=now, reason=reason)


def _check(content: MissionContent) -> None:
    for field, fault in rules.faults(content).items():
        raise Contradicts(field=field, fault=fault)


def _facts(content: MissionContent) -> dict[str, object]:
    return {
        "content": content.model_dump(mode="json"),
        "starts_on": content.starts_on,
        "returns_on": content.returns_on,
        "closes_at": content.closes_at,
        "purge_on": content.purge_on,
    }


def _keep(session: Session, mission: Mission, *, reason: str, by: str, now: datetime) -> None:
    session.add(
        MissionVersion(
            mission_id=mission.id,
            number=mission.version,
            content=mission.content,
            reason=reason,
            made_at=now,
            made_by=by,
        )
    )
    session.flush()


def _assess_again(session: Session, mission: Mission, content: MissionContent) -> None:
    """Other dates, another destination: passports that were good may not be any more."""
    for person in cases.people(session, mission.id):
        if person.document.key is not None:
            told = sealing.opened(person.document, person.traveller.id)
            person.document.findings = [finding.value for finding in sealing.assess(told, content)]


def _resize(session: Session, mission: Mission, wanted: int) -> None:
    """As many places as wanted; one that is held can't go, and the database knows it."""
    there = set(cases.places(session, mission.id))
    session.add_all(MissionPlace(mission_id=mission.id, number=n) for n in range(1, wanted + 1) if n not in there)
    gone = [n for n in there if n > wanted]
    if not gone:
        return
    try:
        with session.begin_nested():
            session.execute(
                delete(MissionPlace).where(MissionPlace.mission_id == mission.id, MissionPlace.number.in_(gone))
            )
    except IntegrityError as error:
        raise PlacesTaken(field="places") from error
