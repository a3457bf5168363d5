"""Lists drawn up, and who took them."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.missions.models import ListTaking, MissionList, TravelDocument
from portal.missions.rules.fields import Purpose


def of_mission(session: Session, mission_id: UUID) -> Sequence[MissionList]:
    """Every version of every list, the latest first."""
    found = select(MissionList).where(MissionList.mission_id == mission_id)
    return session.scalars(found.order_by(MissionList.purpose, MissionList.number.desc())).all()


def takings(session: Session, mission_id: UUID) -> Sequence[ListTaking]:
    """Who took what and when, the latest first."""
    found = select(ListTaking).join(MissionList, MissionList.id == ListTaking.list_id)
    return session.scalars(found.where(MissionList.mission_id == mission_id).order_by(ListTaking.at.desc())).all()


def find(session: Session, list_id: UUID, mission_id: UUID) -> MissionList | None:
    """One version of a list of that mission."""
    found = select(MissionList).where(MissionList.id == list_id, MissionList.mission_id == mission_id)
    return session.scalars(found).one_or_none()


def last(session: Session, mission_id: UUID, purpose: Purpose) -> MissionList | None:
    """The newest version."""
    return session.scalars(_newest(mission_id, purpose)).first()


def last_sent(session: Session, mission_id: UUID, purpose: Purpose) -> MissionList | None:
    """The newest version that went to its recipient."""
    sent = select(ListTaking.list_id).where(ListTaking.sent_to.is_not(None))
    return session.scalars(_newest(mission_id, purpose).where(MissionList.id.in_(sent))).first()


def _newest(mission_id: UUID, purpose: Purpose) -> Select[Any]:
    found = select(MissionList).where(MissionList.mission_id == mission_id, MissionList.purpose == purpose)
    return found.order_by(MissionList.number.desc()).limit(1)


def keys(session: Session, traveller_ids: Collection[UUID]) -> dict[UUID, str]:
    """The wrapped keys of those that still have one."""
    rows: Any = session.execute(
        select(TravelDocument.traveller_id, TravelDocument.key).where(
            TravelDocument.traveller_id.in_(traveller_ids), TravelDocument.key.is_not(None)
        )
    ).all()
    return {row.traveller_id: str(row.key) for row in rows}


def all_keys(session: Session, *, after: UUID | None, limit: int) -> Sequence[TravelDocument]:
    """Documents with a key, a stretch at a time in the order of their ids, held."""
    found = select(TravelDocument).where(TravelDocument.key.is_not(None))
    found = found if after is None else found.where(TravelDocument.id > after)
    return session.scalars(found.order_by(TravelDocument.id).limit(limit).with_for_update()).all()
