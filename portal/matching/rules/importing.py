"""Buyers in a sheet: which column is which, what each row says, and what is wrong with it, in words."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

from babel import Locale
from flask_babel import LazyString, lazy_gettext as _l

from portal.kernel.errors import DomainError
from portal.kernel.values import is_pec
from portal.matching.rules import hs
from portal.matching.rules.profiles import LONGEST_TEXT, MOST_PRODUCTS, BuyerProfile, PartnerType, SupplierType

MOST_ROWS: Final = 500
MOST_COLUMNS: Final = 40
LONGEST_LINE: Final = 200
T = TypeVar("T")

HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "legal_name": ("company", "impresa", "azienda", "ragione sociale", "компания"),
    "country": ("country", "paese", "страна"),
    "city": ("city", "città", "город"),
    "website": ("website", "sito", "сайт"),
    "contact_name": ("contact person", "contact", "referente", "persona di riferimento", "контактное лицо"),
    "email": ("e-mail", "email", "эл. почта"),
    "phone": ("phone", "telefono", "телефон"),
    "language": ("language", "lingua", "язык"),
    "kinds": ("type", "tipo", "тип"),
    "sectors": ("sectors", "settori", "отрасли"),
    "hs": ("hs codes", "codici hs", "hs", "коды hs"),
    "volumes": ("volumes", "quantità", "объёмы"),
    "languages": ("languages", "lingue", "языки"),
    "partner_types": ("looking for", "cerca", "ищет"),
    "description": ("description", "presentazione", "описание"),
    "seeks": ("wants", "che cosa cerca", "что ищет"),
}
"""Field -> the names that its column may have; the first is the template's."""
NEEDED: Final = ("legal_name", "country", "contact_name", "email")
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_PHONE = re.compile(r"\+?[\d\s()./-]{4,40}")
_SITE = re.compile(r"(https?://)?[^\s/?#@:]+\.[^\s/?#@:]{2,}([/?#]\S*)?")
_BAD_SIGNS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029<>]")
_TONGUES: Final = {
    "en": "en", "english": "en", "inglese": "en", "английский": "en",
    "ru": "ru", "russian": "ru", "russo": "ru", "русский": "ru",
}  # fmt: skip
_KINDS: Final = {
    "importatore": PartnerType.IMPORTER, "distributore": PartnerType.DISTRIBUTOR, "agente": PartnerType.AGENT,
    "dettagliante": PartnerType.RETAILER, "fabbricante": PartnerType.MANUFACTURER,
    "licenziatario": PartnerType.LICENSEE, "centro di assistenza": PartnerType.SERVICE_CENTRE,
} | {one.value.replace("_", " "): one for one in PartnerType}  # fmt: skip
_SOUGHT: Final = {
    "produttore": SupplierType.PRODUCER, "marchio": SupplierType.BRAND, "terzista": SupplierType.SUBCONTRACTOR,
    "costruttore di macchine": SupplierType.MACHINERY_MAKER, "grossista": SupplierType.WHOLESALER,
    "servizi": SupplierType.SERVICES, "tecnologia": SupplierType.TECHNOLOGY,
} | {one.value.replace("_", " "): one for one in SupplierType}  # fmt: skip


class Seen(Protocol):
    """A cell as it was read."""

    @property
    def text(self) -> str:
        """What stands in it."""
        ...

    @property
    def is_formula(self) -> bool:
        """Whether the sheet would compute it."""
        ...


class ColumnsMissing(DomainError):
    text = _l("Nella prima riga mancano le colonne: %(names)s. Scarica il modello e copia lì i dati.")


class ColumnTwice(DomainError):
    text = _l("La colonna «%(name)s» compare due volte nella prima riga.")


class NoBuyers(DomainError):
    text = _l("Sotto la prima riga non c'è nessun buyer.")


class TooMuchText(DomainError):
    text = _l("I testi del foglio sono troppo lunghi per una volta sola: dividi il foglio in due.")


class StaleImport(DomainError):
    text = _l("L'anteprima è scaduta o non è di questo evento: carica di nuovo il foglio. Non è stato salvato nulla.")


@dataclass(frozen=True)
class Fault:
    """What is wrong in one cell: the column's name as it stands in the sheet, and what to do."""

    column: str
    words: LazyString | str


@dataclass
class Row:
    """A buyer of the sheet. `notes` don't stand in the way; `faults` do."""

    number: int
    facts: dict[str, str] = field(default_factory=dict)
    profile: BuyerProfile = field(default_factory=BuyerProfile)
    faults: list[Fault] = field(default_factory=list)
    notes: list[LazyString | str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The company."""
        return self.facts.get("legal_name", "")


@dataclass(frozen=True)
class Sheet:
    """What a sheet says: its buyers, and the columns that nobody reads."""

    rows: list[Row]
    unread: list[str]

    @property
    def bad(self) -> list[Row]:
        """Rows with something wrong."""
        return [row for row in self.rows if row.faults]


class _Wrong(ValueError):
    def __init__(self, words: LazyString) -> None:
        super().__init__("wrong")
        self.words = words


def read(rows: Sequence[tuple[int, Sequence[Seen]]]) -> Sheet:
    """The buyers of a sheet. Raises ColumnsMissing, ColumnTwice, NoBuyers."""
    (_number, head), *rest = rows
    columns, unread = _columns([cell.text for cell in head])
    if not rest:
        raise NoBuyers
    found = [_row(number, cells, columns) for number, cells in rest]
    _twice(found, columns)
    return Sheet(found, unread)


def _columns(names: Sequence[str]) -> tuple[dict[str, tuple[int, str]], list[str]]:
    """Field -> (place, name as written); and the names that are none of ours."""
    known = {name: key for key, all_ in HEADINGS.items() for name in all_}
    columns: dict[str, tuple[int, str]] = {}
    unread = []
    for place, name in enumerate(names):
        key = known.get(" ".join(name.casefold().rstrip(" *:").split()))
        if key in columns:
            raise ColumnTwice(name=name)
        if key:
            columns[key] = (place, name)
        elif name:
            unread.append(name[:60])
    missing = [HEADINGS[key][0] for key in NEEDED if key not in columns]
    if missing:
        raise ColumnsMissing(names=", ".join(missing))
    return columns, unread


def _row(number: int, cells: Sequence[Seen], columns: Mapping[str, tuple[int, str]]) -> Row:
    row, said = Row(number), dict[str, Any]()
    for key, (place, name) in columns.items():
        try:
            said[key] = READERS[key](_plain(cells[place], key) if place < len(cells) else "")
        except _Wrong as wrong:
            row.faults.append(Fault(name, wrong.words))
    row.facts = {key: said.get(key, "") for key in FACTS} | {"language": said.get("language") or "en"}
    if not row.faults:
        _profile(row, said, columns)
    return row


def _plain(cell: Seen, key: str) -> str:
    """The text of a cell; what a spreadsheet would run is refused, but for a phone number's plus."""
    text = cell.text.replace("\r\n", "\n").strip()
    if text.startswith("'"):
        text = text[1:].lstrip()
    if cell.is_formula:
        raise _Wrong(_l("contiene una formula: incolla il valore al suo posto."))
    if text.startswith(_STARTS_A_FORMULA) and not (key == "phone" and _PHONE.fullmatch(text)):
        raise _Wrong(_l("comincia con «%(sign)s», che un foglio di calcolo eseguirebbe: toglilo.", sign=text[0]))
    if _BAD_SIGNS.search(text):
        raise _Wrong(_l("contiene caratteri che non si possono usare."))
    return text


def _profile(row: Row, said: Mapping[str, Any], columns: Mapping[str, tuple[int, str]]) -> None:
    codes, volumes = said.get("hs") or [], said.get("volumes") or []
    if len(volumes) > len(codes):
        row.faults.append(Fault(columns["volumes"][1], _l("ci sono più quantità che codici HS.")))
        return
    goods = [{"hs": code, "volume": volumes[at] if at < len(volumes) else ""} for at, code in enumerate(codes)]
    rest = {key: said.get(key) or () for key in ("kinds", "sectors", "languages", "partner_types")}
    texts = {key: said.get(key) or "" for key in ("description", "seeks")}
    row.profile = BuyerProfile.model_validate({"products": goods, **rest, **texts})


def _twice(rows: Iterable[Row], columns: Mapping[str, tuple[int, str]]) -> None:
    """The same buyer in two rows: the second is the one to look at."""
    emails: dict[str, int] = {}
    names: dict[tuple[str, str], int] = {}
    for row in rows:
        email, name = row.facts["email"].lower(), (row.name.casefold(), row.facts["country"])
        if email and email in emails:
            words = _l("è lo stesso indirizzo della riga %(row)s: tieni una sola delle due.", row=emails[email])
            row.faults.append(Fault(columns["email"][1], words))
        elif all(name) and name in names:
            words = _l("è la stessa impresa della riga %(row)s: tieni una sola delle due.", row=names[name])
            row.faults.append(Fault(columns["legal_name"][1], words))
        emails.setdefault(email, row.number)
        names.setdefault(name, row.number)


def _needed(text: str) -> str:
    if not text:
        raise _Wrong(_l("è vuoto: scrivilo."))
    return _line(text)


def _line(text: str) -> str:
    if len(text) > LONGEST_LINE:
        raise _Wrong(_l("supera i 200 caratteri."))
    return " ".join(text.split())


def _words(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise _Wrong(_l("supera i 1.000 caratteri."))
    return text


def _email(text: str) -> str:
    if not is_pec(_needed(text)):
        raise _Wrong(_l("non è un indirizzo e-mail completo."))
    return text


def _site(text: str) -> str:
    if text and not _SITE.fullmatch(_line(text)):
        raise _Wrong(_l("non è l'indirizzo di un sito, come www.example.com."))
    return text


def _phone(text: str) -> str:
    if text and not _PHONE.fullmatch(text):
        raise _Wrong(_l("non è un numero di telefono."))
    return text


def _tongue(text: str) -> str:
    if text and text.casefold() not in _TONGUES:
        raise _Wrong(_l("scrivi en o ru: è la lingua dell'invito."))
    return _TONGUES.get(text.casefold(), "")


def _country(text: str) -> str:
    code = COUNTRIES.get(_needed(text).casefold())
    if code is None:
        raise _Wrong(_l("non è un Paese: scrivine il nome, o la sigla di due lettere."))
    if code == "IT":
        raise _Wrong(_l("un buyer italiano non è un buyer straniero: controlla il Paese."))
    return code


def _parts(text: str) -> list[str]:
    return list(dict.fromkeys(part for one in re.split(r"[;,\n]", text) if (part := " ".join(one.split()))))


def _each(known: Mapping[str, T]) -> Callable[[str], list[T]]:
    def read_(text: str) -> list[T]:
        found = []
        for one in _parts(text):
            if one.casefold() not in known:
                raise _Wrong(_l("«%(one)s» non è fra i valori del modello.", one=one[:40]))
            found.append(known[one.casefold()])
        return list(dict.fromkeys(found))

    return read_


def _codes(text: str) -> list[str]:
    found = [hs.compact(one) for one in _parts(text)]
    wrong = next((one for one in found if hs.find(one) is None), None)
    if wrong is not None:
        raise _Wrong(_l("«%(one)s» non è un codice HS di due, quattro o sei cifre.", one=wrong[:20]))
    if len(found) > MOST_PRODUCTS:
        raise _Wrong(_l("al massimo 20 codici."))
    return found


def _divisions(text: str) -> list[str]:
    wrong = next((one for one in _parts(text) if not re.fullmatch(r"\d\d", one, re.ASCII)), None)
    if wrong is not None:
        raise _Wrong(_l("«%(one)s» non è una divisione ATECO di due cifre.", one=wrong[:20]))
    return _parts(text)


def _volumes(text: str) -> list[str]:
    return [_line(one) for one in (part.strip() for part in text.split(";"))] if text else []


def _named(kind: str) -> dict[str, str]:
    """Name in Italian, English and Russian, and code -> code."""
    found: dict[str, str] = {}
    for language in ("it", "en", "ru"):
        names: Mapping[Any, str] = getattr(Locale(language), kind)
        for code, name in names.items():
            if len(str(code)) == 2 and str(code).isalpha():  # noqa: PLR2004 - ISO 3166 and 639
                found |= {name.casefold(): str(code), str(code).casefold(): str(code)}
    return found


_NO_COUNTRIES = {"ZZ", "EU", "EZ", "UN", "XA", "XB", "QO"}
COUNTRIES: Final = {name: code for name, code in _named("territories").items() if code not in _NO_COUNTRIES}
FACTS: Final = ("legal_name", "country", "city", "website", "contact_name", "email", "phone", "language")
READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "legal_name": _needed,
    "country": _country,
    "city": _line,
    "website": _site,
    "contact_name": _needed,
    "email": _email,
    "phone": _phone,
    "language": _tongue,
    "kinds": _each(_KINDS),
    "sectors": _divisions,
    "hs": _codes,
    "volumes": _volumes,
    "languages": _each(_named("languages")),
    "partner_types": _each(_SOUGHT),
    "description": _words,
    "seeks": _words,
}
