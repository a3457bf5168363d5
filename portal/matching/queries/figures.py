"""How an event went, in figures: who came, which wishes were kept, how even the agendas are, what came of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from portal.matching.models import MatchingEvent, Meeting, Participant
from portal.matching.queries import agenda, outcomes, participants
from portal.matching.rules.outcomes import MONTHS, Outcome
from portal.matching.rules.score import Honoured, gini, honoured, jain
from portal.matching.rules.states import Level, MeetingState, ParticipantState, Side

PLACED = (MeetingState.SCHEDULED, MeetingState.HELD, MeetingState.NO_SHOW)
POSITIVE = (Level.WANT, Level.WOULD)


@dataclass(frozen=True)
class Accepted:
    """Of the meetings that one side asked for, what the other said."""

    asked: int
    accepted: int
    refused: int

    @property
    def silent(self) -> int:
        """Without an answer."""
        return self.asked - self.accepted - self.refused


@dataclass(frozen=True)
class Share:
    """One participant's meetings: in the agenda, held, missed."""

    name: str
    placed: int
    held: int
    missed: int


@dataclass(frozen=True)
class Evenness:
    """How evenly meetings are shared on one side."""

    gini: float
    jain: float
    average: float


@dataclass(frozen=True)
class Followed:
    """What one side said after so many months."""

    said: int
    by_kind: Mapping[Outcome, int]
    value_eur: int


@dataclass(frozen=True)
class Figures:
    """All of it."""

    people: Mapping[tuple[Side, ParticipantState], int]
    accepted: Mapping[Side, Accepted]
    kept: Mapping[Side, Mapping[Level, Honoured]]
    states: Mapping[MeetingState, int]
    shares: Mapping[Side, Sequence[Share]]
    evenness: Mapping[Side, Evenness]
    ratings: Mapping[tuple[Side, int], int]
    followed: Mapping[tuple[Side, int], Followed]

    @property
    def placed(self) -> int:
        """Meetings in the agenda, held or missed."""
        return sum(self.states.get(state, 0) for state in PLACED)

    @property
    def held(self) -> int:
        """Meetings that staff marked as held."""
        return self.states.get(MeetingState.HELD, 0)

    @property
    def proposed(self) -> int:
        """Meetings that were proposed, and not called off before they had a place."""
        return self.placed + self.states.get(MeetingState.PROPOSED, 0)


def read(session: Session, event: MatchingEvent) -> Figures:
    """The figures as they stand."""
    people = participants.of_event(session, event.id)
    meetings = outcomes.all_meetings(session, event.id)
    wished = outcomes.wished(session, event.id)
    sides = {one.id: one.side for one in people}
    shares = {side: _shares([one for one in people if one.side is side], meetings) for side in Side}
    return Figures(
        people=Counter((one.side, one.state) for one in people),
        accepted={side: _accepted(wished, {who for who, its in sides.items() if its is side}) for side in Side},
        kept=_kept(wished, meetings, sides),
        states=Counter(one.state for one in meetings),
        shares=shares,
        evenness={side: _evenness([one.placed for one in shares[side]]) for side in Side},
        ratings=outcomes.rated(session, event.id),
        followed=_followed(session, event.id),
    )


def _accepted(wished: Iterable[tuple[UUID, UUID, Level]], mine: set[UUID]) -> Accepted:
    known = {(who, other): level for who, other, level in wished}
    answers = [known.get((other, who)) for (who, other), level in known.items() if who in mine and level in POSITIVE]
    return Accepted(
        asked=len(answers),
        accepted=sum(one in POSITIVE for one in answers),
        refused=sum(one is Level.NO for one in answers),
    )


def _kept(
    wished: Iterable[tuple[UUID, UUID, Level]], meetings: Iterable[Meeting], sides: Mapping[UUID, Side]
) -> Mapping[Side, Mapping[Level, Honoured]]:
    takes = {frozenset((one.firm_id, one.buyer_id)) for one in meetings if one.state in PLACED}
    said: dict[Side, list[tuple[Level, bool]]] = {side: [] for side in Side}
    for who, other, level in wished:
        said[sides[who]].append((level, frozenset((who, other)) in takes))
    return {side: honoured(one) for side, one in said.items()}


def _shares(people: Iterable[Participant], meetings: Sequence[Meeting]) -> list[Share]:
    """Of whoever comes, and whoever had a place."""
    states: dict[UUID, Counter[MeetingState]] = {}
    for one in meetings:
        for who in (one.firm_id, one.buyer_id):
            states.setdefault(who, Counter())[one.state] += 1
    return [
        Share(
            name=agenda.name_of(one),
            placed=sum(mine[state] for state in PLACED),
            held=mine[MeetingState.HELD],
            missed=mine[MeetingState.NO_SHOW],
        )
        for one in people
        if one.state is ParticipantState.CONFIRMED or any(states.get(one.id, Counter())[state] for state in PLACED)
        for mine in (states.get(one.id, Counter()),)
    ]


def _evenness(counts: Sequence[int]) -> Evenness:
    return Evenness(gini=gini(counts), jain=jain(counts), average=sum(counts) / len(counts) if counts else 0.0)


def _followed(session: Session, event_id: UUID) -> Mapping[tuple[Side, int], Followed]:
    rows, found = outcomes.told(session, event_id), {}
    for side in Side:
        for months in MONTHS:
            mine = [row for row in rows if (row.side, row.months) == (side, months)]
            if mine:
                found[side, months] = Followed(
                    said=sum(row.count for row in mine),
                    by_kind={Outcome(row.kind): row.count for row in mine if row.kind},
                    value_eur=sum(row.value_eur for row in mine),
                )
    return found
