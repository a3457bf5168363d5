"""Buyers: by address, by link, with their events."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.matching.models import Counterpart, MatchingEvent, Participant
from portal.matching.rules.states import EventState, ParticipantState


def find(session: Session, buyer_id: UUID) -> Counterpart | None:
    """The buyer, with who comes for them."""
    found = select(Counterpart).where(Counterpart.id == buyer_id).options(selectinload(Counterpart.delegates))
    return session.scalars(found).one_or_none()


def lock(session: Session, buyer_id: UUID) -> Counterpart | None:
    """The same, held until the transaction ends."""
    found = select(Counterpart).where(Counterpart.id == buyer_id).options(selectinload(Counterpart.delegates))
    return session.scalars(found.with_for_update().execution_options(populate_existing=True)).one_or_none()


def by_email(session: Session, emails: Iterable[str]) -> dict[str, Counterpart]:
    """Lower-case address -> buyer, of those that are known."""
    wanted = {one.lower() for one in emails}
    found = session.scalars(select(Counterpart).where(func.lower(Counterpart.email).in_(wanted)))
    return {one.email.lower(): one for one in found}


def of_event(session: Session, event_id: UUID) -> set[UUID]:
    """Buyers who take part, or did."""
    found = select(Participant.counterpart_id).where(Participant.event_id == event_id)
    return {one for one in session.scalars(found) if one is not None}


def events_of(session: Session, buyer_id: UUID) -> Sequence[Row[Participant, MatchingEvent]]:
    """(participant, event) of each event that the buyer is asked to and that is open to them, the newest first."""
    found = (
        select(Participant, MatchingEvent)
        .join(MatchingEvent, MatchingEvent.id == Participant.event_id)
        .where(Participant.counterpart_id == buyer_id)
        .options(selectinload(MatchingEvent.slots), joinedload(Participant.counterpart))
    )
    return session.execute(found.order_by(MatchingEvent.wishes_from.desc(), MatchingEvent.id)).all()


def own(session: Session, buyer_id: UUID, slug: str) -> Row[Participant, MatchingEvent] | None:
    """The buyer's part in the event at that address."""
    found = (
        select(Participant, MatchingEvent)
        .join(MatchingEvent, MatchingEvent.id == Participant.event_id)
        .where(Participant.counterpart_id == buyer_id, MatchingEvent.slug == slug)
        .options(selectinload(MatchingEvent.slots), joinedload(Participant.counterpart))
    )
    return session.execute(found).one_or_none()


def latest(session: Session, buyer_id: UUID) -> MatchingEvent | None:
    """The event that the buyer was asked to last, where they have not left."""
    found = (
        select(MatchingEvent)
        .join(Participant, Participant.event_id == MatchingEvent.id)
        .where(
            Participant.counterpart_id == buyer_id,
            Participant.state != ParticipantState.LEFT,
            MatchingEvent.state != EventState.CLOSED,
        )
    )
    return session.scalars(found.order_by(Participant.created_at.desc(), MatchingEvent.id).limit(1)).one_or_none()


def names(session: Session, wanted: Iterable[str]) -> set[str]:
    """Which of these names, casefolded, some buyer bears."""
    low = {one.casefold() for one in wanted if one}
    found = select(func.lower(Counterpart.legal_name)).where(func.lower(Counterpart.legal_name).in_(low))
    return {one.casefold() for one in session.scalars(found)}
