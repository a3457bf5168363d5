"""Totalizers: how many of some literals hold, as literals, written out in clauses.

Core-guided search learns from clauses; a sum would tell it nothing until late.
"""

from collections.abc import Sequence
from itertools import pairwise

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import Literal


def count(model: cp_model.CpModel, literals: Sequence[Literal], *, up_to: int, exact: bool = False) -> list[Literal]:
    """Literals of which the k-th holds when at least k + 1 of `literals` do, as far as `up_to` tells them apart.

    Exact: only when. Otherwise an output may hold without reason, which is enough for an upper limit.
    """
    if len(literals) <= 1:
        return list(literals[:up_to])
    half = len(literals) // 2
    left = count(model, literals[:half], up_to=up_to, exact=exact)
    right = count(model, literals[half:], up_to=up_to, exact=exact)
    total: list[Literal] = [model.new_bool_var("") for _ in range(min(up_to, len(left) + len(right)))]
    for fewer, more in pairwise(total):
        model.add_implication(more, fewer)
    _add_up(model, left, right, total)
    if exact:
        _add_down(model, left, right, total)
    return total


def at_most(model: cp_model.CpModel, literals: Sequence[Literal], limit: int) -> None:
    """No more than `limit` of them hold."""
    if len(literals) > limit:
        model.add_bool_and([~count(model, literals, up_to=limit + 1)[limit]])


def _add_up(
    model: cp_model.CpModel, left: Sequence[Literal], right: Sequence[Literal], total: Sequence[Literal]
) -> None:
    for some in range(len(left) + 1):
        for others in range(len(right) + 1):
            if not 0 < some + others <= len(total):
                continue
            held = [~left[some - 1]] * bool(some) + [~right[others - 1]] * bool(others)
            model.add_bool_or([*held, total[some + others - 1]])


def _add_down(
    model: cp_model.CpModel, left: Sequence[Literal], right: Sequence[Literal], total: Sequence[Literal]
) -> None:
    for some in range(len(left) + 1):
        for others in range(len(right) + 1):
            if some + others >= len(total):
                continue
            more = [*left[some : some + 1], *right[others : others + 1]]
            model.add_bool_or([*more, ~total[some + others]])
