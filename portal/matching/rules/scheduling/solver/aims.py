"""The terms of the objective, written into a board as costs."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ortools.sat.python.cp_model import LinearExpr
from ortools.sat.python.cp_model_helper import Literal

from portal.matching.rules.scheduling.instance import Term
from portal.matching.rules.scheduling.solver.board import Board
from portal.matching.rules.scheduling.solver.seats import Seats

MOST_SEATS = 40_000  # meeting x slot x table: beyond, tables are looked for once the slots are known
Cost = tuple[int, Literal]


@dataclass(frozen=True)
class Aim:
    """What is to be made small: the cost of the literals that hold, and what it costs anyway."""

    name: str
    costs: tuple[Cost, ...]
    least: int = 0

    def limit(self, board: Board, value: int) -> None:
        """Keep it from now on at `value` or below."""
        if value <= self.least:
            board.model.add_bool_and([~literal for weight, literal in self.costs if weight])
        else:
            board.model.add(self.sum() <= value)

    def sum(self) -> LinearExpr:
        """As an expression."""
        return (
            LinearExpr.weighted_sum([literal for _, literal in self.costs], [weight for weight, _ in self.costs])
            + self.least
        )

    def minimise(self, board: Board) -> None:
        """Make it the objective."""
        board.model.clear_objective()  # type: ignore[no-untyped-call]
        board.model.minimize(self.sum())


class Aims:
    """The terms of one board, each written in when first asked for."""

    def __init__(self, board: Board) -> None:
        self.board = board

    @cached_property
    def seats(self) -> Seats:
        """The tables, where they count."""
        return Seats(self.board)

    @property
    def is_seated(self) -> bool:
        """Tables stand in the model."""
        return "seats" in self.__dict__

    @cached_property
    def too_many_seats(self) -> bool:
        """Slots and tables together would be too much."""
        return Seats.size(self.board) > MOST_SEATS

    def of(self, term: Term) -> Aim:
        """One term."""
        match term:
            case Term.SHORTFALL:
                return _shortfall(self.board)
            case Term.LOST_WEIGHT:
                return _lost_weight(self.board)
            case Term.BREAKS:
                return _count(term, (end for ends in self.board.breaks for end in ends))
            case Term.IDLE_SLOTS:
                return _count(term, self.board.idle)
            case Term.MAX_BREAKS:
                return _count(term, self.board.worst)
            case Term.TABLE_CHANGES:
                return _count(term, self.seats.changes)

    def weighted(self, weights: Mapping[Term, int]) -> Aim:
        """The weighted sum."""
        parts = [
            (weight, self.of(term))
            for term, weight in weights.items()
            if weight and not (term is Term.TABLE_CHANGES and self.too_many_seats)
        ]
        return Aim(
            "value",
            tuple((weight * cost, literal) for weight, part in parts for cost, literal in part.costs),
            sum(weight * part.least for weight, part in parts),
        )


def changed(board: Board, before: dict[int, int], hit: Collection[int] = ()) -> Aim:
    """The participants whose agenda isn't what it was, but for those who are `hit` anyway."""
    costs: list[Cost] = []
    sure = 0
    for who in sorted({*board.layout.people} - {*hit}):
        mine = board.layout.meetings_of[who]
        moved = list(_differences(board, mine, before))
        if any(literal is board.always for literal in moved):
            sure += 1
        elif moved:
            costs.append((1, board.any_of(moved)))
    return Aim("changed", tuple(costs), sure)


def _differences(board: Board, mine: Iterable[int], before: dict[int, int]) -> Iterator[Literal]:
    for meeting in mine:
        if meeting in before:
            held = board.held.get((meeting, before[meeting]))
            yield board.always if held is None else ~held
        elif meeting in board.takes:
            yield board.takes[meeting]


def _count(name: str, literals: Iterable[Literal]) -> Aim:
    return Aim(name, tuple((1, literal) for literal in literals))


def _shortfall(board: Board) -> Aim:
    costs: list[Cost] = []
    missing = 0
    for who, meets in enumerate(board.meets):
        wanted = board.layout.at_least(who)
        costs += [(1, ~literal) for literal in meets[:wanted] if literal is not board.always]
        missing += max(0, wanted - len(meets))
    return Aim(Term.SHORTFALL, tuple(costs), missing)


def _lost_weight(board: Board) -> Aim:
    weights = [board.layout.meeting(at).weight for at in board.layout.meetings]
    costs = tuple((weights[at], ~literal) for at, literal in board.takes.items() if literal is not board.always)
    return Aim(Term.LOST_WEIGHT, costs, sum(weight for at, weight in enumerate(weights) if at not in board.takes))
