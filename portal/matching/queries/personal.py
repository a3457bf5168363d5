"""Everybody's own agenda as it was told: a constant number of statements, however many they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.matching.models import AgendaVersion, CounterpartDelegate, ExportProfile, MatchingEvent, Participant
from portal.matching.queries import agenda, events, participants
from portal.matching.rules import daily
from portal.matching.rules.daily import Row, Turn
from portal.matching.rules.profiles import FirmProfile
from portal.matching.rules.states import Side
from portal.matching.rules.versions import Change, Entry, changes, of


@dataclass(frozen=True)
class Known:
    """A participant as agendas name them."""

    participant: Participant
    name: str
    place: str
    people: Sequence[str]


@dataclass(frozen=True)
class Told:
    """One telling of an event's agendas, with everybody's names."""

    event: MatchingEvent
    version: AgendaVersion
    entries: Sequence[Entry]
    before: Sequence[Entry]
    turns: Sequence[Turn]
    known: Mapping[str, Known]

    @property
    def zone(self) -> ZoneInfo:
        """The event's own clocks."""
        return ZoneInfo(self.event.timezone)

    @cached_property
    def changed(self) -> Mapping[str, Sequence[Change]]:
        """Participant -> what is new since the telling before."""
        return changes(self.before, self.entries)

    def of(self, participant_id: UUID) -> "Personal":
        """One participant's part of it."""
        return Personal(self, str(participant_id))

    def everybody(self) -> list["Personal"]:
        """Of each who meets somebody, firms first, by name."""
        busy = {who for one in self.entries if not one.is_off for who in (one.firm, one.buyer)}
        return [Personal(self, who) for who in self.known if who in busy]


@dataclass(frozen=True)
class Personal:
    """One participant's agenda in a telling."""

    told: Told
    who: str

    @property
    def name(self) -> str:
        """Whose it is."""
        return self.told.known[self.who].name

    @property
    def participant(self) -> Participant:
        """Whose it is."""
        return self.told.known[self.who].participant

    @property
    def entries(self) -> list[Entry]:
        """Meetings that stand, in time."""
        return of(self.told.entries, self.who)

    @property
    def off(self) -> list[Entry]:
        """Meetings that were told once and don't take place."""
        return [one for one in self.told.entries if one.is_off and self.who in {one.firm, one.buyer}]

    @property
    def days(self) -> list[tuple[date, list[Row]]]:
        """By day, with breaks."""
        return daily.days(self.entries, self.told.turns, self.told.zone)

    def other(self, entry: Entry) -> Known:
        """Whom they meet."""
        return self.told.known[entry.buyer if entry.firm == self.who else entry.firm]


def read(session: Session, event: MatchingEvent, *, number: int | None = None) -> Told | None:
    """The last telling, or that of a number; None: nothing was published."""
    version = agenda.latest_version(session, event.id, number=number)
    if version is None:
        return None
    before = agenda.latest_version(session, event.id, number=version.number - 1) if version.number > 1 else None
    return Told(
        event=event,
        version=version,
        entries=agenda.entries_of(version),
        before=agenda.entries_of(before),
        turns=[Turn(str(one.id), one.starts_at, one.ends_at) for one in events.slots(session, event.id)],
        known=_known(session, event.id),
    )


def _known(session: Session, event_id: UUID) -> Mapping[str, Known]:
    rows = participants.of_event(session, event_id)
    firms = [one.company_id for one in rows if one.company_id]
    buyers = [one.counterpart_id for one in rows if one.counterpart_id]
    profiles = select(ExportProfile.company_id, ExportProfile.content).where(ExportProfile.company_id.in_(firms))
    people: dict[UUID | None, list[str]] = {
        company_id: [one.name for one in FirmProfile.model_validate(content).delegates]
        for company_id, content in session.execute(profiles)
    }
    delegates = select(CounterpartDelegate).where(CounterpartDelegate.counterpart_id.in_(buyers))
    for one in session.scalars(delegates.order_by(CounterpartDelegate.position)):
        people.setdefault(one.counterpart_id, []).append(one.full_name)
    return {
        str(one.id): Known(one, agenda.name_of(one), _place(one), people.get(one.company_id or one.counterpart_id, []))
        for one in rows
    }


def _place(one: Participant) -> str:
    if one.side is Side.COMPANY:
        return (one.company.municipality or "") if one.company else ""
    buyer = one.counterpart
    return ", ".join(part for part in (buyer.city, buyer.country) if part) if buyer else ""
