"""Automatic points: bands that the call gives for sector, size, export share and answers."""

from decimal import Decimal

from pydantic import JsonValue

from portal.calls.rules.content import Band, Part
from portal.companies.rules import ateco
from portal.companies.rules.ateco import Match
from portal.companies.rules.size import SIZE_WORDS
from portal.companies.rules.words import number, percent
from portal.eligibility.rules.case import Case, as_json, as_number
from portal.kernel.text import Frozen, Text


class PartScore(Frozen):
    """Points of one part, the fact used, and why."""

    fact: str
    value: JsonValue
    points: Decimal
    text: Text


class CriterionScore(Frozen):
    """Points of one automatic criterion, never above its maximum; `is_bonus`: counts only after the minimum."""

    criterion: str
    points: Decimal
    max: Decimal
    is_bonus: bool
    parts: list[PartScore]


def score(case: Case) -> list[CriterionScore]:
    """The automatic criteria and the bonuses of the call, in its order."""
    content = case.content
    scores = [_sum(c.key, c.max, [_part(part, case) for part in c.parts]) for c in content.criteria if c.parts]
    for bonus in content.bonus:
        most = max(band.points for band in bonus.part.bands)
        scores.append(_sum(bonus.key, most, [_part(bonus.part, case)], is_bonus=True))
    return scores


def total(scores: list[CriterionScore]) -> Decimal:
    """The points that count towards the threshold: no bonus."""
    return sum((one.points for one in scores if not one.is_bonus), Decimal(0))


def _sum(criterion: str, most: Decimal, parts: list[PartScore], *, is_bonus: bool = False) -> CriterionScore:
    points = min(most, sum((part.points for part in parts), Decimal(0)))
    return CriterionScore(criterion=criterion, points=points, max=most, is_bonus=is_bonus, parts=parts)


def _part(part: Part, case: Case) -> PartScore:
    value, words = _fact(part, case)
    if value is None:
        text = Text(it=f"{words.it}: manca, quindi nessun punto.", en=f"{words.en}: missing, so no points.")
        return PartScore(fact=part.fact, value=None, points=Decimal(0), text=text)
    for band in part.bands:
        if _holds(band, part, value, case):
            text = Text(
                it=f"{words.it}: {band.text.it}, {number(band.points)} punti.",
                en=f"{words.en}: {band.text.en}, {number(band.points, 'en')} points.",
            )
            return PartScore(fact=part.fact, value=value, points=band.points, text=text)
    text = Text(it=f"{words.it}: in nessuna fascia, nessun punto.", en=f"{words.en}: in no band, no points.")
    return PartScore(fact=part.fact, value=value, points=Decimal(0), text=text)


def _fact(part: Part, case: Case) -> tuple[JsonValue, Text]:
    """The value judged, and how to speak of it."""
    match part.fact:
        case "sector":
            code = case.facts.company.ateco_primary
            return code, Text(it=f"Settore {code or ''}".strip(), en=f"Sector {code or ''}".strip())
        case "size":
            known = case.size
            words = SIZE_WORDS[known.size] if known else Text(it="-", en="-")
            value = known.size.value if known else None
            return value, Text(
                it=f"Dimensione {words.it if known else ''}".strip(), en=f"Size {words.en if known else ''}".strip()
            )
        case "export_share":
            share = case.export_share
            shown = (percent(share), percent(share, "en")) if share is not None else ("", "")
            return None if share is None else as_json(share), Text(
                it=f"Quota estero {shown[0]}".strip(), en=f"Export share {shown[1]}".strip()
            )
    key = part.fact.removeprefix("answers.")
    field = next((one for one in case.content.form.fields() if one.key == key), None)
    return case.answer(key), field.label if field else Text(it=key, en=key)


def _holds(band: Band, part: Part, value: JsonValue, case: Case) -> bool:
    """Every condition that the band sets; one that sets none takes all the rest."""
    checks = []
    if band.ateco is not None:
        code = case.facts.company.ateco_primary if part.fact == "sector" else str(value)
        edition = case.facts.company.ateco_edition
        answer = ateco.matches(code or "", band.ateco, edition=edition, listed=band.edition)
        checks.append(answer is Match.YES)
    if band.sizes is not None:
        checks.append(value in band.sizes)
    if band.values is not None:
        chosen = value if isinstance(value, list) else [value]
        checks.append(any(_spelled(one) in band.values for one in chosen))
    if band.at_least is not None or band.below is not None:
        amount = as_number(value)
        checks.append(
            amount is not None
            and (band.at_least is None or amount >= band.at_least)
            and (band.below is None or amount < band.below)
        )
    return all(checks)


def _spelled(value: JsonValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
