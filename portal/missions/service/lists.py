"""Lists for those who work for the mission: each holds its own fields, never changes, and is told when taken."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.missions.models import ListTaking, MissionList
from portal.missions.queries import cases, lists
from portal.missions.queries.cases import Person
from portal.missions.rules.fields import BADGE, COMPANY, SHEETS, Purpose, changes
from portal.missions.rules.refusals import NothingOnTheList
from portal.missions.rules.waiting import TravellerState
from portal.missions.service import sealing
from portal.missions.service.trace import hold, trace

_SEALED_AS = "list"


@dataclass(frozen=True)
class Line:
    """A row of a list as its recipient reads it. `marks`: the fields that changed; `+` new, `-` gone."""

    values: dict[str, str]
    marks: frozenset[str]


def draw_up(session: Session, mission_id: UUID, purpose: Purpose, *, by: str, now: datetime) -> MissionList:
    """A new version of a list, with what changed since the one that was sent. Nothing changed: the one there is.

    Raises NothingOnTheList, Purged, NotFound.
    """
    hold(session, mission_id)
    going = [
        person
        for person in cases.people(session, mission_id)
        if person.traveller.state is TravellerState.CONFIRMED and person.document.key is not None
    ]
    rows = [_row(person, purpose) for person in going]
    newest, sent = lists.last(session, mission_id, purpose), lists.last_sent(session, mission_id, purpose)
    if newest is not None and not changes(_opened(session, newest), rows):
        return newest
    if not rows and newest is None:
        raise NothingOnTheList
    drawn = MissionList(
        mission_id=mission_id,
        purpose=purpose,
        number=1 + (newest.number if newest else 0),
        rows=[
            {
                "id": row["id"],
                "sealed": sealing.seal_row(row, key=str(person.document.key), about=row["id"], field=_SEALED_AS),
            }
            for row, person in zip(rows, going, strict=True)
        ],
        since=sent.number if sent else None,
        differs=changes(_opened(session, sent), rows) if sent else {},
        made_at=now,
        made_by=by,
    )
    session.add(drawn)
    session.flush()
    detail = {"list": str(drawn.id), "purpose": purpose.value, "number": drawn.number, "rows": len(rows)}
    trace(session, "list_drawn_up", mission_id, by=by, now=now, **detail)
    return drawn


def _row(person: Person, purpose: Purpose) -> dict[str, str]:
    told = sealing.opened(person.document, person.traveller.id)
    told |= {COMPANY: person.company, BADGE: person.traveller.badge}
    return {"id": str(person.traveller.id)} | {name: told.get(name, "") for name in SHEETS[purpose].fields}


def _opened(session: Session, drawn: MissionList) -> list[dict[str, str]]:
    """The rows that can still be opened: those of travellers who were purged can't."""
    keys = lists.keys(session, [UUID(row["id"]) for row in drawn.rows])
    return [
        sealing.open_row(row["sealed"], key=keys[UUID(row["id"])], about=row["id"], field=_SEALED_AS)
        for row in drawn.rows
        if UUID(row["id"]) in keys
    ]


def take(session: Session, drawn: MissionList, *, kind: str, sent_to: str = "", by: str, now: datetime) -> list[Line]:
    """The list, open, for who takes it (`sent_to`: or sends it): told in the list's own log and in the audit."""
    rows = _opened(session, drawn)
    session.add(ListTaking(list_id=drawn.id, kind=kind, sent_to=sent_to or None, at=now, by=by))
    session.flush()
    why = f"list:{drawn.purpose.value}:{drawn.number}"
    ids = [UUID(row["id"]) for row in rows]
    fields = SHEETS[drawn.purpose].fields
    sealing.note_reading(session, drawn.mission_id, ids, fields, why=why, by=by, now=now)
    return [Line(values=row, marks=frozenset(drawn.differs.get(row["id"], ()))) for row in rows] + _gone(session, drawn)


def _gone(session: Session, drawn: MissionList) -> list[Line]:
    """Who stood in the list that was sent and doesn't in this one: the recipient must cancel something."""
    ids = {id_ for id_, marks in drawn.differs.items() if marks == ["-"]}
    if not ids or drawn.since is None:
        return []
    sent = next(
        one
        for one in lists.of_mission(session, drawn.mission_id)
        if one.purpose is drawn.purpose and one.number == drawn.since
    )
    return [Line(values=row, marks=frozenset("-")) for row in _opened(session, sent) if row["id"] in ids]
