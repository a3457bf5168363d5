"""Draw a ranking up: the next version, from all that is evaluated."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.audit.service import record
from portal.calls import queries as calls
from portal.calls.models import Call
from portal.evaluation.rules import reviewed
from portal.kernel.clock import ROME
from portal.ranking import queries, rules
from portal.ranking.models import Place, Ranking
from portal.ranking.rules import CallNamed, Published, Version
from portal.ranking.rules.refusals import CallStillOpen, NothingToRank, ReasonNeeded, StillOwed
from portal.ranking.service.inputs import Inputs, gather

LEAST_REASON = 10


def draw_up(session: Session, call_id: UUID, *, reason: str = "", by: str, now: datetime) -> Ranking:
    """The next version of a call's ranking, not published. The same inputs drawn up again answer the version there is.

    Raises CallStillOpen, StillOwed (with how many), NothingToRank, ReasonNeeded once a version was published,
    Unrankable for an application that the call's rule doesn't cover.
    """
    call = calls.lock(session, call_id)
    if now < call.closes_at:
        raise CallStillOpen
    inputs = gather(session, call)
    _check_nothing_owed(session, call, scored=bool(reviewed(inputs.content)))
    if not inputs.entries:
        raise NothingToRank
    if queries.has_published(session, call_id) and len(reason.strip()) < LEAST_REASON:
        raise ReasonNeeded(field="reason", least=LEAST_REASON)
    before = queries.find_latest(session, call_id)
    if before is not None and before.published_at is None and before.inputs_sha256 == inputs.sha256:
        return before
    published = _published(inputs, number=before.number + 1 if before else 1, reason=reason.strip(), now=now)
    ranking = _keep(session, call, inputs, published, reason=reason.strip(), by=by, now=now)
    detail = {"ranking": str(ranking.id), "number": ranking.number, "inputs": inputs.sha256, "why": reason.strip()}
    record(session, "ranking.drawn_up", subject_type="call", subject_id=call_id, by=by, at=now, detail=detail)
    return ranking


def _check_nothing_owed(session: Session, call: Call, *, scored: bool) -> None:
    owed = queries.owed(session, call.id)
    scores = owed.scores if scored else 0
    if owed.check or scores:
        raise StillOwed(check=owed.check, scores=scores)


def _published(inputs: Inputs, *, number: int, reason: str, now: datetime) -> Published:
    programme = inputs.content.programme
    return rules.publish(
        rules.draw_up(inputs.rule, inputs.entries),
        call=CallNamed(
            code=inputs.content.code,
            version=inputs.version.number,
            title=inputs.content.title.it,
            act=programme.act,
        ),
        version=Version(
            version=number, drawn_up_at=now.astimezone(ROME), inputs_sha256=inputs.sha256, reason=reason or None
        ),
        firms=inputs.winners,
        not_admitted=inputs.not_admitted,
    )


def _keep(
    session: Session, call: Call, inputs: Inputs, published: Published, *, reason: str, by: str, now: datetime
) -> Ranking:
    ranking = Ranking(
        call_id=call.id,
        version_id=inputs.version.id,
        number=published.ranking.version,
        reason=reason,
        content=published.model_dump(mode="json"),
        sha256=published.sha256,
        inputs=inputs.evidence,
        inputs_sha256=inputs.sha256,
        drawn_up_at=now,
        drawn_up_by=by,
    )
    session.add(ranking)
    session.flush()
    rows = [
        {
            "ranking_id": ranking.id,
            "application_id": inputs.ids[line.registry_number],
            "position": position,
            "outcome": line.outcome,
            "pathway": line.pathway,
            "total": line.total,
            "amount_eur": line.amount_eur,
            "line": line.model_dump(mode="json"),
        }
        for position, line in enumerate(published.entries, start=1)
    ]
    session.execute(insert(Place), rows)
    return ranking
