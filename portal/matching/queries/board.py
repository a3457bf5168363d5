"""An event's participants with all that a score needs: the same few statements, however many they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.companies.models import Holding
from portal.documents.models import File
from portal.matching.models import (
    CounterpartDelegate,
    Exclusion,
    ExportProfile,
    Interpreter,
    MatchingEvent,
    Meeting,
    Participant,
    Wish,
)
from portal.matching.queries import participants
from portal.matching.rules import pairs
from portal.matching.rules.pairs import Pair
from portal.matching.rules.profiles import BuyerProfile, FirmProfile
from portal.matching.rules.score import Profile
from portal.matching.rules.settings import Settings
from portal.matching.rules.states import Level, ParticipantState, Side


@dataclass(frozen=True)
class Shown:
    """A participant as others see them."""

    participant: Participant
    name: str
    country: str
    city: str
    content: FirmProfile | BuyerProfile
    profile: Profile
    is_validated: bool
    logo: File | None = None

    @property
    def id(self) -> UUID:
        """The participant's."""
        return self.participant.id


@dataclass(frozen=True)
class Board:
    """Firms and buyers who have not left, what they wish, who must not meet."""

    event: MatchingEvent
    firms: Mapping[UUID, Shown]
    buyers: Mapping[UUID, Shown]
    wishes: Mapping[tuple[UUID, UUID], Level]
    excluded: frozenset[tuple[UUID, UUID]]
    offered: Sequence[str]

    @cached_property
    def settings(self) -> Settings:
        """What staff chose."""
        return Settings.model_validate(self.event.settings)

    def find(self, participant_id: UUID) -> Shown | None:
        """Firm or buyer."""
        return self.firms.get(participant_id) or self.buyers.get(participant_id)

    def pairs(self, *, of: UUID | None = None, only_confirmed: bool = False) -> list[Pair]:
        """Every pair that may meet, the best first; those `of` one participant, or all."""

        def wanted(shown: Mapping[UUID, Shown]) -> dict[UUID, Profile]:
            return {
                id_: one.profile
                for id_, one in shown.items()
                if (of is None or of == id_ or of not in shown)
                and (not only_confirmed or one.participant.state is ParticipantState.CONFIRMED or of == id_)
            }

        return pairs.score_all(
            wanted(self.firms),
            wanted(self.buyers),
            self.wishes,
            excluded=self.excluded,
            weights=self.settings.weights,
            offered=self.offered,
        )


def read(session: Session, event: MatchingEvent) -> Board:
    """The whole board."""
    there = [one for one in participants.of_event(session, event.id) if one.state is not ParticipantState.LEFT]
    profiles = {one.company_id: one for one in session.scalars(_profiles(event.id))}
    shown = [_shown(one, profiles.get(one.company_id) if one.company_id else None) for one in there]
    wishes = session.scalars(select(Wish).where(Wish.event_id == event.id))
    languages = select(Interpreter.language).where(Interpreter.event_id == event.id).distinct()
    firms = {one.id: one for one in shown if one.participant.side is Side.COMPANY}
    return Board(
        event=event,
        firms=firms,
        buyers={one.id: one for one in shown if one.participant.side is Side.BUYER},
        wishes={(one.from_id, one.to_id): one.level for one in wishes},
        excluded=frozenset(
            (one.one_id, one.other_id) if one.one_id in firms else (one.other_id, one.one_id)
            for one in exclusions(session, event.id)
        ),
        offered=sorted(session.scalars(languages)),
    )


def _profiles(event_id: UUID) -> Select[ExportProfile]:
    there = select(Participant.company_id).where(Participant.event_id == event_id, Participant.company_id.is_not(None))
    return select(ExportProfile).where(ExportProfile.company_id.in_(there)).options(joinedload(ExportProfile.logo))


def _shown(one: Participant, profile: ExportProfile | None) -> Shown:
    if one.company is not None:
        firm = FirmProfile.model_validate(profile.content) if profile else FirmProfile()
        codes = [code for code in (one.company.ateco_primary, *one.company.ateco_secondary) if code]
        return Shown(
            participant=one,
            name=one.company.legal_name,
            country=pairs.ITALY,
            city=one.company.municipality or "",
            content=firm,
            profile=pairs.of_firm(firm, divisions={code[:2] for code in codes}),
            is_validated=bool(profile and profile.validated_at),
            logo=profile.logo if profile else None,
        )
    assert one.counterpart is not None  # noqa: S101 - the table says so
    buyer = BuyerProfile.model_validate(one.counterpart.profile)
    return Shown(
        participant=one,
        name=one.counterpart.legal_name,
        country=one.counterpart.country,
        city=one.counterpart.city,
        content=buyer,
        profile=pairs.of_buyer(buyer, country=one.counterpart.country),
        is_validated=one.counterpart.validated_at is not None,
    )


def exclusions(session: Session, event_id: UUID) -> Sequence[Exclusion]:
    """Pairs that must not meet."""
    return session.scalars(select(Exclusion).where(Exclusion.event_id == event_id).order_by(Exclusion.id)).all()


def wish(session: Session, from_id: UUID, to_id: UUID) -> Wish | None:
    """What one said of another."""
    return session.get(Wish, (from_id, to_id))


def wishes_around(session: Session, participant_id: UUID) -> Sequence[Wish]:
    """What one said of others and others of them, with who said it and when, the latest first."""
    found = select(Wish).where(or_(Wish.from_id == participant_id, Wish.to_id == participant_id))
    return session.scalars(found.order_by(Wish.said_at.desc(), Wish.from_id, Wish.to_id)).all()


def said(session: Session, participant_id: UUID, level: Level, *, but: UUID) -> int:
    """How many wishes of a level one has, without the one about `but`."""
    found = select(Wish.to_id).where(Wish.from_id == participant_id, Wish.level == level, Wish.to_id != but)
    return len(session.scalars(found).all())


def meetings(session: Session, event_id: UUID) -> Sequence[Meeting]:
    """Every meeting of the event, the heaviest first."""
    found = select(Meeting).where(Meeting.event_id == event_id)
    return session.scalars(found.order_by(Meeting.weight.desc(), Meeting.firm_id, Meeting.buyer_id)).all()


def holdings(session: Session, event_id: UUID) -> Sequence[Row[UUID, str]]:
    """(participant, name of a firm it is tied to)."""
    found = (
        select(Participant.id, Holding.name)
        .join(Holding, Holding.company_id == Participant.company_id)
        .where(Participant.event_id == event_id)
    )
    return session.execute(found).all()


def delegates(session: Session, counterpart_id: UUID) -> Sequence[CounterpartDelegate]:
    """Who comes for a buyer."""
    found = select(CounterpartDelegate).where(CounterpartDelegate.counterpart_id == counterpart_id)
    return session.scalars(found.order_by(CounterpartDelegate.position)).all()
