"""Arithmetic of points: exact until the one rounding that the rule states."""

from collections.abc import Sequence
from decimal import Decimal


def half_up(numerator: int, denominator: int, *, decimals: int) -> Decimal:
    """The fraction (denominator > 0) at `decimals` places; a half goes up, towards plus infinity.

    Integers only: no binary fraction and no double rounding can move a firm.
    """
    scale = 10**decimals
    units = (2 * numerator * scale + denominator) // (2 * denominator)
    return Decimal(units).scaleb(-decimals)


def average(marks: Sequence[Decimal], *, decimals: int = 2) -> Decimal:
    """The mean of the reviewers' marks on one criterion, exact, rounded once. At least one mark."""
    numerator, denominator = sum(marks, Decimal(0)).as_integer_ratio()
    return half_up(numerator, denominator * len(marks), decimals=decimals)
