"""A schedule as it stands, and what hinders a meeting from taking place in a slot."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.matching.rules.scheduling.figures import gaps_of
from portal.matching.rules.scheduling.layout import Layout, When


class Hindrance(StrEnum):
    """Why a meeting can't be in a slot."""

    AWAY = "away"  # one of the two can't come then, or the meeting is bound to other slots
    BUSY = "busy"  # one of the two already meets somebody
    FULL = "full"  # one of the two has all the meetings it can have
    TABLE = "table"
    INTERPRETER = "interpreter"
    ORDER = "order"
    BREAKS = "breaks"  # somebody would have more breaks than allowed, or than the others may


@dataclass(frozen=True)
class Clash:
    """A hindrance, with the participant or the other meeting that it comes from, by number."""

    kind: Hindrance
    who: int | None = None
    meeting: int | None = None


class Standing:
    """Who is where; meetings may be put in and taken out."""

    def __init__(self, layout: Layout, when: When) -> None:
        self.layout = layout
        self.when: dict[int, int] = {}
        self.mine: list[dict[int, int]] = [{} for _ in layout.people]  # slot -> meeting
        self.pooled: Counter[int] = Counter()
        self.spoken: Counter[tuple[str, int]] = Counter()
        self.links: dict[int, list[tuple[int, bool]]] = {}
        for first, then in layout.before:
            self.links.setdefault(first, []).append((then, True))
            self.links.setdefault(then, []).append((first, False))
        for meeting, slot in when.items():
            self.put(meeting, slot)

    def put(self, meeting: int, slot: int) -> None:
        """Let it take place."""
        self.when[meeting] = slot
        for who in self.layout.pairs[meeting]:
            self.mine[who][slot] = meeting
        self._use(meeting, slot, 1)

    def take(self, meeting: int) -> int:
        """Let it not take place; the slot it had."""
        slot = self.when.pop(meeting)
        for who in self.layout.pairs[meeting]:
            del self.mine[who][slot]
        self._use(meeting, slot, -1)
        return slot

    def _use(self, meeting: int, slot: int, more: int) -> None:
        if self.layout.own_table[meeting] is None:
            self.pooled[slot] += more
        language = self.layout.meeting(meeting).interpreter
        if language is not None:
            self.spoken[language, slot] += more

    def clashes(self, meeting: int, slot: int) -> Iterator[Clash]:
        """What hinders `meeting`, which stands nowhere now, from this slot; nothing of breaks."""
        layout = self.layout
        if slot not in layout.open[meeting]:
            yield Clash(Hindrance.AWAY)
        for who in layout.pairs[meeting]:
            yield from self._taken(who, slot)
        if layout.own_table[meeting] is None and self.pooled[slot] >= layout.pool[slot]:
            yield Clash(Hindrance.TABLE)
        language = layout.meeting(meeting).interpreter
        if language is not None and self.spoken[language, slot] >= layout.interpreters[language][slot]:
            yield Clash(Hindrance.INTERPRETER)
        for other, it_is_later in self.links.get(meeting, ()):
            at = self.when.get(other)
            if at is not None and (at <= slot if it_is_later else at >= slot):
                yield Clash(Hindrance.ORDER, meeting=other)

    def _taken(self, who: int, slot: int) -> Iterator[Clash]:
        if slot in self.mine[who]:
            yield Clash(Hindrance.BUSY, who=who, meeting=self.mine[who][slot])
        if len(self.mine[who]) >= self.layout.at_most(who):
            yield Clash(Hindrance.FULL, who=who)

    def breaks(self, who: int) -> int:
        """The breaks of a participant."""
        return len(gaps_of(self.layout, self.mine[who]))

    def strains(self) -> Iterator[Clash]:
        """The limits on breaks that don't hold now."""
        return strains(self.layout, [self.breaks(who) for who in self.layout.people])


def strains(layout: Layout, breaks: Sequence[int]) -> Iterator[Clash]:
    """The limits that so many breaks of each participant don't keep."""
    for who, one in enumerate(layout.instance.participants):
        if one.max_breaks is not None and breaks[who] > one.max_breaks:
            yield Clash(Hindrance.BREAKS, who=who)
    apart = layout.instance.constraints.max_break_difference
    if apart is not None and breaks and max(breaks) - min(breaks) > apart:
        yield Clash(Hindrance.BREAKS, who=breaks.index(max(breaks)))
