"""Weigh an aid for a whole undertaking, alone: hold every code of it, look, enter."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from portal.awards.models import AidEntry
from portal.awards.queries import ledger
from portal.awards.rules.ledger import EntryState, Regime, grantable
from portal.awards.rules.undertaking import together


@dataclass(frozen=True, kw_only=True)
class Aid:
    """What is weighed: for which application, how much, on which day, under which call's regime."""

    application_id: UUID
    vat: str
    asked: Decimal
    on: date
    regime: Regime
    body: str
    act: str = ""


def hold(session: Session, vats: Collection[str]) -> dict[str, frozenset[str]]:
    """The codes of each firm's undertaking, all held until the transaction ends.

    Looked at again once they are held: a link may have come in while we waited.
    """
    held: frozenset[str] = frozenset()
    while True:
        ties = ledger.links(session, held.union(vats))
        wanted = together(vats, ties)
        if wanted <= held:
            return {vat: together([vat], ties) for vat in vats}
        ledger.lock(session, wanted - held)
        held |= wanted


def enter(session: Session, aid: Aid, codes: frozenset[str], state: EntryState, *, by: str, now: datetime) -> AidEntry:
    """Reserve or grant, its own reservation left out of the sum; the codes are held. Raises NoHeadroom."""
    entry = ledger.live_entry(session, aid.application_id)
    but = entry.id if entry else None
    stand = ledger.stands(session, codes, aid.regime, on=aid.on, amount=aid.asked, but=but)
    eur = grantable(aid.asked, stand, aid.regime)
    undertaking = min(codes)
    turn = ledger.next_turn(session, undertaking)
    if entry is None:
        entry = AidEntry(code=aid.vat, application_id=aid.application_id, entered_at=now, entered_by=by)
        session.add(entry)
    entry.turn, entry.undertaking = turn, undertaking
    entry.state, entry.granted_on, entry.eur = state, aid.on, eur
    entry.before_eur, entry.ceiling_eur = stand.received, aid.regime.ceiling_eur
    entry.body, entry.act = aid.body, aid.act
    session.flush()
    return entry


def release(
    session: Session, application_id: UUID, *, why: str, by: str, now: datetime, kept: Decimal = Decimal(0)
) -> None:
    """Give back what is reserved or granted for an application, but for what the firm has had and keeps."""
    entry = ledger.live_entry(session, application_id)
    if entry is None:
        return
    if kept > 0:
        entry.eur = kept
    else:
        entry.state = EntryState.RELEASED
        entry.closed_at, entry.closed_by, entry.closed_why = now, by, why
    session.flush()
