"""From wishes and profiles to the meetings that an agenda is made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from portal.kernel.errors import NotFound
from portal.matching.models import Meeting
from portal.matching.queries import agenda, board, events
from portal.matching.rules.pairs import Pair, to_propose
from portal.matching.rules.refusals import AlreadyScheduled, NotWished, OfExcluded
from portal.matching.rules.states import EventState, MeetingState
from portal.matching.service.trace import lock_event, trace


@dataclass(frozen=True)
class Proposed:
    """What changed."""

    added: int
    changed: int
    dropped: int
    total: int


def propose(session: Session, event_id: UUID, *, by: str, now: datetime) -> Proposed:
    """Work the proposals out anew: what was wished, and the best suggestions, each weighed by its score.

    Only confirmed participants. What is placed, required or locked stays; what was cancelled does not come back.
    Raises AlreadyScheduled once agendas are published, NotFound.
    """
    event = lock_event(session, event_id)
    if event.state in {EventState.PUBLISHED, EventState.CLOSED}:
        raise AlreadyScheduled
    whole = board.read(session, event)
    chosen = to_propose(
        whole.pairs(only_confirmed=True), each=whole.settings.pairs, least_score=whole.settings.least_score
    )
    known = {(one.firm_id, one.buyer_id): one for one in board.meetings(session, event.id)}
    added = changed = 0
    for pair in chosen:
        old = known.pop((pair.firm, pair.buyer), None)
        if old is None:
            session.add(_meeting(event.id, pair))
            added += 1
        elif old.state is MeetingState.PROPOSED:
            changed += _weigh(old, pair)
    dropped = _drop(session, known.values())
    session.flush()
    trace(session, "proposed", event.id, by=by, now=now, added=added, changed=changed, dropped=dropped)
    return Proposed(added, changed, dropped, len(chosen))


def _meeting(event_id: UUID, pair: Pair) -> Meeting:
    meeting = Meeting(event_id=event_id, firm_id=pair.firm, buyer_id=pair.buyer, state=MeetingState.PROPOSED)
    _weigh(meeting, pair)
    return meeting


def _weigh(meeting: Meeting, pair: Pair) -> bool:
    """Write weight, language and score; answers whether one of them changed."""
    facts = {"weight": max(1, pair.score.value), "language": pair.language, "score": as_json(pair)}
    if all(getattr(meeting, name) == value for name, value in facts.items()):
        return False
    for name, value in facts.items():
        setattr(meeting, name, value)
    return True


def _drop(session: Session, left: Iterable[Meeting]) -> int:
    gone = [one for one in left if one.state is MeetingState.PROPOSED and not one.is_required and not one.is_locked]
    for one in gone:
        session.delete(one)
    return len(gone)


def as_json(pair: Pair) -> dict[str, Any]:
    """The score with its parts, as it is kept with a meeting."""
    return {
        "value": pair.score.value,
        "limited_by": pair.score.limited_by.value if pair.score.limited_by else None,
        "sentence": pair.score.sentence.model_dump(),
        "views": [
            {
                "side": view.side.value,
                "wish": view.wish.value if view.wish else None,
                "interest": round(view.interest, 4),
                "fit": None if view.fit.value is None else round(view.fit.value, 4),
                "parts": {part.value: share for part, share in view.fit.parts.items()},
            }
            for view in pair.score.views
        ],
    }


def require(
    session: Session,
    event_id: UUID,
    firm_id: UUID,
    buyer_id: UUID,
    *,
    is_required: bool,
    session_name: str | None = None,
    slot_id: UUID | None = None,
    by: str,
    now: datetime,
) -> Meeting:
    """A meeting must take place: in one slot, in a session of that name, or in any; or it need not any more.

    One that nobody proposed is proposed by that. Raises OfExcluded, NotWished, NotFound.
    """
    event = lock_event(session, event_id)
    whole = board.read(session, event)
    if firm_id not in whole.firms or buyer_id not in whole.buyers:
        raise NotFound
    if is_required and (firm_id, buyer_id) in whole.excluded:
        raise OfExcluded
    meeting = agenda.lock_pair(session, event_id, firm_id, buyer_id)
    if meeting is None:
        pair = next((one for one in whole.pairs(of=firm_id) if one.buyer == buyer_id), None)
        meeting = Meeting(event_id=event_id, firm_id=firm_id, buyer_id=buyer_id, state=MeetingState.PROPOSED)
        if pair is not None:
            _weigh(meeting, pair)
        session.add(meeting)
    elif meeting.state in {MeetingState.HELD, MeetingState.NO_SHOW}:
        raise NotWished
    elif meeting.state is MeetingState.CANCELLED and is_required:
        meeting.state, meeting.cancelled_by, meeting.cancelled_reason = MeetingState.PROPOSED, None, ""
    _bind(session, meeting, is_required=is_required, session_name=session_name, slot_id=slot_id)
    session.flush()
    facts: dict[str, Any] = {
        "firm": str(firm_id),
        "buyer": str(buyer_id),
        "required": is_required,
        "only_in": meeting.session,
        "only_at": str(slot_id) if slot_id and is_required else None,
    }
    trace(session, "meeting_required", event_id, by=by, now=now, **facts)
    return meeting


def _bind(
    session: Session, meeting: Meeting, *, is_required: bool, session_name: str | None, slot_id: UUID | None
) -> None:
    """Write whether it must take place, and when."""
    if slot_id is not None and slot_id not in {one.id for one in events.slots(session, meeting.event_id)}:
        raise NotFound
    meeting.is_required, meeting.session = is_required, session_name if is_required else None
    meeting.fixed_slot_id = slot_id if is_required else None
