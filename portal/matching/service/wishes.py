"""What participants say of each other, within the time and the quotas of the event; who must not meet."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.kernel.clock import ROME
from portal.kernel.errors import NotFound
from portal.matching.models import Exclusion, MatchingEvent, Participant, Wish
from portal.matching.queries import board, events, participants
from portal.matching.rules.pairs import same_group
from portal.matching.rules.refusals import EventIsOver, NotConfirmed, TooManyWishes, WishesClosed
from portal.matching.rules.settings import Settings
from portal.matching.rules.states import EventState, Level, ParticipantState, Side
from portal.matching.service.trace import lock_event, lock_participant, trace

SAME_GROUP = "same_group"
SYSTEM = "system"


def may_wish(event: MatchingEvent, *, now: datetime) -> bool:
    """Whether wishes are taken now."""
    return event.state is EventState.WISHES and event.wishes_from <= now < event.wishes_until


def wish(
    session: Session,
    participant_id: UUID,
    to_id: UUID,
    level: Level | None,
    *,
    by: str,
    now: datetime,
    is_staff: bool = False,
) -> None:
    """Say want, would or no of somebody of the other side; None takes it back. Staff may say it out of time.

    The participant stays locked: quotas hold however many windows are open. Raises WishesClosed, EventIsOver,
    NotConfirmed, TooManyWishes, NotFound.
    """
    one = lock_participant(session, participant_id)
    event, other = events.get(session, one.event_id), participants.find(session, to_id)
    if event is None or other is None or not _may_meet(one, other):
        raise NotFound
    if event.state is EventState.CLOSED:
        raise EventIsOver
    if not is_staff and not may_wish(event, now=now):
        since, until = (f"{at.astimezone(ROME):%d/%m/%Y %H:%M}" for at in (event.wishes_from, event.wishes_until))
        raise WishesClosed(since=since, until=until)
    if one.state is not ParticipantState.CONFIRMED:
        raise NotConfirmed
    known = board.wish(session, one.id, to_id)
    if (known.level if known else None) is level:
        return
    _within_quota(session, one, Settings.model_validate(event.settings), to_id=to_id, level=level)
    _write(session, known, Wish(event_id=event.id, from_id=one.id, to_id=to_id, level=level, said_at=now, said_by=by))
    said = level.value if level else None
    trace(session, "wished", event.id, by=by, now=now, participant_id=str(one.id), to=str(to_id), level=said)


def _may_meet(one: Participant, other: Participant) -> bool:
    return one.event_id == other.event_id and one.side is not other.side and other.state is not ParticipantState.LEFT


def _within_quota(session: Session, one: Participant, settings: Settings, *, to_id: UUID, level: Level | None) -> None:
    quota = settings.quota(one.side)
    most = {Level.WANT: quota.wants, Level.WOULD: quota.woulds}.get(level) if level else None
    if level and most is not None and board.said(session, one.id, level, but=to_id) >= most:
        raise TooManyWishes(most=most)


def _write(session: Session, known: Wish | None, wanted: Wish) -> None:
    if wanted.level is None:
        if known is not None:
            session.delete(known)
    elif known is None:
        session.add(wanted)
    else:
        known.level, known.said_at, known.said_by = wanted.level, wanted.said_at, wanted.said_by
    session.flush()


def exclude(
    session: Session, event_id: UUID, firm_id: UUID, buyer_id: UUID, *, reason: str, by: str, now: datetime
) -> bool:
    """A firm and a buyer must not meet; answers whether that is new. Raises NotFound."""
    event = lock_event(session, event_id)
    there = {one.id: one for one in participants.of_event(session, event.id)}
    firm, buyer = there.get(firm_id), there.get(buyer_id)
    if firm is None or buyer is None or firm.side is not Side.COMPANY or buyer.side is not Side.BUYER:
        raise NotFound
    if (firm_id, buyer_id) in {(one.one_id, one.other_id) for one in board.exclusions(session, event.id)}:
        return False
    row = Exclusion(event_id=event.id, one_id=firm_id, other_id=buyer_id, reason=reason, made_by=by)
    session.add(row)
    trace(session, "excluded", event.id, by=by, now=now, firm=str(firm_id), buyer=str(buyer_id), reason=reason)
    return True


def readmit(session: Session, event_id: UUID, exclusion_id: UUID, *, by: str, now: datetime) -> None:
    """They may meet after all. Raises NotFound."""
    event = lock_event(session, event_id)
    row = next((one for one in board.exclusions(session, event.id) if one.id == exclusion_id), None)
    if row is None:
        raise NotFound
    session.delete(row)
    trace(session, "readmitted", event.id, by=by, now=now, firm=str(row.one_id), buyer=str(row.other_id))


def find_groups(session: Session, event_id: UUID, *, now: datetime) -> int:
    """Exclude buyers that bear the name of a firm or of one it declared to be tied to; answers how many are new."""
    event = lock_event(session, event_id)
    whole = board.read(session, event)
    ties: dict[UUID, list[str]] = {}
    for participant_id, name in board.holdings(session, event.id):
        ties.setdefault(participant_id, []).append(name)
    hits = [
        (firm.id, buyer.id)
        for firm in whole.firms.values()
        for buyer in whole.buyers.values()
        if same_group(firm.name, ties.get(firm.id, ()), buyer.name)
    ]
    return sum(exclude(session, event.id, firm, buyer, reason=SAME_GROUP, by=SYSTEM, now=now) for firm, buyer in hits)
