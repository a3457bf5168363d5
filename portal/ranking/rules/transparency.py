"""What the law has published about each grant (art. 27 D.Lgs. 33/2013), and nothing more about anybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.calls.rules.content import CallContent

TRANSPARENCY = (
    "beneficiario",
    "codice_fiscale",
    "importo_eur",
    "norma_titolo",
    "ufficio",
    "responsabile",
    "modalita",
    "link_progetto",
    "link_cv",
    "atto_n",
    "atto_data",
    "cor",
    "cup",
)
"""The fields in the order of the law; `codice_fiscale` is always the VAT number: a tax code may be a person."""
PROCEDURES = {"ranking": "graduatoria", "first_come_first_served": "sportello"}
"""Words of the open data, which are Italian in every language of the pages."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """What the grant adds once there is one: its act, its codes, its own amount. Empty: not yet."""

    number: str = ""
    on: date | None = None
    cor: str = ""
    cup: str = ""
    amount_eur: Decimal | None = None


Value = str | Decimal | date | None


def fields(
    firm: Mapping[str, str], amount: Decimal | None, content: CallContent, *, link: str = "", act: Act | None = None
) -> dict[str, Value]:
    """Each of TRANSPARENCY for one firm; `firm` is the published `{legal_name, vat}`, empty where not named."""
    act = act or Act()
    values = (
        firm["legal_name"],
        firm["vat"],
        amount if act.amount_eur is None else act.amount_eur,
        content.programme.act,
        content.contacts.office,
        content.responsible_officer,
        PROCEDURES[content.procedure],
        link,
        "",
        act.number,
        act.on,
        act.cor,
        act.cup or content.budget.cup or "",
    )
    return dict(zip(TRANSPARENCY, values, strict=True))
