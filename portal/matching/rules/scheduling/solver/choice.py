"""Which meetings, before any slot is thought of: a b-matching whose answer no schedule can beat.

Everything asked here holds for every schedule, so its optimum bounds what any schedule reaches. Where the choice can be
scheduled, it is therefore the best of all.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import Literal

from portal.matching.rules.scheduling.instance import Term
from portal.matching.rules.scheduling.layout import Layout
from portal.matching.rules.scheduling.solver.running import How, Run

CHOOSING = (Term.SHORTFALL, Term.LOST_WEIGHT)


@dataclass(frozen=True)
class Choice:
    """The meetings, and what no schedule can go below. `meetings` None: nothing can be chosen so."""

    meetings: frozenset[int] | None
    bounds: dict[Term, int]


class Matching:
    """The meetings as yes or no, under degrees and capacities."""

    def __init__(self, layout: Layout, pinned: Collection[int]) -> None:
        self.layout = layout
        self.model = cp_model.CpModel()
        self.takes = [self.model.new_bool_var("") for _ in layout.meetings]
        for at in layout.meetings:
            if layout.meeting(at).required or at in pinned:
                self.model.add(self.takes[at] == 1)
            if not layout.possible[at]:
                self.model.add(self.takes[at] == 0)
        for who in layout.people:
            self._limit_person(who)
        pooled = [at for at in layout.meetings if layout.own_table[at] is None]
        self._limit(pooled, layout.pool)
        for language, counts in layout.interpreters.items():
            self._limit([at for at in layout.meetings if layout.meeting(at).interpreter == language], counts)

    def _limit_person(self, who: int) -> None:
        """Degrees, and no more meetings within some slots than there are such slots."""
        mine = self.layout.meetings_of[who]
        taken = sum(self.takes[at] for at in mine)
        self.model.add(taken <= self.layout.at_most(who))
        if self.layout.instance.constraints.hard_min_meetings:
            self.model.add(taken >= self.layout.at_least(who))
        windows = {frozenset(self.layout.possible[at]) for at in mine}
        for window in [frozenset().union(*windows), *sorted(windows, key=sorted)]:
            within = [self.takes[at] for at in mine if window.issuperset(self.layout.possible[at])]
            if len(within) > len(window):
                self.model.add(sum(within) <= len(window))

    def _limit(self, meetings: Collection[int], counts: tuple[int, ...]) -> None:
        for window in self._windows():
            within = [self.takes[at] for at in meetings if window.issuperset(self.layout.possible[at])]
            room = sum(counts[slot] for slot in window)
            if len(within) > room:
                self.model.add(sum(within) <= room)

    def _windows(self) -> Iterator[frozenset[int]]:
        """All slots, those of each session, each one."""
        slots = self.layout.instance.slots
        yield frozenset(self.layout.slots)
        for session in sorted({slot.session for slot in slots}):
            yield frozenset(at for at in self.layout.slots if slots[at].session == session)
        yield from (frozenset({at}) for at in self.layout.slots)

    def cost(self, term: Term) -> cp_model.LinearExprT:
        """What is to be small."""
        if term is Term.LOST_WEIGHT:
            return sum(self.layout.meeting(at).weight * (1 - taken) for at, taken in enumerate(self.takes))
        short: list[Literal] = []
        for who in self.layout.people:
            least = self.layout.at_least(who)
            if least:
                missing = self.model.new_int_var(0, least, "")
                self.model.add(missing >= least - sum(self.takes[at] for at in self.layout.meetings_of[who]))
                short.append(missing)
        return sum(short)


def choose(layout: Layout, terms: tuple[Term, ...], run: Run, *, pinned: Collection[int] = ()) -> Choice:
    """The best choice by `terms`, in their order, as far as time allows."""
    matching = Matching(layout, pinned)
    meetings: frozenset[int] | None = None
    bounds: dict[Term, int] = {}
    for term in terms:
        cost = matching.cost(term)
        matching.model.minimize(cost)
        answer = run.solve(matching.model, stage="choice", term=term, how=How.SUMS, share=0.2)
        bounds[term] = answer.bound
        if not answer.found:
            break
        meetings = frozenset(at for at, taken in enumerate(matching.takes) if answer.holds(taken))
        if not answer.proven:
            break
        matching.model.add(cost <= answer.value)
    return Choice(meetings, bounds)
