"""Reserve aid for the funded places of a ranking, and give back what its version before had reserved."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications.rules import Status
from portal.audit.service import record
from portal.awards.events import AidOverflowed
from portal.awards.queries import cases, ledger
from portal.awards.rules.ledger import EntryState, Regime, regime_of
from portal.awards.rules.refusals import NoHeadroom
from portal.awards.service.declare import note_declared
from portal.awards.service.weigh import Aid, enter, hold, release
from portal.calls import queries as calls
from portal.kernel import outbox
from portal.kernel.clock import ROME
from portal.ranking import queries as rankings
from portal.ranking.models import Place, Ranking


def reserve(session: Session, ranking_id: UUID, *, by: str, now: datetime) -> None:
    """Hold room under the ceiling for every funded place that awaits its grant, in the ranking's order.

    Again, it changes nothing; a version that was overtaken is left alone. Who has no room is told to the office: the
    grant itself will be refused.
    """
    version = rankings.find(session, ranking_id)
    if version is None or version.published_at is None:
        return
    cases.lock_call(session, version.call_id)
    in_force = rankings.latest_published(session, version.call_id)
    content = calls.content_by_id(session, version.version_id)
    regime = regime_of(content)
    if in_force is None or in_force.id != ranking_id or regime is None:
        return
    places = cases.funded_places(session, ranking_id)
    states = cases.lock_many(session, [place.application_id for place in places])
    waiting = [place for place in places if states.get(place.application_id) is Status.FUNDED]
    freed = _give_back(session, version, {place.application_id for place in waiting}, by=by, now=now)
    overflown = _hold_room(session, version, waiting, regime, body=content.implementing_body, by=by, now=now)
    for application_id in overflown:
        outbox.emit(session, AidOverflowed(application_id=application_id, ranking_id=ranking_id))
    detail = {"ranking": str(ranking_id), "reserved": len(waiting) - len(overflown), "released": freed}
    detail["without_room"] = [str(one) for one in overflown]
    record(session, "awards.reserved", subject_type="call", subject_id=version.call_id, by=by, at=now, detail=detail)


def _give_back(session: Session, version: Ranking, funded: set[UUID], *, by: str, now: datetime) -> int:
    dropped = [one.application_id for one in cases.reserved(session, version.call_id)]
    gone = [one for one in dropped if one is not None and one not in funded]
    for application_id in gone:
        release(session, application_id, why=f"graduatoria {version.number}", by=by, now=now)
    return len(gone)


def _hold_room(
    session: Session, version: Ranking, waiting: list[Place], regime: Regime, *, body: str, by: str, now: datetime
) -> list[UUID]:
    """Reserve place after place; answers those without room."""
    ids = [place.application_id for place in waiting]
    vats = note_declared(session, ids, now=now)
    undertakings = hold(session, sorted(set(vats.values()))) if vats else {}
    overflown = []
    for place in waiting:
        there = ledger.live_entry(session, place.application_id)
        if there is not None and there.eur == place.amount_eur:
            continue
        vat = vats[place.application_id]
        aid = Aid(
            application_id=place.application_id,
            vat=vat,
            asked=place.amount_eur,
            on=(version.published_at or now).astimezone(ROME).date(),
            regime=regime,
            body=body,
            act=f"graduatoria {version.number}",
        )
        try:
            enter(session, aid, undertakings[vat], EntryState.RESERVED, by=by, now=now)
        except NoHeadroom:
            release(session, place.application_id, why="massimale superato", by=by, now=now)
            overflown.append(place.application_id)
    return overflown
