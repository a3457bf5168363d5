"""What a firm may see of events, and what the portal knows of the firm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session, selectinload

from portal.applications.models import Application
from portal.companies.models import Company, Representative
from portal.documents.models import File
from portal.matching.models import Counterpart, ExportDraft, ExportProfile, MatchingEvent, Participant, Wish
from portal.matching.queries.participants import INVITED_FROM
from portal.matching.rules.states import EventState, ParticipantState, Side


@dataclass(frozen=True)
class Own:
    """An event as a firm has it; `participant` None: it may come and has not said so."""

    event: MatchingEvent
    participant: Participant | None

    @property
    def comes(self) -> bool:
        """Whether the firm said so."""
        return self.participant is not None and self.participant.state is ParticipantState.CONFIRMED

    @property
    def is_there(self) -> bool:
        """Whether it was added and has not left."""
        return self.participant is not None and not self.has_left

    @property
    def has_left(self) -> bool:
        """Whether it doesn't come any more."""
        return self.participant is not None and self.participant.state is ParticipantState.LEFT


def events_of(session: Session, *, company_id: UUID | None, call_id: UUID | None) -> list[Own]:
    """Events that the firm may come to or was at, the latest first."""
    found = _own(company_id, call_id).order_by(MatchingEvent.wishes_until.desc(), MatchingEvent.slug)
    return [Own(*row) for row in session.execute(found)]


def find(session: Session, slug: str, *, company_id: UUID | None, call_id: UUID | None) -> Own | None:
    """One of them."""
    row = session.execute(_own(company_id, call_id).where(MatchingEvent.slug == slug)).one_or_none()
    return Own(*row) if row else None


def _own(company_id: UUID | None, call_id: UUID | None) -> Select[Any]:
    entitled = exists().where(
        Application.call_id == MatchingEvent.call_id,
        Application.company_id == company_id,
        Application.status.in_(INVITED_FROM),
    )
    mine = and_(Participant.event_id == MatchingEvent.id, Participant.company_id == company_id)
    found: Any = (
        select(MatchingEvent, Participant)
        .outerjoin(Participant, mine)
        .where(MatchingEvent.state != EventState.DRAFT, or_(entitled, Participant.id.is_not(None)))
        .options(selectinload(MatchingEvent.slots))
    )
    scoped: Select[Any] = found if call_id is None else found.where(MatchingEvent.call_id == call_id)
    return scoped


def profile(session: Session, company_id: UUID, *, held: bool = False) -> ExportProfile | None:
    """What the firm sent last."""
    found = select(ExportProfile).where(ExportProfile.company_id == company_id)
    if held:
        found = found.with_for_update().execution_options(populate_existing=True)
    return session.scalars(found).one_or_none()


def logo(session: Session, company_id: UUID) -> File | None:
    """The logo that goes with what the firm sent last."""
    found = select(File).join(ExportProfile, ExportProfile.logo_id == File.id)
    return session.scalars(found.where(ExportProfile.company_id == company_id)).one_or_none()


def draft(session: Session, company_id: UUID, *, held: bool = False) -> ExportDraft | None:
    """What the firm writes."""
    found = select(ExportDraft).where(ExportDraft.company_id == company_id)
    if held:
        found = found.with_for_update().execution_options(populate_existing=True)
    return session.scalars(found).one_or_none()


def answers(session: Session, company_id: UUID, call_id: UUID) -> Mapping[str, Any]:
    """The answers of the firm's application to the call, as they were frozen."""
    found = (
        select(Application.content)
        .where(Application.company_id == company_id, Application.call_id == call_id, Application.content.is_not(None))
        .order_by(Application.submitted_at.desc().nulls_last())
        .limit(1)
    )
    known = (session.scalar(found) or {}).get("answers")
    return known if isinstance(known, dict) else {}


def company(session: Session, company_id: UUID, *, held: bool = False) -> Company | None:
    """The firm."""
    return session.get(Company, company_id, with_for_update=held or None)


def representatives(session: Session, company_id: UUID) -> Sequence[tuple[str, str]]:
    """(name, role) of who signs for the firm."""
    found = select(Representative.full_name, Representative.role).where(Representative.company_id == company_id)
    return [(name, role) for name, role in session.execute(found.order_by(Representative.full_name))]


def wishes(session: Session, participant_id: UUID) -> Mapping[UUID, Wish]:
    """What one said, by whom it is about."""
    return {one.to_id: one for one in session.scalars(select(Wish).where(Wish.from_id == participant_id))}


def find_buyer(session: Session, event_id: UUID, participant_id: UUID) -> Participant | None:
    """A buyer whom firms of the event may choose."""
    found = (
        select(Participant)
        .join(Counterpart, Counterpart.id == Participant.counterpart_id)
        .where(
            Participant.id == participant_id,
            Participant.event_id == event_id,
            Participant.side == Side.BUYER,
            Participant.state != ParticipantState.LEFT,
            Counterpart.validated_at.is_not(None),
        )
    )
    return session.scalars(found).one_or_none()
