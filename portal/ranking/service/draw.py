"""Draw a ranking up: the next version, from all that is evaluated."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.audit.service import record
from portal.calls import queries as calls
from portal.calls.models import Call
from portal.calls.rules.content import CallContent
from portal.evaluation.rules import reviewed
from portal.kernel.clock import ROME
from portal.kernel.text import canonical_json
from portal.ranking import queries, rules
from portal.ranking.models import Place, Ranking
from portal.ranking.rules import CallNamed, Cause, Move, Published, RankedList, Replaced, Version, refusals
from portal.ranking.service import commitments
from portal.ranking.service.inputs import Inputs, gather

LEAST_REASON = 10
PERSONS = {"two_persons": 2, "three_persons": 3}


def draw_up(
    session: Session,
    call_id: UUID,
    *,
    reason: str = "",
    cause: Cause = Cause.CORRECTION,
    seed: str | None = None,
    by: str,
    now: datetime,
) -> Ranking:
    """The next version of a call's ranking, for somebody else to approve. Nothing changed: the version there is.

    Awarded, accepted, in progress, completed: they keep place and money. Waived, forfeited, revoked, excluded after a
    publication: they have left. `seed`: revealed at the first draw where the call breaks ties by lot. Raises
    CallStillOpen, NoCriteria, StillOwed (with how many), NothingToRank, ReasonNeeded once a version was published,
    SeedNeeded, WrongSeed, LotTooLate, Unrankable for an application that the call's rule doesn't cover.
    """
    call = calls.lock(session, call_id)
    if now < call.closes_at:
        raise refusals.CallStillOpen
    _check_has_criteria(session, call)
    newest = queries.find_latest(session, call_id)
    seed = _seed(session, call, newest, seed)
    inputs = gather(session, call, seed=seed)
    _check_nothing_owed(session, call, scored=bool(reviewed(inputs.content)))
    if not inputs.entries:
        raise refusals.NothingToRank
    reason = reason.strip()
    if inputs.before is None:
        cause = Cause.FIRST
    elif len(reason) < LEAST_REASON:
        raise refusals.ReasonNeeded(field="reason", least=LEAST_REASON)
    if newest is not None and _is_the_same(newest, inputs, reason, cause):
        return newest
    number = newest.number + 1 if newest else 1
    ranked, opened = rules.draw_up(inputs.rule, inputs.entries, inputs.requests), commitments.salted(inputs.private)
    published = _published(inputs, ranked, opened, number=number, reason=reason, cause=cause, now=now)
    ranking = _keep(session, inputs, published, _moves(session, inputs, ranked), by=by, now=now)
    commitments.keep(session, ranking, opened, inputs.ids)
    detail = {"ranking": str(ranking.id), "number": number, "inputs": inputs.sha256, "why": reason, "cause": cause}
    record(session, "ranking.drawn_up", subject_type="call", subject_id=call_id, by=by, at=now, detail=detail)
    return ranking


def draw_reserve(session: Session, call_id: UUID, *, reason: str = "", by: str, now: datetime) -> Ranking:
    """The next version, because funded firms have left: the next in order take what they leave.

    Raises NeverPublished, NothingFreed, ReserveExpired (so many days from the first publication), and all that
    `draw_up` does.
    """
    before = queries.latest_published(session, call_id)
    begun = queries.first_published_at(session, call_id)
    if before is None or begun is None:
        raise refusals.NeverPublished
    days = calls.content_by_id(session, before.version_id).days.reserve_valid
    until = begun + timedelta(days=days)
    if now >= until:
        raise refusals.ReserveExpired(days=days, until=f"{until.astimezone(ROME):%d/%m/%Y, %H:%M}")
    freed = queries.freed(session, before.id)
    if not freed:
        raise refusals.NothingFreed
    why = reason.strip() or f"Scorrimento della riserva: posti liberati {freed}."
    return draw_up(session, call_id, reason=why, cause=Cause.RESERVE_DRAW, by=by, now=now)


def seed_of(session: Session, ranking: Ranking | None) -> str | None:
    """The seed that a version revealed, if its call draws lots."""
    lot = queries.head(session, ranking.id)["rule"].get("lot") if ranking else None
    return lot and str(lot["seed"])


def _check_has_criteria(session: Session, call: Call) -> None:
    version = calls.get(session, call.id).version
    if version is not None and not calls.content_of(version).criteria:
        raise refusals.NoCriteria


def _seed(session: Session, call: Call, newest: Ranking | None, given: str | None) -> str | None:
    """The seed that was committed to before the window closed; the one revealed once stays."""
    version = calls.get(session, call.id).version
    lot = calls.content_of(version).lot if version is not None else None
    if lot is None:
        return None
    seed = given.strip().lower() if given and given.strip() else seed_of(session, newest)
    if not seed:
        raise refusals.SeedNeeded(field="seed")
    if not rules.opens(seed, lot.commitment):
        raise refusals.WrongSeed(field="seed")
    committed_at = queries.committed_at(session, call.id, lot.commitment)
    if committed_at is None or committed_at >= call.closes_at:
        when = f"{committed_at.astimezone(ROME):%d/%m/%Y, %H:%M}" if committed_at else "–"
        raise refusals.LotTooLate(committed_at=when)
    return seed


def _is_the_same(newest: Ranking, inputs: Inputs, reason: str, cause: Cause) -> bool:
    told = (newest.inputs_sha256, newest.reason, newest.cause)
    return newest.published_at is None and told == (inputs.sha256, reason, cause)


def _check_nothing_owed(session: Session, call: Call, *, scored: bool) -> None:
    owed = queries.owed(session, call.id)
    scores = owed.scores if scored else 0
    if owed.check or scores:
        raise refusals.StillOwed(check=owed.check, scores=scores)


def _moves(session: Session, inputs: Inputs, ranked: RankedList) -> dict[str, Move]:
    """How each firm moved against the version published before; nothing for the first."""
    if inputs.before is None:
        return {}
    file = queries.content(session, inputs.before.id)
    _, before = rules.recompute(canonical_json(file))
    gone_before = {one["registry_number"] for one in file.get("left", ())}
    left = {gone.registry_number: gone.code for gone in inputs.left}
    return rules.moves(before, ranked, left, gone_before=gone_before)


def _published(
    inputs: Inputs,
    ranked: RankedList,
    opened: Mapping[str, commitments.Opened],
    *,
    number: int,
    reason: str,
    cause: Cause,
    now: datetime,
) -> Published:
    content, before = inputs.content, inputs.before
    return rules.publish(
        ranked,
        call=CallNamed(
            code=content.code, version=inputs.version.number, title=content.title.it, act=content.programme.act
        ),
        version=Version(
            version=number,
            drawn_up_at=now.astimezone(ROME),
            inputs_sha256=inputs.sha256,
            reason=reason or None,
            cause=cause,
            replaces=Replaced(version=before.number, sha256=before.sha256) if before else None,
        ),
        firms=inputs.winners,
        not_admitted=inputs.not_admitted,
        left=inputs.left,
        commitments=commitments.commitments(opened),
    )


def _persons(content: CallContent) -> int:
    return PERSONS[content.four_eyes]


def _keep(
    session: Session, inputs: Inputs, published: Published, moves: Mapping[str, Move], *, by: str, now: datetime
) -> Ranking:
    head = published.ranking
    ranking = Ranking(
        call_id=inputs.version.call_id,
        version_id=inputs.version.id,
        number=head.version,
        reason=head.reason or "",
        cause=head.cause,
        replaces_id=inputs.before and inputs.before.id,
        content=rules.document(published),
        sha256=published.sha256,
        inputs=inputs.evidence,
        inputs_sha256=inputs.sha256,
        persons=_persons(inputs.content),
        drawn_up_at=now,
        drawn_up_by=by,
    )
    session.add(ranking)
    session.flush()
    rows = [
        {
            "ranking_id": ranking.id,
            "application_id": inputs.ids[line["registry_number"]],
            "position": position,
            "outcome": rules.Outcome(line["outcome"]),
            "pathway": line["pathway"],
            "total": line["total"],
            "amount_eur": line["amount_eur"],
            "line": line,
            "move": moved.model_dump(mode="json") if (moved := moves.get(line["registry_number"])) else None,
        }
        for position, line in enumerate(ranking.content["entries"], start=1)
    ]
    session.execute(insert(Place), rows)
    return ranking
