"""Rows for the national register of aid (RNA), as text: what is sent once is never written otherwise (docs/awards.md).

No format of the register's own is claimed: an officer copies from here, or maps these columns.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final
from xml.etree import ElementTree as ET

COLUMNS: Final = (
    "progressivo",
    "car",
    "cup",
    "codice_fiscale",
    "partita_iva",
    "denominazione",
    "provincia",
    "ateco",
    "protocollo",
    "vercor",
    "data_verifica",
    "cor",
    "data_cor",
    "data_conferma_cor",
    "covar",
    "data_covar",
    "atto_numero",
    "data_concessione",
    "regime",
    "strumento",
    "importo_nominale_eur",
    "elemento_aiuto_eur",
    "stato",
    "data_variazione",
    "importo_erogato_eur",
    "importo_da_recuperare_eur",
)
MONEY: Final = frozenset(name for name in COLUMNS if name.endswith("_eur"))
DAYS: Final = frozenset(name for name in COLUMNS if name.startswith("data_"))
COUNTS: Final = frozenset({"progressivo"})
REGIMES: Final = {
    "de_minimis_2023_2831": "Reg. (UE) 2023/2831",
    "de_minimis_2013_1407": "Reg. (UE) n. 1407/2013",
    "none": "nessuno",
}
STATES: Final = {
    "awarded": "concesso",
    "accepted": "accettato",
    "in_progress": "in corso",
    "completed": "concluso",
    "waived": "rinuncia",
    "forfeited": "decadenza",
    "revoked": "revoca",
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
INSTRUMENTS: Final = {True: "servizi in natura", False: "sovvenzione"}


def written(value: str | int | date | Decimal | None) -> str:
    """A value as it stands in a batch: money with two decimals and a point, days in ISO 8601."""
    match value:
        case None:
            return ""
        case Decimal():
            return f"{value:.2f}"
        case date():
            return value.isoformat()
    return str(value)


def typed(name: str, text: str) -> str | int | date | Decimal | None:
    """The value of a text, for sheets that know numbers and days."""
    if not text:
        return None
    if name in MONEY:
        return Decimal(text)
    if name in DAYS:
        return date.fromisoformat(text)
    return int(text) if name in COUNTS else text


def to_xml(rows: Sequence[Mapping[str, str]], *, number: int, call_code: str, made_at: str) -> bytes:
    """The batch as XML: an element a row, in it an element a column, in their order. The same batch, the same bytes."""
    root = ET.Element("lotto", {"numero": str(number), "bando": call_code, "creato": made_at})
    for row in rows:
        one = ET.SubElement(root, "aiuto")
        for name in COLUMNS:
            ET.SubElement(one, name).text = _NOT_XML.sub("\ufffd", row[name])
    ET.indent(root)
    text: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()
