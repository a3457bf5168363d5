"""The ranking rule that a version of a call states."""

from decimal import Decimal

from portal.calls.rules.content import CallContent, Reserve as ReserveAsked
from portal.ranking.rules.terms import Bonus, Criterion, Lot, Pathway, RankingRule, Reserve, Shortfall, TieBreak


def rule_of(content: CallContent, *, seed: str | None = None) -> RankingRule:
    """The rule; `seed` where the call breaks ties by lot: raises ValueError for one that was not committed to."""
    budget = content.budget
    lot = Lot(commitment=content.lot.commitment, seed=seed) if content.lot is not None and seed else None
    return RankingRule(
        procedure=content.procedure,
        criteria=tuple(Criterion(key=c.key, max=c.max, min=c.min) for c in content.criteria),
        threshold=content.thresholds.total,
        bonuses=tuple(Bonus(key=b.key, max=max(band.points for band in b.part.bands)) for b in content.bonus),
        tie_break=tuple(TieBreak(by=t.by, order=t.order) for t in content.tie_break),
        places=budget.places,
        budget_eur=budget.amount_eur,
        unit_value_eur=budget.unit_value_eur if budget.asked is None else None,
        pathways=tuple(Pathway(key=p.key, places=p.places, min_firms=p.min_firms) for p in content.pathways),
        shortfall=Shortfall(budget.shortfall),
        reserves=tuple(_reserve(one, places=budget.places, budget_eur=budget.amount_eur) for one in content.reserves),
        lot=lot,
        overbooking_pct=content.overbooking_pct,
    )


def _reserve(asked: ReserveAsked, *, places: int, budget_eur: Decimal) -> Reserve:
    """A share is of the places, or of the money, and rounds down."""
    match asked.of:
        case "places":
            return Reserve(key=asked.key, places=int(asked.quantity))
        case "share_of_places":
            return Reserve(key=asked.key, places=int(places * asked.quantity // 100))
        case "eur":
            return Reserve(key=asked.key, eur=asked.quantity)
    return Reserve(key=asked.key, eur=(budget_eur * asked.quantity / 100).quantize(Decimal("0.01"), "ROUND_DOWN"))
