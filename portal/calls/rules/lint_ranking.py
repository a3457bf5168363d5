"""Lint of what the ranking does with a call: reserves, lots, overbooking, amounts asked for."""

from collections.abc import Iterator
from decimal import Decimal

from portal.calls.rules.content import CallContent, FieldType, Reserve
from portal.calls.rules.findings import Finding, error, warning


def ranking(content: CallContent) -> Iterator[Finding]:
    """What contradicts itself among places, money, reserves, ties and procedure."""
    yield from _reserves(content)
    yield from _lot(content)
    yield from _procedure(content)


def _reserves(content: CallContent) -> Iterator[Finding]:
    budget = content.budget
    in_places = [_places(reserve, budget.places) for reserve in content.reserves]
    in_money = [_money(reserve, budget.amount_eur) for reserve in content.reserves]
    for reserve, places, money in zip(content.reserves, in_places, in_money, strict=True):
        where = f"reserves.{reserve.key}"
        if places > budget.places or money > budget.amount_eur:
            yield error(where, "la riserva è più di tutto ciò che c'è", "the reserve is more than all there is")
        if not places and money < budget.unit_value_eur and not (money and budget.asked):
            yield error(where, "la riserva non basta per un'impresa", "the reserve is not enough for one firm")
    if sum(in_places) > budget.places or sum(in_money) > budget.amount_eur:
        yield error(
            "reserves",
            "le riserve insieme sono più di tutto ciò che c'è",
            "the reserves together are more than all there is",
        )
    if content.reserves and any(pathway.places for pathway in content.pathways):
        yield warning(
            "reserves",
            "con quote e riserve insieme una rinuncia può togliere il posto a un'altra impresa non ancora ammessa "
            "al beneficio",
            "with quotas and reserves together a waiver can cost another firm, not awarded yet, its place",
        )


def _places(reserve: Reserve, places: int) -> int:
    if reserve.of == "places":
        return int(reserve.quantity)
    return int(places * reserve.quantity // 100) if reserve.of == "share_of_places" else 0


def _money(reserve: Reserve, amount: Decimal) -> Decimal:
    if reserve.of == "eur":
        return reserve.quantity
    return amount * reserve.quantity / 100 if reserve.of == "share_of_budget" else Decimal(0)


def _lot(content: CallContent) -> Iterator[Finding]:
    draws = any(tie.by == "lot" for tie in content.tie_break)
    if draws and content.lot is None:
        yield error(
            "lot",
            "la parità si decide a sorte, ma manca l'impronta del seme",
            "ties are broken by lot, but the fingerprint of the seed is missing",
        )
    if content.lot is not None and not draws:
        yield error("lot", "c'è un sorteggio che nessuna parità usa", "there is a lot that no tie-break uses")


def _procedure(content: CallContent) -> Iterator[Finding]:
    if content.overbooking_pct is not None and content.procedure == "ranking":
        yield error(
            "overbooking_pct",
            "solo uno sportello si chiude in anticipo per overbooking",
            "only first come, first served closes early by overbooking",
        )
    asked = content.budget.asked
    kinds = {field.key: field.type for field in content.form.fields()}
    if asked is not None and kinds.get(asked) is not FieldType.MONEY:
        yield error(
            "budget.asked",
            f"«{asked}» non è un campo di importo del modulo",
            f"`{asked}` is no money field of the form",
        )
