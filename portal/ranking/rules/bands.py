"""Totals in bands of points, for a plot: where most stand, and where the cut-off falls."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from portal.ranking.rules.draw import Outcome

BAND: Final = 5
"""Points from one band to the next."""


@dataclass(frozen=True, kw_only=True)
class Band:
    """Totals from `low` to less than `high`: how many of each outcome; whether the last funded is among them."""

    low: int
    counts: Mapping[Outcome, int]
    has_cut_off: bool

    @property
    def high(self) -> int:
        """Where the next band begins."""
        return self.low + BAND


def bands(
    found: Mapping[tuple[int, Outcome], int], outcomes: Collection[Outcome], *, cut_off: Decimal | None
) -> list[Band]:
    """Every band from the lowest to the highest that holds one of `outcomes`, the empty ones between included."""
    lows = [low for low, outcome in found if outcome in outcomes]
    if not lows:
        return []
    return [
        Band(
            low=low,
            counts={outcome: found.get((low, outcome), 0) for outcome in outcomes},
            has_cut_off=cut_off is not None and low <= cut_off < low + BAND,
        )
        for low in range(min(lows), max(lows) + BAND, BAND)
    ]
