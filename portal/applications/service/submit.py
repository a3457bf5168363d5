"""Hand an application in."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, Text, bindparam, cast, func, select, update
from sqlalchemy.orm import Session

from portal.applications import queries, rules
from portal.applications.events import ApplicationSubmitted
from portal.applications.models import Application
from portal.applications.rules import Status
from portal.applications.rules.freezing import asks, check_submittable
from portal.applications.service.intake import take_turn
from portal.applications.service.trace import trace
from portal.calls import queries as calls
from portal.kernel import outbox
from portal.kernel.clock import ROME
from portal.kernel.errors import DomainError, NotFound

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class Submission(NamedTuple):
    """What a firm is told: the number and instant of arrival, the protocol, the receipt's code."""

    arrival: int
    protocol: str
    receipt_code: str
    submitted_at: datetime


def submit(
    session: Session, application_id: UUID, *, sha256: str, by: str, own: Mapping[str, UUID | None] | None = None
) -> Submission:
    """Hand in the frozen content of that hash, once, while its call is open by the database's clock.

    `own`: whose it must be (`permissions.reach`); what is another's is NotFound, as what is absent.

    The clock is read after application and call are locked: a request that waited is judged at the end of its wait, and
    a change of the window waits for it. Raises CallNotOpen, CallClosed, CallFull, NotFrozen, ChangedSinceFrozen,
    CallAmended, AlreadySubmitted.
    """
    facts = queries.lock_for_submission(session, application_id, own=own)
    if facts is None:
        raise NotFound
    check_submittable(
        facts.status,
        protocol=facts.protocol,
        frozen_sha256=facts.sha256,
        seen_sha256=sha256,
        opens_at=facts.opens_at,
        closes_at=facts.closes_at,
        now=facts.now,
    )
    content = calls.content_by_id(session, facts.in_force)
    if facts.version_id != facts.in_force and facts.asks != asks(content):
        raise rules.CallAmended
    now = facts.now
    if content.overbooking_pct is not None:
        now = take_turn(session, facts.call_id, content, closes_at=facts.closes_at)
    submission = _number(session, facts, by=by, now=now)
    outbox.emit(session, ApplicationSubmitted(application_id=application_id))
    detail = {"arrival": submission.arrival, "protocol": submission.protocol, "sha256": sha256}
    trace(session, "submitted", application_id, by=by, now=now, detail=detail)
    return submission


def _number(session: Session, facts: Row[Any], *, by: str, now: datetime) -> Submission:
    """Number and date the row; the number is the sequence's, taken by the statement that writes it."""
    code = receipt_code()
    row: Any = session.execute(
        _numbering(),
        {
            "the_id": facts.id,
            "the_now": now,
            "the_sender": by,
            "the_code": code,
            "the_year": f"PE-{now.astimezone(ROME).year}-",
        },
    ).one()
    stale = session.identity_map.get(session.identity_key(Application, facts.id))
    if stale is not None:
        session.expire(stale)
    return Submission(row.arrival, row.protocol, code, now)


@cache
def _numbering() -> Any:  # noqa: ANN401 - built once: building it costs more than running it
    number = select(func.nextval("application_arrivals").label("n")).cte("number")
    arrival = select(number.c.n).scalar_subquery()
    return (
        update(Application)
        .where(Application.id == bindparam("the_id"))
        .values(
            status=Status.SUBMITTED,
            submitted_at=bindparam("the_now"),
            submitted_by=bindparam("the_sender"),
            arrival=arrival,
            protocol=bindparam("the_year", type_=Text) + func.lpad(cast(arrival, Text), 7, "0"),
            receipt_code=bindparam("the_code"),
        )
        .returning(Application.arrival, Application.protocol)
        .execution_options(synchronize_session=False)
    )


def receipt_code() -> str:
    """Sixteen letters and digits that nobody guesses, and nobody misreads: `ABCD-EFGH-JKLM-NPQR`."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(16))
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def note_refusal(session: Session, application_id: UUID, refusal: DomainError, *, by: str, now: datetime) -> None:
    """Leave a trace of a submission refused: in a transaction of its own, since the other one was undone."""
    detail = {"refusal": refusal.code, **{key: str(value) for key, value in refusal.facts.items()}}
    trace(session, "submission_refused", application_id, by=by, now=now, detail=detail)
