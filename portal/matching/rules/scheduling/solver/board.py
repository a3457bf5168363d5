"""The time-indexed model: which meeting in which slot, in clauses, and the counts that make proofs short."""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from itertools import groupby, pairwise

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import Literal

from portal.matching.rules.scheduling.layout import Layout
from portal.matching.rules.scheduling.solver import counting

Held = tuple[int, int]  # meeting, slot
Demand = tuple[str, int]  # a kind, and the meeting, participant or precedence that it is about
MOST_COUNTED = 5_000  # people x places in a slot: beyond, clauses fill the memory, and a sum must do


class Board:
    """The hard constraints of an event. Terms of the objective are written in when asked for.

    `chosen`: these meetings take place and no others; None: the required ones do, of the others those that pay.
    `pinned`: these take place in these slots. `explaining`: what people ask for is assumed, each alone, so that the
    solver can say which demands don't go together; the limits of rooms, days and people stay as they are. `light`: sums
    where clauses would only serve a proof.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        chosen: Collection[int] | None = None,
        pinned: Mapping[int, int] | None = None,
        explaining: bool = False,
        light: bool = False,
    ) -> None:
        self.layout, self.light = layout, light
        self.model = cp_model.CpModel()
        self.always = self.model.new_constant(1)
        self.pinned = pinned or {}
        self.demands: dict[Demand, Literal] | None = {} if explaining else None
        self.held: dict[Held, Literal] = {}
        self.takes: dict[int, Literal] = {}  # of those that may take place
        for meeting in layout.meetings:
            self._take(meeting, chosen)
        self.busy: list[dict[int, Literal]] = [self._be_busy(who) for who in layout.people]
        self.meets: list[list[Literal]] = [self._count_meetings(who) for who in layout.people]
        self._limit_tables()
        self._limit_interpreters()
        self._keep_order()
        self._limit_breaks()

    # what takes place

    def _insist(self, literals: Sequence[Literal], demand: Demand) -> None:
        """One of them holds, because of that demand."""
        if self.demands is not None:
            if demand not in self.demands:
                self.demands[demand] = self.model.new_bool_var("")
            literals = [*literals, ~self.demands[demand]]
        self.model.add_bool_or(literals)

    def _take(self, meeting: int, chosen: Collection[int] | None) -> None:
        """One slot at most, and the literal that says whether it has one."""
        required = self.layout.meeting(meeting).required
        if chosen is not None and meeting not in chosen:
            if required:
                self._insist([], ("meeting", meeting))
            return
        sure = self.demands is None and (required or meeting in self.pinned or chosen is not None)
        slots = self.layout.possible[meeting]
        literals = [self.model.new_bool_var("") for _ in slots]
        self.held |= {(meeting, slot): literal for slot, literal in zip(slots, literals, strict=True)}
        self.takes[meeting] = self.always if sure else self.model.new_bool_var("")
        self.model.add_exactly_one([*literals, ~self.takes[meeting]])
        if required:
            self._insist([self.takes[meeting]], ("meeting", meeting))
        if meeting in self.pinned:
            here = self.held.get((meeting, self.pinned[meeting]))
            self._insist([] if here is None else [here], ("lock", meeting))

    def _be_busy(self, who: int) -> dict[int, Literal]:
        """Slot -> whether the participant has a meeting then; at most one."""
        return self._by_slot(self.layout.meetings_of[who])

    def _by_slot(self, meetings: Sequence[int]) -> dict[int, Literal]:
        busy: dict[int, Literal] = {}
        for slot in self.layout.slots:
            held = [self.held[meeting, slot] for meeting in meetings if (meeting, slot) in self.held]
            if held:
                busy[slot] = self.model.new_bool_var("")
                self.model.add_exactly_one([*held, ~busy[slot]])
        return busy

    def _count_meetings(self, who: int) -> list[Literal]:
        """Literals: at least 1, 2, … meetings. Counted over meetings and over slots; both are the same."""
        layout, model = self.layout, self.model
        takes = [self.takes[meeting] for meeting in layout.meetings_of[who] if meeting in self.takes]
        open_ = [literal for literal in takes if literal is not self.always]
        sure = len(takes) - len(open_)
        slots = list(self.busy[who].values())
        most = min(layout.at_most(who), len(slots))
        if self.light and not open_ and sure <= most:
            model.add(sum(slots) == sure)
            return [self.always] * sure
        by_meeting = [self.always] * sure + counting.count(model, open_, up_to=len(open_), exact=True)
        by_slot = counting.count(model, slots, up_to=most + 1, exact=True)
        for nth, literal in enumerate(by_meeting):
            if nth >= most:
                model.add_bool_and([~literal])
            else:
                model.add(by_slot[nth] == literal)
        for literal in by_slot[min(most, len(by_meeting)) :]:
            model.add_bool_and([~literal])
        if layout.instance.constraints.hard_min_meetings and layout.at_least(who):
            self._insist(by_meeting[layout.at_least(who) - 1 : layout.at_least(who)], ("minimum", who))
        return by_meeting

    # what they need

    def _limit_tables(self) -> None:
        """Participants at tables of the pool, two to each."""
        pooled = {meeting for meeting in self.layout.meetings if self.layout.own_table[meeting] is None}
        self._limit(pooled, self.layout.pool)

    def _limit_interpreters(self) -> None:
        for language, counts in self.layout.interpreters.items():
            self._limit({at for at in self.layout.meetings if self.layout.meeting(at).interpreter == language}, counts)

    def _limit(self, meetings: Collection[int], counts: Sequence[int]) -> None:
        """No more of `meetings` in a slot than its count, said of the participants, who are fewer, if clauses can."""
        people = {who for meeting in meetings for who in self.layout.pairs[meeting]}
        if self.light or len(people) * 2 * max(counts) > MOST_COUNTED:
            self._limit_by_sums(meetings, counts)
            return
        using = [self._using(who, meetings) for who in self.layout.people]
        for slot in self.layout.slots:
            held = sum((meeting, slot) in self.held for meeting in meetings)
            if held > counts[slot]:
                counting.at_most(self.model, [one[slot] for one in using if slot in one], 2 * counts[slot])

    def _limit_by_sums(self, meetings: Collection[int], counts: Sequence[int]) -> None:
        for slot in self.layout.slots:
            held = [self.held[meeting, slot] for meeting in sorted(meetings) if (meeting, slot) in self.held]
            if len(held) > counts[slot]:
                self.model.add(sum(held) <= counts[slot])

    def _using(self, who: int, meetings: Collection[int]) -> dict[int, Literal]:
        mine = self.layout.meetings_of[who]
        some = [meeting for meeting in mine if meeting in meetings]
        return self.busy[who] if len(some) == len(mine) else self._by_slot(some)

    def _keep_order(self) -> None:
        """If both take place, `first` is in an earlier slot than `then`."""
        for nth, (first, then) in enumerate(self.layout.before):
            later: Literal = ~self.always  # `first` is at this slot or after it
            for slot in reversed(self.layout.slots):
                if (first, slot) in self.held:
                    here = self.model.new_bool_var("")
                    self.model.add_implication(later, here)
                    self.model.add_implication(self.held[first, slot], here)
                    later = here
                if (then, slot) in self.held:
                    self._insist([~self.held[then, slot], ~later], ("order", nth))
                    earlier = [self.held[first, other] for other in range(slot) if (first, other) in self.held]
                    if first in self.takes:
                        self._insist([*earlier, ~self.held[then, slot], ~self.takes[first]], ("order", nth))

    # how agendas lie

    @cached_property
    def breaks(self) -> list[list[Literal]]:
        """For each participant, the slots with which a break ends."""
        return [[end for scope in self.layout.scopes for end in self._ends(who, scope)] for who in self.layout.people]

    @cached_property
    def started(self) -> list[dict[int, Literal]]:
        """Slot -> whether the participant has had a meeting by then, within the scope."""
        return [self._chain(who, forwards=True) for who in self.layout.people]

    @cached_property
    def unfinished(self) -> list[dict[int, Literal]]:
        """Slot -> whether the participant has a meeting then or later, within the scope."""
        return [self._chain(who, forwards=False) for who in self.layout.people]

    def _chain(self, who: int, *, forwards: bool) -> dict[int, Literal]:
        chain: dict[int, Literal] = {}
        for scope in self.layout.scopes:
            last: Literal | None = None
            for slot in scope if forwards else reversed(scope):
                last = self._or(last, self.busy[who].get(slot))
                if last is not None:
                    chain[slot] = last
        return chain

    def _or(self, last: Literal | None, now: Literal | None) -> Literal | None:
        if last is None or now is None:
            return now if last is None else last
        either = self.model.new_bool_var("")
        self.model.add_implication(last, either)
        self.model.add_implication(now, either)
        self.model.add_bool_or([last, now, ~either])
        return either

    def _ends(self, who: int, scope: Sequence[int]) -> list[Literal]:
        """Busy now, not in the slot before, and before that already once."""
        ends: list[Literal] = []
        busy, started = self.busy[who], self.started[who]
        for before, now in pairwise(scope):
            if before not in started or now not in busy:
                continue
            if before in busy and started[before] is busy[before]:
                continue  # nothing yet before that slot
            conditions = [busy[now], started[before]] + ([~busy[before]] if before in busy else [])
            ends.append(self._and(conditions))
        return ends

    def any_of(self, literals: Sequence[Literal]) -> Literal:
        """Whether one of them holds."""
        if len(literals) == 1:
            return literals[0]
        any_ = self.model.new_bool_var("")
        self.model.add_bool_or([*literals, ~any_])
        for literal in literals:
            self.model.add_implication(literal, any_)
        return any_

    def _and(self, conditions: Sequence[Literal]) -> Literal:
        both = self.model.new_bool_var("")
        self.model.add_bool_or([*(~one for one in conditions), both])
        for one in conditions:
            self.model.add_implication(both, one)
        return both

    def without_breaks(self) -> cp_model.CpModel:
        """The same model, where each agenda is one block in each scope."""
        chains, model = list(zip(self.busy, self.started, self.unfinished, strict=True)), self.model.clone()
        for busy, started, unfinished in chains:
            for slot in sorted(started.keys() & unfinished.keys()):
                model.add_bool_or([~started[slot], ~unfinished[slot], *([busy[slot]] if slot in busy else [])])
        return model

    @property
    def may_lack_breaks(self) -> bool:
        """Whether each of the chosen would find room in blocks, were they alone."""
        return all(
            sum(_longest(busy, scope) for scope in self.layout.scopes)
            >= sum(literal is self.always for literal in meets)
            for busy, meets in zip(self.busy, self.meets, strict=True)
        )

    @cached_property
    def idle(self) -> list[Literal]:
        """Slots inside a break, of everybody."""
        return [
            self._and(
                [
                    self.started[who][slot],
                    self.unfinished[who][slot],
                    *([~self.busy[who][slot]] if slot in self.busy[who] else []),
                ]
            )
            for who in self.layout.people
            for slot in self.layout.slots
            if slot in self.started[who] and slot in self.unfinished[who]
        ]

    @cached_property
    def worst(self) -> list[Literal]:
        """Literals: somebody has at least 1, 2, … breaks."""
        counts = [counting.count(self.model, ends, up_to=len(ends)) for ends in self.breaks]
        worst: list[Literal] = [self.model.new_bool_var("") for _ in range(max(map(len, counts), default=0))]
        for mine in counts:
            for one, any_ in zip(mine, worst, strict=False):
                self.model.add_implication(one, any_)
        return worst

    def _limit_breaks(self) -> None:
        for who, one in enumerate(self.layout.instance.participants):
            if one.max_breaks is not None:
                self._at_most_breaks(who, one.max_breaks, ("breaks", who))
        apart = self.layout.instance.constraints.max_break_difference
        if apart is not None:
            self._keep_near(apart)

    def _at_most_breaks(self, who: int, limit: int, demand: Demand) -> None:
        ends = self.breaks[who]
        if len(ends) > limit:
            self._insist([~counting.count(self.model, ends, up_to=limit + 1)[limit]], demand)

    def _keep_near(self, apart: int) -> None:
        """Where somebody has more than `apart` breaks, everybody has as many less `apart`."""
        demand = ("difference", 0)
        if any(not ends for ends in self.breaks):
            for who in self.layout.people:
                self._at_most_breaks(who, apart, demand)
            return
        counts = [counting.count(self.model, ends, up_to=len(ends), exact=True) for ends in self.breaks]
        for nth in range(max(map(len, counts), default=0) - apart):
            all_have = self.model.new_bool_var("")
            for mine in counts:
                self._insist([~all_have, *mine[nth : nth + 1]], demand)
                if nth + apart < len(mine):
                    self.model.add_implication(mine[nth + apart], all_have)

    # hints and answers

    def hint(self, when: Mapping[int, int]) -> None:
        """Begin where a schedule already stands."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        for (meeting, slot), literal in self.held.items():
            self.model.add_hint(literal, when.get(meeting) == slot)

    def schedule(self, solver: cp_model.CpSolver) -> dict[int, int]:
        """The schedule that the solver found."""
        return {meeting: slot for (meeting, slot), literal in self.held.items() if solver.boolean_value(literal)}


def _longest(busy: Mapping[int, Literal], scope: Sequence[int]) -> int:
    """The longest run of slots that somebody can be busy in."""
    return max(len(list(run)) * can for can, run in groupby(scope, busy.__contains__))
