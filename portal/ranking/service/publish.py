"""Approve a version, then publish it: from then on it is the ranking, and every firm is told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.applications.rules import Status, check_move
from portal.audit.service import record
from portal.calls import queries as calls
from portal.calls.models import Call
from portal.kernel import outbox
from portal.kernel.errors import NotFound
from portal.ranking import permissions, queries
from portal.ranking.events import RankingPublished
from portal.ranking.models import Place, Ranking
from portal.ranking.rules import KEEPS, Outcome, refusals
from portal.ranking.service import signing
from portal.ranking.service.draw import seed_of
from portal.ranking.service.inputs import gather


def approve(session: Session, ranking_id: UUID, *, by: str, now: datetime) -> Ranking:
    """The second pair of eyes: the version is frozen. Raises NotFound, AlreadyApproved, SamePerson, Overtaken."""
    call, ranking = _lock(session, ranking_id)
    if ranking.approved_at is not None:
        raise refusals.AlreadyApproved
    if not permissions.may_approve(by, ranking):
        raise refusals.SamePerson
    _check_still_holds(session, call, ranking)
    ranking.approved_at, ranking.approved_by = now, by
    session.flush()
    _record(session, "ranking.approved", ranking, by=by, now=now)
    return ranking


def publish(session: Session, ranking_id: UUID, *, by: str, now: datetime) -> Ranking:
    """Make a version public and move every application in it to its outcome.

    Raises NotFound, AlreadyPublished, NotApproved, ThirdPersonNeeded where the call wants three persons, Overtaken
    where it is not the newest version, or an input has changed since.
    """
    call, ranking = _lock(session, ranking_id)
    if ranking.published_at is not None:
        raise refusals.AlreadyPublished
    if ranking.approved_by is None:
        raise refusals.NotApproved
    if not permissions.may_publish(by, ranking):
        raise refusals.ThirdPersonNeeded
    _check_still_holds(session, call, ranking)
    ranking.published_at, ranking.published_by = now, by
    signing.sign(session, ranking, now=now)
    session.flush()
    outbox.emit(session, RankingPublished(ranking_id=ranking.id))
    moved = _move_all(session, ranking)
    _record(session, "ranking.published", ranking, by=by, now=now, moved=moved)
    return ranking


def _lock(session: Session, ranking_id: UUID) -> tuple[Call, Ranking]:
    found = queries.find(session, ranking_id)
    if found is None:
        raise NotFound
    call = calls.lock(session, found.call_id)
    ranking = queries.lock(session, ranking_id)
    if ranking is None:
        raise NotFound
    return call, ranking


def _check_still_holds(session: Session, call: Call, ranking: Ranking) -> None:
    """The newest, and made of what is still so."""
    newest = queries.find_latest(session, call.id)
    if newest is None or newest.id != ranking.id:
        raise refusals.Overtaken
    if gather(session, call, seed=seed_of(session, ranking)).sha256 != ranking.inputs_sha256:
        raise refusals.Overtaken


def _move_all(session: Session, ranking: Ranking) -> dict[str, int]:
    """One statement for each way from state to state; who keeps a grant stays where it is."""
    from_to = (Application.status, Place.outcome)
    here = (Place.ranking_id == ranking.id, Place.application_id == Application.id, Application.status.not_in(KEEPS))
    ways = session.execute(select(*from_to, func.count()).where(*here).group_by(*from_to).order_by(*from_to)).all()
    moved = {}
    for source, outcome, many in ways:
        target = Status(outcome.value)
        if source is target:
            continue
        check_move(source, target)
        moved[f"{source.value} > {target.value}"] = many
    for outcome in Outcome:
        target = Status(outcome.value)
        session.execute(
            update(Application)
            .where(*here, Place.outcome == outcome, Application.status != target)
            .values(status=target)
            .execution_options(synchronize_session="fetch")
        )
    return moved


def _record(
    session: Session, action: str, ranking: Ranking, *, by: str, now: datetime, moved: dict[str, int] | None = None
) -> None:
    """One line for the whole list: who moved where stands in the places, which nobody can change."""
    detail = {"ranking": str(ranking.id), "number": ranking.number, "sha256": ranking.sha256}
    if moved is not None:
        detail["moved"] = moved
    record(session, action, subject_type="call", subject_id=ranking.call_id, by=by, at=now, detail=detail)
