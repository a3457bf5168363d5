"""Ranking rules and entries to draw, for the property tests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from portal.kernel.text import sha256_hex
from portal.ranking.rules import (
    Bonus,
    Criterion,
    Entry,
    Granted,
    Lot,
    Outcome,
    Pathway,
    RankingRule,
    Reserve,
    Shortfall,
    TieBreak,
    draw_up,
)

OPENS = datetime(2025, 11, 3, 10, tzinfo=UTC)


def hundredths(low: int, high: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low, high).map(lambda units: Decimal(units).scaleb(-2))


SEED = "5e" * 32
RESERVES = ("micro", "young")


@st.composite
def rules(
    draw: st.DrawFn,
    *,
    equal_amounts: bool | None = None,
    shortfalls: Sequence[Shortfall] = tuple(Shortfall),
    with_quotas: bool = True,
    with_reserves: bool = True,
) -> RankingRule:
    """Small maxima, so that ties and thresholds are common."""
    keys = draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True))
    criteria = tuple(Criterion(key=key, max=Decimal(4), min=draw(st.none() | hundredths(0, 300))) for key in keys)
    ties = draw(st.lists(st.sampled_from([*keys, "submitted_at", "registry_number", "lot"]), max_size=4, unique=True))
    equal = draw(st.booleans()) if equal_amounts is None else equal_amounts
    procedure = draw(st.sampled_from(["ranking", "ranking", "first_come_first_served"]))
    return RankingRule(
        procedure=procedure,
        criteria=criteria,
        threshold=draw(hundredths(0, 200 * len(keys))),
        bonuses=draw(st.sampled_from([(), (Bonus(key="young", max=Decimal(2)),)])),
        tie_break=tuple(TieBreak(by=by, order="asc" if by not in keys else "desc") for by in ties),
        places=draw(st.none() | st.integers(0, 8)),
        budget_eur=draw(hundredths(0, 600)),
        unit_value_eur=draw(hundredths(1, 200)) if equal else None,
        pathways=tuple(
            Pathway(
                key=key,
                places=draw(st.none() | st.integers(1, 4)) if with_quotas else None,
                min_firms=draw(st.none() | st.integers(1, 3)),
            )
            for key in draw(st.sampled_from([(), ("fr",), ("fr", "de")]))
        ),
        shortfall=draw(st.sampled_from(shortfalls)),
        reserves=draw(reserves()) if with_reserves else (),
        lot=Lot(commitment=sha256_hex(bytes.fromhex(SEED)), seed=SEED) if "lot" in ties else None,
        overbooking_pct=draw(st.none() | st.integers(100, 300)) if procedure != "ranking" else None,
    )


@st.composite
def reserves(draw: st.DrawFn) -> tuple[Reserve, ...]:
    """None, one or two, in either order, of places or of money."""
    keys = draw(st.lists(st.sampled_from(RESERVES), max_size=2, unique=True))
    kinds = [draw(st.booleans()) for _ in keys]
    return tuple(
        Reserve(key=key, places=draw(st.integers(0, 4)))
        if of_places
        else Reserve(key=key, eur=draw(hundredths(0, 300)))
        for key, of_places in zip(keys, kinds, strict=True)
    )


@st.composite
def entries(draw: st.DrawFn, rule: RankingRule, *, max_size: int = 14) -> list[Entry]:
    """Entries that the rule covers, in order of arrival."""
    size = draw(st.integers(0, max_size))
    keys = [reserve.key for reserve in rule.reserves]
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
            groups=draw(st.frozensets(st.sampled_from(keys))) if keys else frozenset(),
        )
        for arrival in range(1, size + 1)
    ]


@st.composite
def worlds(draw: st.DrawFn, /, **limits: Any) -> tuple[RankingRule, list[Entry]]:
    rule = draw(rules(**limits))
    return rule, draw(entries(rule))


@st.composite
def later_worlds(draw: st.DrawFn, /, **limits: Any) -> tuple[RankingRule, list[Entry]]:
    """Worlds where some of the funded were awarded since, and keep what they got."""
    rule, given_entries = draw(worlds(**limits))
    kept = {
        row.entry.arrival: Granted(row.amount_eur, row.reserve)
        for row in draw_up(rule, given_entries).above
        if row.outcome is Outcome.FUNDED and draw(st.booleans())
    }
    return rule, [replace(entry, granted=kept.get(entry.arrival)) for entry in given_entries]
