"""What of a firm's profile may fill a field: `prefill` is one of these paths."""

from typing import Final

_COMPANY = (
    "legal_name", "legal_form", "vat", "tax_code", "rea", "founded_on", "pec", "phone", "website", "is_sole_trader",
    "ateco_edition", "ateco_primary", "address", "municipality", "municipality_code", "province", "postcode",
    "site_address", "site_municipality", "site_municipality_code", "site_province", "site_postcode",
)  # fmt: skip
_YEAR = ("year", "awu", "turnover_eur", "balance_eur", "export_share")
_PERSON = ("full_name", "tax_code", "role")

SINGLE: Final = frozenset(
    {f"company.{name}" for name in _COMPANY}
    | {f"company.last_year.{name}" for name in _YEAR}
    | {f"representative.{name}" for name in _PERSON}
    | {"user.full_name", "user.email"}
)
"""Paths to one value."""

LISTS: Final = {
    "company.ateco_secondary": None,
    "company.years": frozenset(_YEAR),
    "company.holdings": frozenset({"name", "tax_code", "kind", "side", "capital_pct", "votes_pct", "controls"}),
    "representatives": frozenset(_PERSON),
}
"""Paths to the rows of a table -> the names that its columns may take; None: plain values, for the first column."""
