"""The best schedule so far, never let go."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from portal.matching.rules.scheduling.figures import agenda, rank, terms
from portal.matching.rules.scheduling.instance import Term
from portal.matching.rules.scheduling.layout import Layout
from portal.matching.rules.scheduling.seating import seat


@dataclass
class Keeper:
    """Compares schedules by what the event wants; in a re-solve first by how many agendas change."""

    layout: Layout
    before: Mapping[int, int] | None = None
    hit: Collection[int] = ()  # participants whose agenda changes anyway
    stays: Mapping[int, int] = field(default_factory=dict)  # slots in which `wanted` tables are wanted
    wanted: Mapping[int, str] = field(default_factory=dict)
    when: dict[int, int] | None = None
    where: dict[int, str] = field(default_factory=dict)
    reached: dict[Term, int] = field(default_factory=dict)
    changed: int = 0

    def offer(self, when: dict[int, int], where: dict[int, str] | None = None) -> bool:
        """Keep it if it is better."""
        where = where or seat(self.layout, when, self._wanted(when))
        reached, changed = terms(self.layout, when, where), self._changed(when)
        better = self.when is None or (changed, rank(self.layout, reached)) < (
            self.changed,
            rank(self.layout, self.reached),
        )
        if better:
            self.when, self.where, self.reached, self.changed = when, where, reached, changed
        return better

    def value(self, name: str) -> int:
        """A term, the weighted sum, or the agendas changed."""
        if name == "changed":
            return self.changed
        return rank(self.layout, self.reached)[0] if name == "value" else self.reached[Term(name)]

    def _wanted(self, when: Mapping[int, int]) -> dict[int, str]:
        """Tables are wanted again by meetings that stay in their slot."""
        return {at: table for at, table in self.wanted.items() if at in when and self.stays.get(at) == when[at]}

    def _changed(self, when: Mapping[int, int]) -> int:
        if self.before is None:
            return 0
        return sum(
            agenda(self.layout, when, who) != agenda(self.layout, self.before, who)
            for who in self.layout.people
            if who not in self.hit
        )
