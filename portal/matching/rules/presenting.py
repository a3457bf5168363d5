"""How a firm's profile begins, from what the portal knows already, and what it must hold before it is sent."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import Conflict, DomainError
from portal.matching.rules import hs
from portal.matching.rules.profiles import (
    LONGEST_TEXT,
    MOST_PRODUCTS,
    Contact,
    Delegate,
    FirmProfile,
    Product,
    SupplierType,
)

MOST_LINES: Final = 20
LONGEST_LINE: Final = 200
SPOKEN: Final = ("it", "en", "fr", "de", "es", "ru", "ar", "pt", "tr", "uz", "kk", "zh")
"""Languages that a profile may name; those of Central Asia among them."""
_LANGUAGES: Final = {
    "italian": "it", "english": "en", "french": "fr", "german": "de", "spanish": "es", "russian": "ru", "arabic": "ar",
}  # fmt: skip
_MAKING = range(10, 34)
_KINDS: Final = {
    "28": SupplierType.MACHINERY_MAKER,
    "46": SupplierType.WHOLESALER,
    "62": SupplierType.TECHNOLOGY,
    "63": SupplierType.TECHNOLOGY,
    "70": SupplierType.SERVICES,
    "71": SupplierType.SERVICES,
    "72": SupplierType.TECHNOLOGY,
}
"""Divisions of ATECO whose firms are mostly of one kind."""


class DescriptionMissing(DomainError):
    text = _l("Descrivi l'impresa in inglese: è la prima cosa che un buyer legge.")


class ProductsMissing(DomainError):
    text = _l("Indica almeno un prodotto con il suo codice HS.")


class LanguagesMissing(DomainError):
    text = _l("Indica almeno una lingua in cui incontrate i buyer.")


class PartnersMissing(DomainError):
    text = _l("Indica almeno un tipo di partner che cercate.")


class DelegatesMissing(DomainError):
    text = _l("Indica almeno una persona che verrà agli incontri.")


class ProfileFirst(DomainError):
    text = _l("Prima invia il profilo all'ufficio: il logo si aggiunge dopo.")


class LogoMissing(DomainError):
    text = _l("Scegli un'immagine PNG o JPEG.")


class LogoTooLarge(DomainError):
    """`most`: pixels on a side."""

    text = _l("L'immagine è troppo grande: al massimo %(most)s pixel per lato.")


class DraftMoved(Conflict):
    text = _l(
        "Nel frattempo %(who)s ha salvato un'altra bozza. Quello che hai scritto è ancora qui: "
        "se salvi di nuovo, la tua bozza sostituisce l'altra."
    )


def lacks(profile: FirmProfile) -> list[DomainError]:
    """What stands between a draft and the office, each with its field."""
    wanted: dict[str, type[DomainError]] = {
        "description": DescriptionMissing,
        "products": ProductsMissing,
        "languages": LanguagesMissing,
        "partner_types": PartnersMissing,
        "delegates": DelegatesMissing,
    }
    return [refusal(field=name) for name, refusal in wanted.items() if not getattr(profile, name)]


def begun(
    *,
    answers: Mapping[str, Any],
    divisions: Iterable[str],
    phone: str | None,
    representatives: Iterable[tuple[str, str]],
) -> FirmProfile:
    """A profile from what is known: an application's answers, divisions of ATECO, (name, role) of who signs."""
    rows = answers.get("products") or []
    known = answers.get("staff_languages") or []
    return FirmProfile(
        kinds=_kinds(divisions),
        products=tuple(_products(rows if isinstance(rows, list) else [])),
        certifications=_lines(answers.get("certifications")),
        languages=tuple(_LANGUAGES[one] for one in known if one in _LANGUAGES) if isinstance(known, list) else (),
        contact=Contact(
            name=_line(answers.get("contact_name")),
            email=_line(answers.get("contact_email")),
            phone=_line(answers.get("contact_phone") or phone),
        ),
        delegates=tuple(Delegate(name=_line(name), role=_line(role)) for name, role in representatives if name)[:1],
    )


def _kinds(divisions: Iterable[str]) -> tuple[SupplierType, ...]:
    found = dict.fromkeys(
        _KINDS.get(one) or (SupplierType.PRODUCER if one.isdigit() and int(one) in _MAKING else None)
        for one in divisions
    )
    return tuple(one for one in found if one is not None)


def _products(rows: Iterable[Any]) -> Iterable[Product]:
    seen: set[str] = set()
    for row in rows:
        code = hs.compact(str((row or {}).get("hs_code") or "")) if isinstance(row, Mapping) else ""
        if code not in seen and hs.find(code) and len(seen) < MOST_PRODUCTS:
            seen.add(code)
            yield Product(hs=code, name=_line(row.get("name")))


def _lines(text: object) -> tuple[str, ...]:
    """A text as a firm wrote it, a certification a line."""
    parts = str(text or "")[:LONGEST_TEXT].replace(";", "\n").replace(",", "\n").splitlines()
    return tuple(line for part in parts if (line := _line(part)))[:MOST_LINES]


def _line(text: object) -> str:
    return " ".join(str(text or "").split())[:LONGEST_LINE]
