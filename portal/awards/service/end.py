"""Ends before the time: a waiver, a forfeiture, a revocation; what is recovered, and what goes back to the ledger."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.applications.rules import Status
from portal.applications.rules.words import STATES
from portal.applications.service import move
from portal.awards.events import Ended
from portal.awards.models import Award, Ending, EndingKind
from portal.awards.queries import cases
from portal.awards.rules.refusals import NotToEnd, ProvidedTooMuch, RecoversTooMuch, StillInTerm
from portal.awards.service.trace import lock, trace
from portal.awards.service.weigh import release
from portal.kernel import outbox
from portal.kernel.clock import db_now

FROM: Final = {
    EndingKind.WAIVED: frozenset({Status.FUNDED, Status.RESERVE, Status.AWARDED, Status.ACCEPTED}),
    EndingKind.FORFEITED: frozenset({Status.FUNDED, Status.AWARDED, Status.ACCEPTED, Status.IN_PROGRESS}),
    EndingKind.REVOKED: frozenset({Status.AWARDED, Status.ACCEPTED, Status.IN_PROGRESS, Status.COMPLETED}),
}
SILENCE: Final = "La concessione non è stata accettata entro il termine."
CLOCK: Final = "system"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Why; by which act; what was given and what is asked back, to which the office adds the legal interest."""

    reason: str
    act_number: str = ""
    act_on: date | None = None
    provided_eur: Decimal = Decimal(0)
    recover_eur: Decimal = Decimal(0)


def forfeit(session: Session, application_id: UUID, terms: Terms, *, by: str, now: datetime) -> Ending:
    """A requirement or a duty has failed: decadenza. Raises NotToEnd, ProvidedTooMuch, RecoversTooMuch, NotFound."""
    return end(session, lock(session, application_id), EndingKind.FORFEITED, terms, by=by, now=now)


def revoke(session: Session, application_id: UUID, terms: Terms, *, by: str, now: datetime) -> Ending:
    """The grant is withdrawn: revoca. Raises as `forfeit`."""
    return end(session, lock(session, application_id), EndingKind.REVOKED, terms, by=by, now=now)


def lapse(session: Session, application_id: UUID) -> Ending | None:
    """Silence beyond the term, by the database's clock once the case is held; None where an answer was quicker."""
    application = lock(session, application_id)
    award, now = cases.award_of(session, application_id), db_now(session)
    if award is None or application.status is not Status.AWARDED:
        return None
    if now <= award.accept_by:
        raise StillInTerm
    return end(session, application, EndingKind.FORFEITED, Terms(reason=SILENCE), by=CLOCK, now=now)


def end(
    session: Session, application: Application, kind: EndingKind, terms: Terms, *, by: str, now: datetime
) -> Ending:
    """End a locked case; ended so already, it answers what there is."""
    known = cases.ending_of(session, application.id)
    if known is not None and known.kind is kind:
        return known
    if application.status not in FROM[kind]:
        raise NotToEnd(state=STATES[application.status].label)
    _check_amounts(terms, cases.award_of(session, application.id))
    ending = Ending(
        application_id=application.id,
        call_id=application.call_id,
        kind=kind,
        reason=terms.reason,
        provided_eur=terms.provided_eur,
        recover_eur=terms.recover_eur,
        act_number=terms.act_number or None,
        act_on=terms.act_on if terms.act_number else None,
        at=now,
        by=by,
    )
    session.add(ending)
    kept = terms.provided_eur - terms.recover_eur
    release(session, application.id, why=kind.value, by=by, now=now, kept=kept)
    outbox.emit(session, Ended(application_id=application.id, kind=kind.value))
    move(session, application.id, Status(kind.value), by=by, now=now, why=" ".join(terms.reason.split()))
    amounts = {"provided_eur": str(terms.provided_eur), "recover_eur": str(terms.recover_eur)}
    trace(session, kind.value, application.id, by=by, now=now, why=terms.reason, **amounts)
    return ending


def _check_amounts(terms: Terms, award: Award | None) -> None:
    if terms.provided_eur > (award.eur if award else 0):
        raise ProvidedTooMuch(field="provided_eur")
    if terms.recover_eur > terms.provided_eur:
        raise RecoversTooMuch(field="recover_eur")
