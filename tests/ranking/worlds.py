"""Ranking rules and entries to draw, for the property tests."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from portal.ranking.rules import Bonus, Criterion, Entry, Pathway, RankingRule, Shortfall, TieBreak

OPENS = datetime(2025, 11, 3, 10, tzinfo=UTC)


def hundredths(low: int, high: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low, high).map(lambda units: Decimal(units).scaleb(-2))


@st.composite
def rules(
    draw: st.DrawFn, *, equal_amounts: bool | None = None, shortfalls: Sequence[Shortfall] = tuple(Shortfall)
) -> RankingRule:
    """Small maxima, so that ties and thresholds are common."""
    keys = draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True))
    criteria = tuple(Criterion(key=key, max=Decimal(4), min=draw(st.none() | hundredths(0, 300))) for key in keys)
    ties = draw(st.lists(st.sampled_from([*keys, "submitted_at", "registry_number"]), max_size=4, unique=True))
    equal = draw(st.booleans()) if equal_amounts is None else equal_amounts
    return RankingRule(
        procedure=draw(st.sampled_from(["ranking", "ranking", "first_come_first_served"])),
        criteria=criteria,
        threshold=draw(hundredths(0, 200 * len(keys))),
        bonuses=draw(st.sampled_from([(), (Bonus(key="young", max=Decimal(2)),)])),
        tie_break=tuple(TieBreak(by=by, order="asc" if by not in keys else "desc") for by in ties),
        places=draw(st.none() | st.integers(0, 8)),
        budget_eur=draw(hundredths(0, 600)),
        unit_value_eur=draw(hundredths(1, 200)) if equal else None,
        pathways=tuple(
            Pathway(key=key, places=draw(st.none() | st.integers(1, 4)), min_firms=draw(st.none() | st.integers(1, 3)))
            for key in draw(st.sampled_from([(), ("fr",), ("fr", "de")]))
        ),
        shortfall=draw(st.sampled_from(shortfalls)),
    )


@st.composite
def entries(draw: st.DrawFn, rule: RankingRule, *, max_size: int = 14) -> list[Entry]:
    """Entries that the rule covers, in order of arrival."""
    size = draw(st.integers(0, max_size))
    return [
        Entry(
            registry_number=f"2025/{arrival:06}",
            arrival=arrival,
            submitted_at=OPENS + timedelta(seconds=draw(st.integers(0, 3))),
            scores={
                c.key: draw(st.sampled_from([0, 1, 2, 3, 4]).map(Decimal) | hundredths(0, 400)) for c in rule.criteria
            },
            bonus={b.key: draw(hundredths(0, 200)) for b in rule.bonuses},
            pathway=draw(st.sampled_from([p.key for p in rule.pathways])) if rule.pathways else None,
            amount_eur=None if rule.unit_value_eur is not None else draw(hundredths(0, 300)),
        )
        for arrival in range(1, size + 1)
    ]


@st.composite
def worlds(draw: st.DrawFn, /, **limits: Any) -> tuple[RankingRule, list[Entry]]:
    rule = draw(rules(**limits))
    return rule, draw(entries(rule))
