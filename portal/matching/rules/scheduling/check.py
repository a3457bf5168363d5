"""Whether a schedule keeps every rule of its event, and whether what is said of it is true.

An own reading of the contract: it shares with the solver only the two files' models. Slow and plain on purpose.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import groupby

from portal.matching.rules.scheduling.instance import Instance, Meeting, Slot, Term, Weighted
from portal.matching.rules.scheduling.solution import Assignment, Solution


class Rule(StrEnum):
    """The rules that a schedule can break."""

    INSTANCE = "instance"
    UNKNOWN_MEETING = "unknown_meeting"
    UNKNOWN_SLOT = "unknown_slot"
    TWICE = "twice"
    REQUIRED = "required"
    UNAVAILABLE = "unavailable"
    SESSION = "session"
    FIXED_SLOT = "fixed_slot"
    TWO_AT_ONCE = "two_at_once"
    MAX_MEETINGS = "max_meetings"
    MIN_MEETINGS = "min_meetings"
    TABLE = "table"
    TABLE_TAKEN = "table_taken"
    TABLES = "tables"
    INTERPRETERS = "interpreters"
    PRECEDENCE = "precedence"
    MAX_BREAKS = "max_breaks"
    BREAK_DIFFERENCE = "break_difference"
    FIGURE = "figure"
    BOUND = "bound"
    STATUS = "status"
    UNSCHEDULED = "unscheduled"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Violation:
    """A rule that isn't kept, and where, in words."""

    rule: Rule
    words: str


def check(instance: Instance, solution: Solution) -> list[Violation]:
    """Every violation. An infeasible event can't be proven so here: only that the claim isn't plainly false."""
    found = list(_Names(instance, solution).violations())
    if found:
        return found  # nothing can be counted before every name is known
    if solution.status in {"infeasible", "unknown"}:
        return list(_nothing(instance, solution))
    schedule = _Schedule(instance, solution)
    return [*schedule.violations(), *_Claims(schedule, solution).violations()]


class _Names:
    """What the schedule speaks of exists, once."""

    def __init__(self, instance: Instance, solution: Solution) -> None:
        self.instance, self.solution = instance, solution

    def violations(self) -> Iterator[Violation]:
        if self.solution.instance != self.instance.id:
            yield Violation(Rule.INSTANCE, f"the schedule is of {self.solution.instance}, not of {self.instance.id}")
        meetings = {one.id for one in self.instance.meetings}
        slots = {one.id for one in self.instance.slots}
        for nth, one in enumerate(self.solution.assignments):
            if one.meeting not in meetings:
                yield Violation(Rule.UNKNOWN_MEETING, f"assignments.{nth}: there is no meeting {one.meeting}")
            if one.slot not in slots:
                yield Violation(Rule.UNKNOWN_SLOT, f"assignments.{nth}: there is no slot {one.slot}")
        times = Counter(one.meeting for one in self.solution.assignments)
        yield from (Violation(Rule.TWICE, f"{id_} takes place {n} times") for id_, n in times.items() if n > 1)


class _Schedule:
    """The meetings that take place, and the rules of the event."""

    def __init__(self, instance: Instance, solution: Solution) -> None:
        self.instance = instance
        self.order = {slot.id: nth for nth, slot in enumerate(instance.slots)}
        self.slots = {slot.id: slot for slot in instance.slots}
        self.given: dict[str, Assignment] = {one.meeting: one for one in solution.assignments}
        self.held = [meeting for meeting in instance.meetings if meeting.id in self.given]
        self.people = {one.id: one for one in instance.participants}
        self.own = {table.participant: table.id for table in instance.tables.fixed}

    def slot(self, meeting: Meeting) -> Slot:
        return self.slots[self.given[meeting.id].slot]

    def at(self, meeting: Meeting) -> int:
        return self.order[self.given[meeting.id].slot]

    def own_table(self, meeting: Meeting) -> str | None:
        """The contract's rule for tables that belong to a participant."""
        theirs = [(self.people[id_].side, self.own[id_]) for id_ in (meeting.a, meeting.b) if id_ in self.own]
        buyers = [table for side, table in theirs if side == "buyer"]
        if len(buyers) == 1:
            return buyers[0]
        return theirs[0][1] if theirs else None

    def table(self, meeting: Meeting) -> str | None:
        """Where it takes place; who has an own table needs no telling."""
        return self.given[meeting.id].table or self.own_table(meeting)

    @cached_property
    def agendas(self) -> dict[str, list[Meeting]]:
        """Each participant's meetings in order."""
        return {
            one.id: sorted((m for m in self.held if one.id in {m.a, m.b}), key=self.at)
            for one in self.instance.participants
        }

    @cached_property
    def breaks(self) -> dict[str, list[int]]:
        """The lengths of each participant's breaks."""
        return {id_: list(self._breaks([self.at(m) for m in meetings])) for id_, meetings in self.agendas.items()}

    def _breaks(self, busy: list[int]) -> Iterator[int]:
        """Walk through the slots of each scope; what lies between two meetings and is free is a break."""
        depth = {"event": 0, "day": 1, "session": 2}[self.instance.break_scope]
        scopes = [(slot.day, slot.session)[:depth] for slot in self.instance.slots]
        for scope in dict.fromkeys(scopes):
            marks = [nth in busy for nth, one in enumerate(scopes) if one == scope]
            runs = [(mark, len(list(run))) for mark, run in groupby(marks)]
            inner = runs[1:-1]  # the first and the last run have nothing on one side
            yield from (length for mark, length in inner if not mark)

    # rules

    def violations(self) -> Iterator[Violation]:
        yield from self._meetings()
        yield from self._people()
        yield from self._tables()
        yield from self._interpreters()
        yield from self._precedences()
        yield from self._break_limits()

    def _meetings(self) -> Iterator[Violation]:
        for meeting in self.instance.meetings:
            if meeting.id not in self.given:
                if meeting.required:
                    yield Violation(Rule.REQUIRED, f"{meeting.id} must take place and doesn't")
                continue
            slot = self.slot(meeting)
            for id_ in (meeting.a, meeting.b):
                if slot.id in self.people[id_].unavailable:
                    yield Violation(Rule.UNAVAILABLE, f"{meeting.id}: {id_} can't come in {slot.id}")
            if meeting.session is not None and slot.session != meeting.session:
                yield Violation(Rule.SESSION, f"{meeting.id} is in session {slot.session}, not {meeting.session}")
            if meeting.fixed_slot is not None and slot.id != meeting.fixed_slot:
                yield Violation(Rule.FIXED_SLOT, f"{meeting.id} is in {slot.id}, not {meeting.fixed_slot}")

    def _people(self) -> Iterator[Violation]:
        for one in self.instance.participants:
            mine = self.agendas[one.id]
            for slot, times in Counter(self.given[meeting.id].slot for meeting in mine).items():
                if times > 1:
                    yield Violation(Rule.TWO_AT_ONCE, f"{one.id} has {times} meetings in {slot}")
            if one.max_meetings is not None and len(mine) > one.max_meetings:
                yield Violation(Rule.MAX_MEETINGS, f"{one.id} has {len(mine)} meetings, at most {one.max_meetings}")
            least = one.min_meetings or 0
            if self.instance.constraints.hard_min_meetings and len(mine) < least:
                yield Violation(Rule.MIN_MEETINGS, f"{one.id} has {len(mine)} meetings, at least {least}")

    def _tables(self) -> Iterator[Violation]:
        pool = self.instance.tables
        for slot in self.instance.slots:
            here = [meeting for meeting in self.held if self.given[meeting.id].slot == slot.id]
            there = pool.pool_by_slot.get(slot.id, pool.pool)
            pooled = [meeting for meeting in here if self.own_table(meeting) is None]
            if len(pooled) > there:
                yield Violation(Rule.TABLES, f"{len(pooled)} meetings in {slot.id}, {there} tables in the pool")
            yield from (fault for meeting in here for fault in self._table(meeting, there))
            named = Counter(self.given[meeting.id].table for meeting in pooled)
            for table, times in named.items():
                if table is not None and times > 1:
                    yield Violation(Rule.TABLE_TAKEN, f"{times} meetings at {table} in {slot.id}")

    def _table(self, meeting: Meeting, there: int) -> Iterator[Violation]:
        own, table = self.own_table(meeting), self.given[meeting.id].table
        if table is None:
            return
        if own is not None and table != own:
            yield Violation(Rule.TABLE, f"{meeting.id} is at {table}, not at {own}")
        is_pooled = table[:1] == "T" and table[1:].isascii() and table[1:].isdigit() and table[1] != "0"
        if own is None and not (is_pooled and int(table[1:]) <= there):
            yield Violation(Rule.TABLE, f"{meeting.id}: {table} isn't a table of the pool in {self.slot(meeting).id}")

    def _interpreters(self) -> Iterator[Violation]:
        brought = {one.language: one for one in self.instance.interpreters}
        needed = Counter((m.interpreter, self.given[m.id].slot) for m in self.held if m.interpreter is not None)
        for (language, slot), times in needed.items():
            one = brought.get(language or "")
            there = one.by_slot.get(slot, one.count) if one else 0
            if times > there:
                yield Violation(Rule.INTERPRETERS, f"{times} meetings need {language} in {slot}, {there} interpreters")

    def _precedences(self) -> Iterator[Violation]:
        for pair in self.instance.precedences:
            if pair.before in self.given and pair.after in self.given:
                first, then = (self.order[self.given[id_].slot] for id_ in (pair.before, pair.after))
                if first >= then:
                    yield Violation(Rule.PRECEDENCE, f"{pair.before} isn't before {pair.after}")

    def _break_limits(self) -> Iterator[Violation]:
        counts = {id_: len(lengths) for id_, lengths in self.breaks.items()}
        for one in self.instance.participants:
            if one.max_breaks is not None and counts[one.id] > one.max_breaks:
                yield Violation(Rule.MAX_BREAKS, f"{one.id} has {counts[one.id]} breaks, at most {one.max_breaks}")
        apart = self.instance.constraints.max_break_difference
        if apart is not None and counts and max(counts.values()) - min(counts.values()) > apart:
            yield Violation(
                Rule.BREAK_DIFFERENCE,
                f"breaks go from {min(counts.values())} to {max(counts.values())}, {apart} apart at most",
            )

    # figures

    def terms(self) -> dict[str, int | None]:
        """The six terms; table changes are unknown where a table isn't told."""
        missing = [max(0, (one.min_meetings or 0) - len(self.agendas[one.id])) for one in self.instance.participants]
        breaks = self.breaks.values()
        return {
            Term.SHORTFALL: sum(missing),
            Term.LOST_WEIGHT: sum(m.weight for m in self.instance.meetings if m.id not in self.given),
            Term.BREAKS: sum(map(len, breaks)),
            Term.IDLE_SLOTS: sum(map(sum, breaks)),
            Term.MAX_BREAKS: max(map(len, breaks), default=0),
            Term.TABLE_CHANGES: self._table_changes(),
        }

    def _table_changes(self) -> int | None:
        if any(self.table(meeting) is None for meeting in self.held):
            return None
        changes = 0
        for meetings in self.agendas.values():
            for day in {slot.day for slot in self.instance.slots}:
                tables = [self.table(meeting) for meeting in meetings if self.slot(meeting).day == day]
                changes += sum(tables[nth] != tables[nth - 1] for nth in range(1, len(tables)))
        return changes


class _Claims:
    """What the file says of its schedule."""

    def __init__(self, schedule: _Schedule, solution: Solution) -> None:
        self.instance, self.schedule, self.solution = schedule.instance, schedule, solution
        self.terms = schedule.terms()

    def violations(self) -> Iterator[Violation]:
        yield from self._figures()
        yield from self._bounds()
        yield from self._unscheduled()
        if self.solution.conflict is not None:
            yield Violation(Rule.CONFLICT, "a conflict is told of a schedule that exists")

    @property
    def value(self) -> int | None:
        """The weighted sum."""
        objective = self.instance.objective
        if not isinstance(objective, Weighted):
            return None
        parts = [(weight, self.terms[term]) for term, weight in objective.weights.items() if weight]
        return None if any(term is None for _, term in parts) else sum(w * (term or 0) for w, term in parts)

    def _figures(self) -> Iterator[Violation]:
        told = self.solution.objective
        for name, value in told.terms.items() if told else ():
            if name not in self.terms:
                yield Violation(Rule.FIGURE, f"there is no term {name}")
            elif self.terms[name] is None:
                yield Violation(Rule.FIGURE, f"{name} is told as {value}, but a meeting has no table")
            elif value != self.terms[name]:
                yield Violation(Rule.FIGURE, f"{name} is told as {value} and is {self.terms[name]}")
        if told and told.value is not None and self.value is not None and told.value != self.value:
            yield Violation(Rule.FIGURE, f"value is told as {told.value} and is {self.value}")

    def _bounds(self) -> Iterator[Violation]:
        told = self.solution.objective
        for name, bound in told.bounds.items() if told else ():
            value = self.terms.get(name)
            if name not in self.terms:
                yield Violation(Rule.BOUND, f"there is no term {name}")
            elif value is not None and bound > value:
                yield Violation(Rule.BOUND, f"{name} is {value}, below its bound {bound}")
        if told and told.bound is not None and self.value is not None and told.bound > self.value:
            yield Violation(Rule.BOUND, f"value is {self.value}, below its bound {told.bound}")
        if self.solution.status == "optimal":
            yield from self._optimal()

    def _optimal(self) -> Iterator[Violation]:
        """Only what is proven is optimal: every bound is told, and reached."""
        told = self.solution.objective
        if isinstance(self.instance.objective, Weighted):
            if not told or told.bound is None or told.bound != self.value:
                yield Violation(Rule.STATUS, "optimal is claimed, but no bound equals the value")
            return
        for name in self.instance.objective.terms:
            if not told or name not in told.bounds or told.bounds[name] != self.terms[name]:
                yield Violation(Rule.STATUS, f"optimal is claimed, but no bound equals {name}")

    def _unscheduled(self) -> Iterator[Violation]:
        if self.solution.unscheduled is None:
            return
        told = Counter(one.meeting for one in self.solution.unscheduled)
        out = {meeting.id for meeting in self.instance.meetings} - set(self.schedule.given)
        for id_ in sorted(out | set(told)):
            if told[id_] != (id_ in out):
                where = (
                    "isn't among" if id_ in out else "doesn't belong among" if told[id_] == 1 else "stands twice among"
                )
                yield Violation(Rule.UNSCHEDULED, f"{id_} {where} the meetings left out")
        by_id = {meeting.id: meeting for meeting in self.instance.meetings}
        for one in self.solution.unscheduled:
            if one.reason == "no_common_slot" and one.meeting in by_id and self._could_meet(by_id[one.meeting]):
                yield Violation(
                    Rule.UNSCHEDULED, f"{one.meeting} has a common slot, though it is told that it has none"
                )

    def _could_meet(self, meeting: Meeting) -> bool:
        away = {*self.schedule.people[meeting.a].unavailable, *self.schedule.people[meeting.b].unavailable}
        return any(
            slot.id not in away
            and (meeting.session is None or slot.session == meeting.session)
            and (meeting.fixed_slot is None or slot.id == meeting.fixed_slot)
            for slot in self.instance.slots
        )


def _nothing(instance: Instance, solution: Solution) -> Iterator[Violation]:
    """No schedule: then none is given, and the claim isn't plainly false."""
    if solution.assignments:
        yield Violation(Rule.STATUS, f"{solution.status}, and yet there are assignments")
    asked = any(one.required for one in instance.meetings) or (
        instance.constraints.hard_min_meetings and any(one.min_meetings for one in instance.participants)
    )
    if not asked:
        yield Violation(Rule.STATUS, f"{solution.status}, but nothing is required: the empty schedule holds")
    if solution.status == "infeasible":
        yield from _conflict(instance, solution)


def _conflict(instance: Instance, solution: Solution) -> Iterator[Violation]:
    """The conflict is told, of meetings and participants that exist."""
    if solution.conflict is None or not solution.conflict.message:
        yield Violation(Rule.CONFLICT, "infeasible, and no conflict is told")
        return
    known = {one.id for one in instance.meetings}
    people = {one.id for one in instance.participants}
    for id_ in solution.conflict.meetings:
        if id_ not in known:
            yield Violation(Rule.CONFLICT, f"there is no meeting {id_}")
    for id_ in solution.conflict.participants:
        if id_ not in people:
            yield Violation(Rule.CONFLICT, f"there is no participant {id_}")
