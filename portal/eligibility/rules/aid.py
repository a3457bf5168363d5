"""De minimis aid, Reg. (EU) 2023/2831: what a single undertaking has had in rolling years, and may still have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from pydantic import JsonValue

from portal.calls.rules.parameters import DeMinimisParameters
from portal.companies.rules.enterprise import HolderKind
from portal.companies.rules.size import Status
from portal.companies.rules.words import eur
from portal.eligibility.rules.case import Case, as_json
from portal.eligibility.rules.facts import AidEntry
from portal.eligibility.rules.verdicts import Finding, doubtful, failed, missing, passed
from portal.kernel.text import Language


@dataclass(frozen=True)
class Position:
    """Euros: what counts already, what is left under the ceiling, and whether the new aid fits whole."""

    received: Decimal
    headroom: Decimal
    fits: bool


def window_start(grant_on: date, years: int) -> date:
    """The first day that still counts: the window ends on the day of the grant and is `years` long, to the day."""
    year = max(grant_on.year - years, date.min.year)
    try:
        anniversary = grant_on.replace(year=year)
    except ValueError:  # 29 February
        anniversary = grant_on.replace(year=year, day=28)
    return anniversary + timedelta(days=1)


def position(
    entries: Sequence[AidEntry], *, grant_on: date, amount: Decimal, ceiling: Decimal, years: int = 3
) -> Position:
    """Where the single undertaking stands on the day of a new grant of `amount`.

    Aid dated after that day counts too: any three years are looked at, and nobody may profit from a date.
    """
    start = window_start(grant_on, years)
    received = sum((entry.eur for entry in entries if entry.granted_on >= start), Decimal(0))
    return Position(received, max(Decimal(0), ceiling - received), fits=received + amount <= ceiling)


def de_minimis(rule: DeMinimisParameters, case: Case) -> Finding:
    """The new aid fits under the ceiling with all that the single undertaking has had."""
    aid = case.facts.aid
    if aid is None:
        return missing(
            "Manca la dichiarazione degli aiuti de minimis ricevuti.",
            "The declaration of de minimis aid received is missing.",
        )
    if aid.linked is None and (case.size is None or case.size.status is Status.LINKED):
        return missing(
            "Manca la dichiarazione degli aiuti de minimis ricevuti dalle imprese collegate.",
            "The declaration of de minimis aid received by linked firms is missing.",
        )
    return _judge(rule, case, [*aid.own, *(aid.linked or [])])


def _judge(rule: DeMinimisParameters, case: Case, entries: list[AidEntry]) -> Finding:
    amount = rule.amount_eur or case.content.budget.unit_value_eur
    stand = _position(rule, case, entries)
    value: dict[str, JsonValue] = {
        "received_eur": as_json(stand.received),
        "headroom_eur": as_json(stand.headroom),
        "aid_eur": as_json(amount),
    }
    it, en = _story(rule, stand, amount, "it"), _story(rule, stand, amount, "en")
    warning = _warning(case)
    if stand.fits:
        return passed(value, "declared", it + warning.it, en + warning.en)
    if case.content.budget.on_overflow == "reduce" and stand.headroom > 0:
        value["aid_eur"] = as_json(stand.headroom)
        return passed(
            value,
            "declared",
            f"{it} L'aiuto si riduce a {eur(stand.headroom)}.{warning.it}",
            f"{en} The aid is reduced to {eur(stand.headroom, 'en')}.{warning.en}",
        )
    if _position(rule, case, [entry for entry in entries if entry.granted_on <= case.on]).fits:
        return doubtful(
            value,
            "declared",
            f"{it} Il massimale si supera solo per aiuti con data dopo il {case.on:%d/%m/%Y}: vanno controllati.",
            f"{en} The ceiling is passed only by aid dated after {case.on.isoformat()}: it must be checked.",
        )
    return failed(
        value,
        "declared",
        f"{it} L'aiuto intero non si può concedere (art. 3, par. 7).",
        f"{en} The whole aid can't be granted (art. 3(7)).",
    )


def _position(rule: DeMinimisParameters, case: Case, entries: list[AidEntry]) -> Position:
    amount = rule.amount_eur or case.content.budget.unit_value_eur
    return position(entries, grant_on=case.on, amount=amount, ceiling=rule.ceiling_eur, years=rule.years)


def _story(rule: DeMinimisParameters, stand: Position, amount: Decimal, language: Language) -> str:
    received, ceiling, new, left = (
        eur(value, language) for value in (stand.received, rule.ceiling_eur, amount, stand.headroom)
    )
    if language == "en":
        return (
            f"De minimis aid of the single undertaking in the last {rule.years} years: {received} of {ceiling};"
            f" it can still receive {left}, this aid is worth {new}."
        )
    return (
        f"Aiuti de minimis dell'impresa unica negli ultimi {rule.years} anni: {received} su {ceiling};"
        f" può ricevere ancora {left}, questo aiuto vale {new}."
    )


@dataclass(frozen=True)
class _Warning:
    it: str = ""
    en: str = ""


def _warning(case: Case) -> _Warning:
    """Links through persons are disputed for the single undertaking: said, not decided."""
    relations = case.facts.enterprise.relations if case.facts.enterprise else []
    if any(relation.kind is HolderKind.NATURAL_PERSON and relation.linked for relation in relations):
        return _Warning(
            " Attenzione: l'impresa è legata ad altre tramite persone fisiche; se formano un'impresa unica,"
            " contano anche i loro aiuti.",
            " Note: the firm is tied to others through natural persons; if they form a single undertaking,"
            " their aid counts too.",
        )
    return _Warning()
