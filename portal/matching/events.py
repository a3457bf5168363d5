"""What happened in the matching."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class SolvingAsked(Event):
    """The best agenda was asked for."""

    name: ClassVar[str] = "matching.solving_asked"
    run_id: UUID


@dataclass(frozen=True, kw_only=True)
class SolvingEnded(Event):
    """A run ended, well or not."""

    name: ClassVar[str] = "matching.solving_ended"
    run_id: UUID


@dataclass(frozen=True, kw_only=True)
class AgendaTold(Event):
    """A participant's agenda was published for the first time, or changed; `number`: of the version."""

    name: ClassVar[str] = "matching.agenda_told"
    participant_id: UUID
    number: int


@dataclass(frozen=True, kw_only=True)
class ProfileValidated(Event):
    """Staff found the profile of a firm or buyer good."""

    name: ClassVar[str] = "matching.profile_validated"
    participant_id: UUID


@dataclass(frozen=True, kw_only=True)
class ProfileSentBack(Event):
    """Staff sent the profile of a firm or buyer back, with a reason."""

    name: ClassVar[str] = "matching.profile_sent_back"
    participant_id: UUID


@dataclass(frozen=True, kw_only=True)
class BuyerInvited(Event):
    """A buyer gets a personal link; any older one is void."""

    name: ClassVar[str] = "matching.buyer_invited"
    counterpart_id: UUID
    epoch: int


@dataclass(frozen=True, kw_only=True)
class LinkOpenedAgain(Event):
    """A buyer's link, already confirmed once, was confirmed in another browser."""

    name: ClassVar[str] = "matching.link_opened_again"
    counterpart_id: UUID


@dataclass(frozen=True, kw_only=True)
class FollowUpDue(Event):
    """A participant is to be asked what came of its meetings, so many months later; 0: right after."""

    name: ClassVar[str] = "matching.follow_up_due"
    participant_id: UUID
    months: int


@dataclass(frozen=True, kw_only=True)
class ParticipantWithdrew(Event):
    """A firm or a buyer says that they don't come, or no longer; `meetings`: how many of theirs fell by it."""

    name: ClassVar[str] = "matching.participant_withdrew"
    participant_id: UUID
    meetings: int
