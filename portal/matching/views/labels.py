"""Profiles as they are read: each part with its name, in the page's language."""

from collections.abc import Iterable
from typing import Any

from babel import Locale
from flask_babel import gettext as _

from portal.matching.forms.firms import country_names
from portal.matching.rules import hs, sectors
from portal.matching.rules.kinds import PARTNERS, SUPPLIERS
from portal.matching.rules.profiles import BuyerProfile, FirmProfile, Product
from portal.web.language import current

Rows = list[tuple[str, list[str]]]


def country(code: str) -> str:
    """Its name."""
    return country_names(current()).get(code, code)


def language_names() -> dict[str, str]:
    """ISO 639-1 code -> name."""
    return {str(code): str(name) for code, name in Locale(current()).languages.items()}


def spoken(codes: Iterable[str]) -> list[str]:
    """Languages by name."""
    names = language_names()
    return [names.get(code, code) for code in codes]


def _products(products: Iterable[Product]) -> list[str]:
    lines = []
    for one in products:
        heading = hs.find(one.hs)
        words = [heading.label if heading else one.hs, one.name, one.volume]
        lines.append(" – ".join(filter(None, words)))
    return lines


def profile_rows(content: FirmProfile | BuyerProfile) -> Rows:
    """(name, lines) of what a profile says; what it doesn't say is left out."""
    rows = _of_firm(content) if isinstance(content, FirmProfile) else _of_buyer(content)
    return [(name, lines) for name, lines in rows if lines]


def _words(text: str) -> list[str]:
    return [text] if text else []


def _of_firm(one: FirmProfile) -> Rows:
    return [
        (_("Presentazione"), _words(one.description)),
        (_("Che cosa è"), [str(SUPPLIERS[kind]) for kind in one.kinds]),
        (_("Prodotti"), _products(one.products)),
        (_("Certificazioni"), list(one.certifications)),
        (_("Marchi"), list(one.brands)),
        (_("Lingue"), spoken(one.languages)),
        (_("Cerca"), [str(PARTNERS[kind]) for kind in one.partner_types]),
        (_("Mercati"), [country(code) for code in one.markets]),
        (_("Che cosa cerca"), _words(one.seeks)),
    ]


def _of_buyer(one: BuyerProfile) -> Rows:
    return [
        (_("Presentazione"), _words(one.description)),
        (_("Che cosa è"), [str(PARTNERS[kind]) for kind in one.kinds]),
        (_("Settori"), [sectors.label(code) for code in one.sectors]),
        (_("Prodotti cercati"), _products(one.products)),
        (_("Canali di vendita"), _words(one.channels)),
        (_("Fatturato"), _words(one.turnover_band)),
        (_("Lingue"), spoken(one.languages)),
        (_("Cerca"), [str(SUPPLIERS[kind]) for kind in one.partner_types]),
        (_("Mercati"), [country(code) for code in one.reference_markets]),
        (_("Che cosa cerca"), _words(one.seeks)),
        (_("Serve il visto"), _visa(one.needs_visa)),
    ]


def _visa(needed: Any) -> list[str]:  # noqa: ANN401 - yes, no or not said
    return [] if needed is None else [_("Sì") if needed else _("No")]
