"""Who comes to an event."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.applications.models import Application
from portal.applications.rules import Status
from portal.companies.models import Company
from portal.matching.models import Counterpart, ExportProfile, MatchingEvent, Participant
from portal.matching.queries.events import Scope, within
from portal.matching.rules.states import ParticipantState, Side

INVITED_FROM = (
    Status.ADMITTED,
    Status.EVALUATED,
    Status.FUNDED,
    Status.AWARDED,
    Status.ACCEPTED,
    Status.IN_PROGRESS,
    Status.COMPLETED,
)
"""A firm may come from its admission on."""


def of_event(
    session: Session, event_id: UUID, *, side: Side | None = None, state: ParticipantState | None = None
) -> Sequence[Participant]:
    """Participants with their firm or buyer, firms first, by name."""
    found = (
        select(Participant)
        .outerjoin(Company, Company.id == Participant.company_id)
        .outerjoin(Counterpart, Counterpart.id == Participant.counterpart_id)
        .where(Participant.event_id == event_id)
    )
    if side is not None:
        found = found.where(Participant.side == side)
    if state is not None:
        found = found.where(Participant.state == state)
    whole = found.options(joinedload(Participant.company), joinedload(Participant.counterpart))
    ordered = whole.order_by(Participant.side.desc(), Company.legal_name, Counterpart.legal_name, Participant.id)
    return session.scalars(ordered).all()


def find(session: Session, participant_id: UUID) -> Participant | None:
    """One, with firm or buyer."""
    found = select(Participant).where(Participant.id == participant_id)
    return session.scalars(
        found.options(joinedload(Participant.company), joinedload(Participant.counterpart))
    ).one_or_none()


def lock(session: Session, participant_id: UUID) -> Participant | None:
    """One, held until the transaction ends."""
    found = select(Participant).where(Participant.id == participant_id).with_for_update()
    return session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def of_company(session: Session, event_id: UUID, company_id: UUID) -> Participant | None:
    """The firm's row at the event."""
    return session.scalars(
        select(Participant).where(Participant.event_id == event_id, Participant.company_id == company_id)
    ).one_or_none()


def of_counterpart(session: Session, event_id: UUID, counterpart_id: UUID) -> Participant | None:
    """The buyer's row at the event."""
    return session.scalars(
        select(Participant).where(Participant.event_id == event_id, Participant.counterpart_id == counterpart_id)
    ).one_or_none()


def firms_to_add(session: Session, event_id: UUID, call_id: UUID) -> list[UUID]:
    """Firms whose application to the call was admitted or went further, and that the event lacks, by name."""
    there = select(Participant.company_id).where(Participant.event_id == event_id, Participant.company_id.is_not(None))
    found = (
        select(Company.id)
        .join(Application, Application.company_id == Company.id)
        .where(Application.call_id == call_id, Application.status.in_(INVITED_FROM), Company.id.not_in(there))
        .group_by(Company.id)
        .order_by(Company.legal_name, Company.id)
    )
    return list(session.scalars(found))


def known_counterparts(session: Session, event_id: UUID, ids: Iterable[UUID]) -> set[UUID]:
    """Which of these buyers the event has."""
    found = select(Participant.counterpart_id).where(
        Participant.event_id == event_id, Participant.counterpart_id.in_(list(ids))
    )
    return {one for one in session.scalars(found) if one is not None}


def buyers_to_add(session: Session, event_id: UUID, *, scope: Scope = None) -> Sequence[Counterpart]:
    """Validated buyers that the event lacks, by name; known to events of the calls of `scope`, or to any."""
    there = select(Participant.counterpart_id).where(
        Participant.event_id == event_id, Participant.counterpart_id.is_not(None)
    )
    found = select(Counterpart).where(
        Counterpart.validated_at.is_not(None), Counterpart.revoked_at.is_(None), Counterpart.id.not_in(there)
    )
    if scope is not None:
        met = select(Participant.counterpart_id).join(MatchingEvent, MatchingEvent.id == Participant.event_id)
        found = found.where(Counterpart.id.in_(met.where(within(scope), Participant.counterpart_id.is_not(None))))
    return session.scalars(found.order_by(Counterpart.legal_name, Counterpart.id).limit(500)).all()


def find_profile(session: Session, participant: Participant) -> Counterpart | ExportProfile | None:
    """The buyer, or the firm's export profile; None where nothing was sent yet."""
    if participant.counterpart_id is not None:
        buyer = session.get(Counterpart, participant.counterpart_id)
        return buyer if buyer and buyer.profile_saved_at else None
    return session.scalars(
        select(ExportProfile).where(ExportProfile.company_id == participant.company_id)
    ).one_or_none()


def lock_profile(session: Session, participant: Participant) -> Counterpart | ExportProfile | None:
    """The same, held until the transaction ends."""
    found = find_profile(session, participant)
    if found is not None:
        session.refresh(found, with_for_update=True)
    return found
