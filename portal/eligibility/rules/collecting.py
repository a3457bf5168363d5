"""From a frozen application to facts: what was answered first, what the firm's profile said where nothing was asked.

The keys of fields known here are those of the standard call (docs/calls.md); a call that asks otherwise leaves the
fact to the profile, and what nobody gave stays missing: a rule will say so. Nothing here raises for odd content.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, JsonValue, ValidationError

from portal.companies.rules import ateco
from portal.companies.rules.enterprise import Enterprise
from portal.eligibility.rules.case import as_number
from portal.eligibility.rules.facts import Aid, Company, EarlierApplication, Facts, Seat
from portal.kernel.values import is_codice_fiscale, is_partita_iva, is_province, is_rea, is_tax_code

Json = Mapping[str, Any]
Model = TypeVar("Model", bound=BaseModel)
_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")


def facts_of(frozen: Json, *, at: datetime, earlier: Sequence[EarlierApplication] | None) -> Facts:
    """The facts of an application as frozen (`applications.rules.freezing.frozen`), at the instant it was handed in."""
    profile = frozen.get("company") or {}
    company = profile.get("company") or {}
    answers = frozen.get("answers") or {}
    attached = {one["document"]: True for one in frozen.get("attachments") or []}
    stated = {**attached, **answers, **(frozen.get("declarations") or {})}
    return Facts(
        at=at,
        company=_company(company, answers, earlier),
        enterprise=_enterprise(company, answers),
        aid=_aid(answers, stated),
        answers={key: value for key, value in stated.items() if _KEY.fullmatch(key)},
    )


def _good(value: Any, rule: Any) -> str | None:  # noqa: ANN401 - JSON, and a predicate of kernel.values
    return value if isinstance(value, str) and rule(value) else None


def _company(company: Json, answers: Json, earlier: Sequence[EarlierApplication] | None) -> Company:
    def first(key: str) -> Any:  # noqa: ANN401
        return answers.get(key, company.get(key))

    edition = str(first("ateco_edition") or ateco.CURRENT).removeprefix("ateco_")
    known: ateco.Edition = next((one for one in ateco.EDITIONS if one == edition), ateco.CURRENT)
    secondary = [row.get("code") if isinstance(row, Mapping) else row for row in first("ateco_secondary") or []]
    primary = first("ateco_primary")
    last_year = company.get("last_year") or {}
    share = as_number(answers.get("export_share_pct", last_year.get("export_share")))
    return Company(
        legal_name=first("legal_name"),
        vat=_good(first("vat"), is_partita_iva),
        tax_code=_good(first("tax_code"), is_tax_code),
        rea=_good(first("rea"), is_rea),
        ateco_edition=known,
        ateco_primary=_good(primary, lambda code: ateco.find(code, known)),
        ateco_secondary=[code for code in secondary if _good(code, lambda code: ateco.find(code, known))][:100],
        seats=_seats(company, answers),
        export_share_pct=share if share is not None and 0 <= share <= 100 else None,  # noqa: PLR2004 - per cent
        earlier_applications=None if earlier is None else list(earlier),
    )


def _seats(company: Json, answers: Json) -> list[Seat]:
    """The registered office; the operating site where it differs, else the same."""
    office = answers.get("office_province", company.get("province"))
    town = answers.get("office_municipality", company.get("municipality"))
    site, site_town = company.get("site_province"), company.get("site_municipality")
    if "site_differs" in answers:
        differs = answers["site_differs"] is True
        site = answers.get("site_province") if differs else None
        site_town = answers.get("site_municipality") if differs else None
        if differs and site is None:
            return _seat("registered_office", office, town)
    return [
        *_seat("registered_office", office, town),
        *(_seat("operating_site", site, site_town) if site else _seat("operating_site", office, town)),
    ]


def _seat(kind: str, province: Any, town: Any) -> list[Seat]:  # noqa: ANN401
    if not _good(province, is_province):
        return []
    return [Seat.model_validate({"kind": kind, "province": province, "municipality": _town(town)})]


def _town(town: Any) -> str | None:  # noqa: ANN401
    """Its name, however the form kept it."""
    return town.get("name") if isinstance(town, Mapping) else town if isinstance(town, str) else None


def _enterprise(company: Json, answers: Json) -> Enterprise | None:
    years = [_year(row) for row in answers.get("years", company.get("years")) or []]
    relations = _relations(company, answers)
    public = as_number(answers.get("public_share_pct")) or Decimal(0)
    named = any(relation.get("kind") in {"public_body", "local_authority"} for relation in relations)
    if public > 0 and not named:
        share = str(public)
        relations.append(
            {"id": "enti pubblici", "kind": "public_body", "side": "upstream", "capital_pct": share, "votes_pct": share}
        )
    if answers.get("consolidated") is True:
        relations = [
            row if row.get("figures") or not _is_control(row) else {**row, "consolidated": True} for row in relations
        ]
    in_order = sorted(years, key=lambda row: str(row.get("year")))
    known = {"years": in_order, "relations": relations, "merged": company.get("merged") is True}
    return _model(Enterprise, known)


def _model(model: type[Model], value: Any) -> Model | None:  # noqa: ANN401
    try:
        return model.model_validate(value)
    except ValidationError:
        return None


def _year(row: Json) -> dict[str, Any]:
    return {
        "year": row.get("year"),
        "awu": row.get("awu"),
        "turnover_eur": _whole(row.get("turnover_eur")),
        "balance_eur": _whole(row.get("balance_eur")),
    }


def _whole(value: JsonValue) -> int | None:
    """Whole euros, cents rounded."""
    number = as_number(value)
    return None if number is None else round(number)


def _is_control(row: Json) -> bool:
    votes = as_number(row.get("votes_pct")) or as_number(row.get("capital_pct")) or Decimal(0)
    return bool(row.get("controls")) or votes > 50  # noqa: PLR2004 - the majority


def _relations(company: Json, answers: Json) -> list[dict[str, Any]]:
    """What the profile tells of each neighbour, with the shares of the application where it asks for them.

    A neighbour that only the application names is an enterprise without figures, or a person by its tax code.
    Neighbours are known by name; the profile ties them by identifiers (`linked_to`).
    """
    known = _named([dict(one) for one in company.get("holdings") or []])
    if "holdings" not in answers:
        return known
    told = [_answered(row, known) for row in answers["holdings"] or []]
    names = {one["id"] for one in told}
    return _unique([{**one, "linked_to": [n for n in one.get("linked_to", []) if n in names]} for one in told])


def _named(holdings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = {one["id"]: one.get("name") for one in holdings if one.get("id")}
    return _unique(
        [
            {key: value for key, value in one.items() if key not in {"name", "tax_code"}}
            | {"id": one.get("name"), "linked_to": [names[n] for n in one.get("linked_to") or [] if n in names]}
            for one in holdings
        ]
    )


def _unique(relations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same name twice on one side is two neighbours: the second is numbered."""
    seen: dict[tuple[Any, Any], int] = {}
    told = []
    for one in relations:
        key = (one.get("id"), one.get("side"))
        seen[key] = seen.get(key, 0) + 1
        told.append(one if seen[key] == 1 else {**one, "id": f"{one.get('id')} ({seen[key]})"})
    return told


def _answered(row: Json, known: Sequence[Json]) -> dict[str, Any]:
    name, side = row.get("name"), row.get("side")
    match = next((one for one in known if one["id"] == name and one.get("side") == side), None)
    is_person = side == "upstream" and is_codice_fiscale(str(row.get("tax_code") or ""))
    kind = "natural_person" if is_person else "enterprise"
    shares = {key: row[key] for key in ("capital_pct", "votes_pct") if row.get(key) is not None}
    return {**(match or {"id": name, "kind": kind}), "side": side, **shares}


def _aid(answers: Json, stated: Json) -> Aid | None:
    """The aid declared; None where the call asked and nobody answered nor declared that the list is complete."""
    rows = answers.get("aids")
    if rows is None and not stated.get("aid_is_complete"):
        return None
    entries: dict[str, list[dict[str, Any]]] = {"own": [], "linked": []}
    for row in rows or []:
        entry = {key: row.get(key) for key in ("granted_on", "body", "act", "cor")} | {"eur": row.get("amount_eur")}
        entries["linked" if row.get("recipient") == "linked" else "own"].append(entry)
    return _model(Aid, entries)
