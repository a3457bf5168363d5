"""Forgetting: some days after the return every traveller's key goes, and with it whatever was sealed under it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.kernel import outbox
from portal.kernel.clock import ROME
from portal.kernel.text import canonical_json, sha256_hex
from portal.missions.events import TravellersPurged
from portal.missions.models import Purge
from portal.missions.queries import cases
from portal.missions.rules.refusals import NotPurgeable
from portal.missions.service import sealing
from portal.missions.service.trace import hold, trace


def purge(session: Session, mission_id: UUID, *, by: str, now: datetime) -> Purge:
    """Destroy keys, fields and scans of a mission's travellers, and keep the proof; purged already, the proof there is.

    The hash is of what was destroyed as it was sealed: it shows that it was there, and tells nothing of it. Raises
    NotPurgeable before the day, NotFound.
    """
    mission = hold(session, mission_id)
    if (known := cases.purge_of(session, mission_id)) is not None:
        return known
    if now.astimezone(ROME).date() < mission.purge_on:
        raise NotPurgeable
    counted: dict[str, int] = {}
    destroyed = []
    for person in cases.people(session, mission_id):
        document = person.document
        if document.key is None:
            continue
        names = sorted(document.fields) + (["scan"] if document.scan is not None else [])
        for name in names:
            counted[name] = counted.get(name, 0) + 1
        scan = sha256_hex(document.scan) if document.scan is not None else ""
        destroyed.append({"traveller": str(person.traveller.id), "fields": document.fields, "scan": scan})
        sealing.forget(document, now=now)
    mission.purged_at = now
    proof = Purge(
        mission_id=mission_id,
        at=now,
        by=by,
        travellers=len(destroyed),
        fields=counted,
        sha256=sha256_hex(canonical_json(destroyed)),
    )
    session.add(proof)
    session.flush()
    outbox.emit(session, TravellersPurged(mission_id=mission_id))
    trace(session, "purged", mission_id, by=by, now=now, travellers=len(destroyed), sha256=proof.sha256)
    return proof
