"""One event on its way to a schedule, with what is proven of it (decisions 0110 and 0111)."""

from collections.abc import Mapping
from functools import cached_property
from itertools import takewhile

from portal.matching.rules.scheduling.filling import fill, is_whole
from portal.matching.rules.scheduling.instance import Term, Weighted
from portal.matching.rules.scheduling.layout import Layout
from portal.matching.rules.scheduling.placing import Standing
from portal.matching.rules.scheduling.solution import Conflict, Solution
from portal.matching.rules.scheduling.solver import choice, conflict, telling
from portal.matching.rules.scheduling.solver.aims import Aim, Aims, changed
from portal.matching.rules.scheduling.solver.board import Board
from portal.matching.rules.scheduling.solver.keeping import Keeper
from portal.matching.rules.scheduling.solver.running import Answer, How, Run

SOON = 4.0  # deterministic seconds: then a schedule first, since a search by cores shows none before the best
LARGE = 10_000  # meetings x slots: beyond, clauses for a proof hinder who looks for a schedule
UNBROKEN = 10.0  # deterministic seconds
LATER = 0.75  # of the time left goes to a proof; the rest to looking for better without one


class Solving:
    """One event: the best schedule kept so far, the terms in their order, their bounds.

    `pinned`: meeting -> slot of what is locked; `before`: of the schedule to stay near, except
    for whoever is `hit` anyway; `wanted`: the tables of both.
    """

    def __init__(
        self,
        layout: Layout,
        run: Run,
        *,
        pinned: Mapping[int, int] = {},
        before: Mapping[int, int] | None = None,
        hit: frozenset[int] = frozenset(),
        wanted: Mapping[int, str] = {},
    ) -> None:
        self.layout, self.run = layout, run
        self.pinned, self.before = dict(pinned), None if before is None else dict(before)
        self.keeper = Keeper(
            layout, before=self.before, hit=hit, stays=(self.before or {}) | self.pinned, wanted=wanted
        )
        objective = layout.instance.objective
        terms = ["value"] if isinstance(objective, Weighted) else [term.value for term in objective.terms]
        self.names = ["changed"] * (before is not None) + terms
        self.bounds: dict[str, int] = {}  # proven over all choices of meetings
        self.of_choice: dict[str, int] = {}  # proven for the choice that was made

    def answer(self) -> Solution:
        """Find a schedule, improve it, say what is proven."""
        refused = self._find_first()
        if self.keeper.when is None:
            return telling.nothing(self.layout, self.run, refused)
        self._choose()
        if self._open_terms():
            self.descend(self.whole, stage="all")
        return telling.tell(
            self.layout, self.run, self.keeper, self.names, over_all=self.bounds, of_choice=self.of_choice
        )

    @cached_property
    def whole(self) -> Aims:
        """The event with every choice of meetings open."""
        return Aims(Board(self.layout, pinned=self.pinned))

    @property
    def _optional(self) -> bool:
        """There are meetings to choose among."""
        return any(not self.layout.meeting(at).required for at in self.layout.meetings if self.layout.possible[at])

    def _open_terms(self) -> list[str]:
        """What isn't yet proven; all of it, while there is no schedule."""
        if self.keeper.when is None:
            return self.names
        return [name for name in self.names if self.keeper.value(name) > self.bounds.get(name, 0)]

    # a first schedule

    def _find_first(self) -> Conflict | None:
        """By hand where that works, else by the solver. The conflict, where none exists."""
        refused = conflict.plain(self.layout, self.pinned)
        if refused:
            return refused
        kept = self.pinned | {at: slot for at, slot in (self.before or {}).items() if at not in self.pinned}
        for only in (False, True) if self.before is not None else (False,):
            by_hand = fill(self.layout, kept, only=only)
            if self._holds(by_hand):
                self.keeper.offer(by_hand)
        if self.names[0] == Term.BREAKS and not self._optional and self._open_terms():
            self._find_unbroken(self.whole.board)
        if self.keeper.when is not None:
            return None
        if not self._begin().impossible:
            return None
        return conflict.explain(self.layout, self.run, self.pinned)

    def _begin(self) -> Answer:
        """Of most events the best schedule is proven as soon as any is found; only else ask for any."""
        board, aim = self.whole.board, self._aim(self.whole, self.names[0])
        aim.minimise(board)
        answer = self.run.solve(board.model, stage="first", term=aim.name, how=How.PROVE, work=SOON)
        if answer.proven:
            self.bounds[aim.name] = answer.value
        elif not answer.impossible:
            board.model.clear_objective()  # type: ignore[no-untyped-call]
            answer = self.run.solve(board.model, stage="first", how=How.FIND)
        if answer.found:
            found = board.schedule(answer.solver)
            self.keeper.offer(found)
            self.keeper.offer(fill(self.layout, found))
        return answer

    def _holds(self, when: Mapping[int, int]) -> bool:
        stays = all(when.get(at) == slot for at, slot in self.pinned.items())
        return stays and is_whole(self.layout, when) and not list(Standing(self.layout, when).strains())

    # better ones

    def _choose(self) -> None:
        """Choose meetings without slots, then schedule that choice: fast, and often already the best of all."""
        terms = self._choosing()
        if not self._optional or not terms or not self._open_terms():
            return
        chosen = choice.choose(self.layout, terms, self.run, pinned=self.pinned)
        if self.names[0] == terms[0]:
            self._bound(chosen.bounds)
        if chosen.meetings is None or not self._open_terms():
            return
        large = len(chosen.meetings) * len(self.layout.slots) > LARGE
        board = Board(self.layout, chosen=chosen.meetings, pinned=self.pinned, light=large)
        if self.names[len(terms) :][:1] == [Term.BREAKS]:
            self._find_unbroken(board)
        if self._open_terms():
            if large:
                self._place(board)
                board = Board(self.layout, chosen=chosen.meetings, pinned=self.pinned)
            self.descend(Aims(board), stage="chosen", share=0.6)

    def _find_unbroken(self, board: Board) -> None:
        """A schedule in which nobody waits: where there is one it needs no other proof, and is found sooner."""
        if not board.may_lack_breaks:
            return
        answer = self.run.solve(board.without_breaks(), stage="unbroken", how=How.FIT, share=0.3, work=UNBROKEN)
        if answer.found:
            self.keeper.offer(board.schedule(answer.solver))

    def _place(self, board: Board) -> None:
        """Any schedule of the board's meetings: the choice alone may be worth more than what stands."""
        if not self._is_on(board) and not self.run.over:
            answer = self.run.solve(board.model, stage="placing", how=How.FIT, share=0.3)
            if answer.found:
                self.keeper.offer(board.schedule(answer.solver))

    def _choosing(self) -> tuple[Term, ...]:
        """The terms by which meetings are chosen: those at the head of the order, or both in a weighted sum."""
        if "value" in self.names:
            return tuple(term for term in choice.CHOOSING if self._weights().get(term))
        return tuple(Term(name) for name in takewhile(choice.CHOOSING.__contains__, self.names))

    def _bound(self, found: Mapping[Term, int]) -> None:
        """A bound counts while the terms before it are at theirs: a choice may trade them."""
        for term, bound in found.items():
            self.bounds[term] = bound
            if self.keeper.value(term) > bound:
                return

    def descend(self, aims: Aims, *, stage: str, share: float = LATER) -> None:
        """Make one aim after the other as small as it can be, and keep it there."""
        board, proven = aims.board, self.bounds if stage == "all" else self.of_choice
        for name in self.names:
            if name == Term.TABLE_CHANGES and aims.too_many_seats:
                self._seat_better(share)
                continue
            aim = self._aim(aims, name)
            bound = max(aim.least, self.bounds.get(name, 0) if stage == "all" else 0)
            if self._is_on(board):
                if self.keeper.value(name) > bound and not self.run.over:
                    bound = max(bound, self._minimise(aims, aim, stage=stage, share=share))
            elif aim.costs or name == self.names[-1]:  # what is the same whatever the slots needs no search
                bound = max(bound, self._minimise(aims, aim, stage=stage, share=share))
                if not self._is_on(board):
                    return  # this choice can't be scheduled in time, or not as well
            else:
                proven[name] = bound
                continue
            proven[name] = min(bound, self.keeper.value(name))
            aim.limit(board, self.keeper.value(name))
        if self._weights().get(Term.TABLE_CHANGES) and aims.too_many_seats:
            self._seat_better(share)

    def _seat_better(self, share: float) -> None:
        """Other tables for the schedule kept, where slots and tables together are too much for one model."""
        when = dict(self.keeper.when or {})
        aims = Aims(Board(self.layout, chosen=frozenset(when), pinned=when))
        if self.keeper.value(Term.TABLE_CHANGES) and not self.run.over:
            self._minimise(aims, aims.of(Term.TABLE_CHANGES), stage="tables", share=share)

    def _minimise(self, aims: Aims, aim: Aim, *, stage: str, share: float) -> int:
        """To a proof if time allows; otherwise, then look for better without one. The bound proven."""
        board = aims.board
        aim.minimise(board)
        best = self.keeper.value(aim.name) if self._is_on(board) else None
        answer = self.run.solve(board.model, stage=stage, term=aim.name, best=best, how=How.PROVE, share=share)
        self._take(aims, answer)
        if answer.proven or answer.impossible or self.run.over:
            return answer.bound
        if self._is_on(board):
            board.hint(self.keeper.when or {})
        better = self.run.solve(board.model, stage=f"{stage}, improving", term=aim.name, how=How.IMPROVE, share=share)
        self._take(aims, better)
        board.model.clear_hints()  # type: ignore[no-untyped-call]
        return max(answer.bound, better.bound)

    def _take(self, aims: Aims, answer: Answer) -> None:
        if answer.found:
            when = aims.board.schedule(answer.solver)
            where = aims.seats.tables(answer.solver) if aims.is_seated else None
            self.keeper.offer(when, where)

    def _is_on(self, board: Board) -> bool:
        """Whether the schedule kept is one of this board's."""
        when = self.keeper.when or {}
        sure = {at for at, literal in board.takes.items() if literal is board.always}
        return all(place in board.held for place in when.items()) and sure <= set(when)

    def _aim(self, aims: Aims, name: str) -> Aim:
        match name:
            case "changed":
                return changed(aims.board, self.before or {}, self.keeper.hit)
            case "value":
                return aims.weighted(self._weights())
        return aims.of(Term(name))

    def _weights(self) -> Mapping[Term, int]:
        objective = self.layout.instance.objective
        return objective.weights if isinstance(objective, Weighted) else {}
