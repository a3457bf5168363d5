"""Publish a version: from then on it is the ranking, and every firm is told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.applications.rules import Status
from portal.applications.service import move
from portal.audit.service import record
from portal.calls import queries as calls
from portal.kernel import outbox
from portal.kernel.errors import NotFound
from portal.ranking import queries
from portal.ranking.events import RankingPublished
from portal.ranking.models import Place, Ranking
from portal.ranking.rules.refusals import AlreadyPublished, Overtaken
from portal.ranking.service.inputs import gather


def publish(session: Session, ranking_id: UUID, *, by: str, now: datetime) -> Ranking:
    """Make a version public and move every application in it to its outcome.

    Raises NotFound, AlreadyPublished, Overtaken where it is not the newest version, or an input has changed since.
    """
    found = queries.find(session, ranking_id)
    if found is None:
        raise NotFound
    call = calls.lock(session, found.call_id)
    ranking = queries.lock(session, ranking_id)
    latest = queries.find_latest(session, call.id)
    if ranking is None or latest is None:
        raise NotFound
    if ranking.published_at is not None:
        raise AlreadyPublished
    if latest.id != ranking_id or gather(session, call).sha256 != ranking.inputs_sha256:
        raise Overtaken
    ranking.published_at, ranking.published_by = now, by
    session.flush()
    outbox.emit(session, RankingPublished(ranking_id=ranking.id))
    _move_all(session, ranking, by=by, now=now)
    detail = {"ranking": str(ranking.id), "number": ranking.number, "sha256": ranking.sha256}
    record(session, "ranking.published", subject_type="call", subject_id=call.id, by=by, at=now, detail=detail)
    return ranking


def _move_all(session: Session, ranking: Ranking, *, by: str, now: datetime) -> None:
    placed = select(Place.application_id, Place.outcome).where(Place.ranking_id == ranking.id).order_by(Place.position)
    why = f"graduatoria {ranking.number}"
    for application_id, outcome in session.execute(placed).all():
        move(session, application_id, Status(outcome.value), by=by, now=now, why=why)
