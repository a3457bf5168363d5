"""Tables in the model: only where changes of table count."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

from ortools.sat.python.cp_model import CpSolver
from ortools.sat.python.cp_model_helper import Literal

from portal.matching.rules.scheduling.solver.board import Board


class Seats:
    """Which meeting at which table in which slot, and who changes table from one meeting to the next."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.at: dict[tuple[int, int, str], Literal] = {}
        for (meeting, slot), held in board.held.items():
            own = board.layout.own_table[meeting]
            if own is not None:
                self.at[meeting, slot, own] = held
                continue
            literals = [board.model.new_bool_var("") for _ in self.pool[slot]]
            self.at |= {(meeting, slot, table): one for table, one in zip(self.pool[slot], literals, strict=True)}
            board.model.add_exactly_one([*literals, ~held])
        self._one_each()

    @staticmethod
    def size(board: Board) -> int:
        """How many literals the tables would take."""
        filled = _filled(board)
        return sum(count * min(board.layout.pool[slot], count) for slot, count in filled.items())

    @cached_property
    def pool(self) -> list[list[str]]:
        """The tables of the pool in each slot, as far as meetings could fill them."""
        layout, filled = self.board.layout, _filled(self.board)
        return [[f"T{nth}" for nth in range(1, min(layout.pool[slot], filled[slot]) + 1)] for slot in layout.slots]

    def tables(self, solver: CpSolver) -> dict[int, str]:
        """The table of each meeting that takes place."""
        return {meeting: table for (meeting, _, table), literal in self.at.items() if solver.boolean_value(literal)}

    def _one_each(self) -> None:
        found: dict[tuple[int, str], list[Literal]] = {}
        for (meeting, slot, table), literal in self.at.items():
            if self.board.layout.own_table[meeting] is None:
                found.setdefault((slot, table), []).append(literal)
        for literals in found.values():
            self.board.model.add_at_most_one(literals)

    @cached_property
    def changes(self) -> list[Literal]:
        """Literals: a participant goes to another table for this meeting."""
        by_person = self._by_person()
        return [
            change
            for who in self.board.layout.people
            for day in self.board.layout.days
            for change in self._changes(who, day, by_person[who])
        ]

    def _by_person(self) -> list[dict[int, dict[str, list[Literal]]]]:
        """For each participant, slot and table, the literals of the meetings there."""
        found: list[dict[int, dict[str, list[Literal]]]] = [{} for _ in self.board.layout.people]
        for (meeting, slot, table), literal in self.at.items():
            for who in self.board.layout.pairs[meeting]:
                found[who].setdefault(slot, {}).setdefault(table, []).append(literal)
        return found

    def _changes(self, who: int, day: Sequence[int], mine: dict[int, dict[str, list[Literal]]]) -> Iterator[Literal]:
        """Walk through a day with the table of the last meeting in hand."""
        board, last = self.board, dict[str, Literal]()
        for slot in day:
            if slot not in mine:
                continue
            busy = board.busy[who][slot]
            here = {table: board.any_of(literals) for table, literals in mine[slot].items()}
            if last:
                change = board.model.new_bool_var("")
                met_before = board.any_of(list(last.values()))
                for table, literal in here.items():
                    stays = [last[table]] if table in last else []
                    board.model.add_bool_or([~literal, ~met_before, *stays, change])
                yield change
            last = self._carry(busy, here, last)

    def _carry(self, busy: Literal, here: dict[str, Literal], last: dict[str, Literal]) -> dict[str, Literal]:
        """The table of the last meeting, after a slot: here's, or where there is none, the one before."""
        model, after = self.board.model, dict[str, Literal]()
        for table in sorted({*here, *last}):
            now = self.board.model.new_bool_var("")
            came = [here[table]] if table in here else []
            stayed = [last[table]] if table in last else []
            model.add_bool_or([~now, *came, *stayed])
            for literal in came:
                model.add_implication(literal, now)
            for literal in stayed:
                model.add_bool_or([~literal, busy, now])
                model.add_bool_or([~now, *came, ~busy])
            after[table] = now
        return after


def _filled(board: Board) -> Counter[int]:
    """The meetings that could be at tables of the pool, by slot."""
    return Counter(slot for meeting, slot in board.held if board.layout.own_table[meeting] is None)
