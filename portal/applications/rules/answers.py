"""One answer: from what was typed to a value, and back. One function a type; nothing raises, all is said.

Values are JSON: texts, whole numbers, `"1234.50"` for numbers with a comma, `"2025-12-31"`, true and false, keys of
options, lists of these, and for tables lists of rows. What is not a value is kept as typed, so that no word is lost.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from babel import Locale
from babel.numbers import format_decimal as localized
from flask_babel import LazyString, lazy_gettext as _l

from portal.calls.rules.content import FieldType, FormField
from portal.companies.rules import ateco, places
from portal.kernel import values
from portal.kernel.once import once
from portal.kernel.text import Language, canonical_json, sha256_hex
from portal.web.italian import format_decimal, parse_day, parse_decimal

Json = Any
T = FieldType

LONGEST: Final[dict[FieldType, int]] = {T.TEXT: 500, T.LONGTEXT: 10_000}
LONGEST_VALUE = 254
REMEMBERED, MOST_REMEMBERED = 64, 1024
KEPT = 50_000
"""Characters kept of something typed that is no value."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_URL = re.compile(r"https?://[A-Za-z0-9.-]{1,253}\.[A-Za-z]{2,24}(?::\d{1,5})?(?:[/?#][^\s<>\"]*)?", re.ASCII)
_PHONE = re.compile(r"\+?[0-9]{6,15}", re.ASCII)
_HS = re.compile(r"[0-9]{4}(?:[0-9]{2}){0,2}", re.ASCII)
_NAMED_PLACE = re.compile(r"(.+?)\s*\(([A-Za-z]{2})\)")
_NOT_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
_TERRITORIES = {str(code) for code in Locale("it").territories}
COUNTRIES: Final = tuple(sorted({code for code in _TERRITORIES if re.fullmatch("[A-Z]{2}", code)} - _NOT_COUNTRIES))


class NotAValue(ValueError):
    """What was typed means nothing of its type; `words` says what would."""

    def __init__(self, words: LazyString | str) -> None:
        super().__init__(str(words))
        self.words = words


class Fault(NamedTuple):
    """What is wrong, and where: `row` and `column` in a table."""

    words: LazyString | str
    row: int | None = None
    column: str | None = None


@dataclass(frozen=True)
class Read:
    """What was typed, understood: a `value` (None: blank), or `typed` as it came, with its faults."""

    value: Json = None
    typed: Json = None
    faults: tuple[Fault, ...] = ()

    @property
    def mark(self) -> str:
        """Eight digits that change whenever the answer does."""
        return mark(self.value, self.typed)


class Stored(NamedTuple):
    """An answer as it stands; `revision` 0: never saved."""

    value: Json = None
    typed: Json = None
    revision: int = 0
    by: str = ""
    at: datetime | None = None

    @property
    def mark(self) -> str:
        """Eight digits that change whenever the answer does."""
        return mark(self.value, self.typed)

    @property
    def base(self) -> str:
        """What a page remembers of the answer that it was made from."""
        return f"{self.revision}:{self.mark}"


NEVER = Stored()


def mark(value: Json, typed: Json) -> str:
    """Eight digits of the answer."""
    return _BLANK if value is None and typed is None else _digits(value, typed)


def _digits(value: Json, typed: Json) -> str:
    return sha256_hex(canonical_json([value, typed]))[:8]


_BLANK: Final = _digits(None, None)


def read(field: FormField, typed: Json) -> Read:
    """Understand what came from a page: a text, a list of keys for `choices`, a list of rows of texts for `table`."""
    if field.type is T.TABLE:
        return _read_table(field, typed or [])
    if field.type is T.CHOICES:
        return _read_choices(field, typed or [])
    text = tidy(typed if isinstance(typed, str) else "", is_long=field.type is T.LONGTEXT)
    if not text:
        return Read()
    try:
        return Read(value=_READERS[field.type](field, text))
    except NotAValue as wrong:
        return Read(typed=text[:KEPT], faults=(Fault(wrong.words),))


def tidy(text: str, *, is_long: bool = False) -> str:
    """Without controls, with one kind of line end; a short text is one line."""
    text = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.strip() if is_long else " ".join(text.split())


def _read_choices(field: FormField, typed: Sequence[str]) -> Read:
    known = [option.key for option in field.options]
    if any(key not in known for key in typed):
        return Read(
            typed=[str(key)[:60] for key in typed[:200]], faults=(Fault(_l("Scegli tra le risposte proposte.")),)
        )
    return Read(value=[key for key in known if key in typed] or None)


def _read_table(field: FormField, typed: Sequence[Mapping[str, Json]]) -> Read:
    rows = [{column.key: read(column, cells.get(column.key)) for column in field.columns} for cells in typed]
    rows = [row for row in rows if any(cell.faults or cell.value is not None for cell in row.values())]
    faults = [
        Fault(one.words, number, key)
        for number, row in enumerate(rows)
        for key, cell in row.items()
        for one in cell.faults
    ]
    if len(rows) > field.max_rows:
        faults.append(Fault(_l("Le righe sono al massimo %(most)s.", most=field.max_rows)))
    if faults:
        kept = [
            {key: cell.typed if cell.faults else show(column_of(field, key), cell.value) for key, cell in row.items()}
            for row in rows
        ]
        return Read(typed=kept[:200], faults=tuple(faults))
    whole = [{key: cell.value for key, cell in row.items() if cell.value is not None} for row in rows]
    return Read(value=whole or None)


def column_of(field: FormField, key: str) -> FormField:
    """The column of that key; raises KeyError."""
    return {column.key: column for column in field.columns}[key]


def _within(field: FormField, number: Decimal | date) -> None:
    if field.min is not None and number < field.min:  # type: ignore[operator]  # a call's limits are of the field's type
        raise NotAValue(_l("Il valore minimo è %(least)s.", least=_plain(field.min)))
    if field.max is not None and number > field.max:  # type: ignore[operator]
        raise NotAValue(_l("Il valore massimo è %(most)s.", most=_plain(field.max)))


def _plain(limit: Decimal | date) -> str:
    return f"{limit:%d/%m/%Y}" if isinstance(limit, date) else format_decimal(limit)


def _text(field: FormField, text: str) -> str:
    most = field.max_length or LONGEST[field.type]
    if len(text) > most:
        raise NotAValue(
            _l("Il testo può avere al massimo %(most)s caratteri: ne ha %(length)s.", most=most, length=len(text))
        )
    return text


def _number(text: str, words: LazyString, places_: int) -> Decimal:
    try:
        number = parse_decimal(text)
    except ValueError as error:
        raise NotAValue(words) from error
    if number != round(number, places_):
        raise NotAValue(words)
    return number


def _integer(field: FormField, text: str) -> int:
    number = _number(text, _l("Scrivi un numero intero, per esempio 1.234."), 0)
    _within(field, number)
    return int(number)


def _decimal(field: FormField, text: str) -> str:
    number = _number(text, _l("Scrivi un numero con la virgola, per esempio 1.234,5."), 4)
    _within(field, number)
    return f"{number.normalize():f}"


def _money(field: FormField, text: str) -> str:
    number = _number(text, _l("Scrivi un importo in euro con al massimo due decimali, per esempio 1.234,56."), 2)
    _within(field, number)
    return f"{number:.2f}"


def _percent(field: FormField, text: str) -> str:
    number = _number(text, _l("Scrivi una percentuale, per esempio 12,5."), 4)
    _within(field, number)
    if field.min is None and field.max is None and not 0 <= number <= 100:  # noqa: PLR2004 - per cent
        raise NotAValue(_l("Scrivi una percentuale tra 0 e 100."))
    return f"{number.normalize():f}"


def _date(field: FormField, text: str) -> str:
    try:
        day = parse_day(text)
    except ValueError as error:
        raise NotAValue(_l("Scrivi una data che esiste, per esempio 31/12/2025.")) from error
    _within(field, day)
    return day.isoformat()


def _boolean(_field: FormField, text: str) -> bool:
    if text not in {"true", "false"}:
        raise NotAValue(_l("Rispondi sì o no."))
    return text == "true"


def _choice(field: FormField, text: str) -> str:
    if text not in {option.key for option in field.options}:
        raise NotAValue(_l("Scegli tra le risposte proposte."))
    return text


def _email(_field: FormField, text: str) -> str:
    if len(text) > LONGEST_VALUE or not values.is_pec(text):
        raise NotAValue(_l("Scrivi un indirizzo completo, per esempio nome@impresa.it."))
    return text


def _pec(field: FormField, text: str) -> str:
    return _email(field, text).lower()


def _url(_field: FormField, text: str) -> str:
    url = text if "://" in text[:12] else f"https://{text}"
    if len(url) > 2000 or not _URL.fullmatch(url):  # noqa: PLR2004 - what browsers take
        raise NotAValue(_l("Scrivi un indirizzo web, per esempio https://www.impresa.it."))
    return url


def _phone(_field: FormField, text: str) -> str:
    bare = re.sub(r"[\s./()-]", "", text[:64])
    if not _PHONE.fullmatch(bare):
        raise NotAValue(_l("Scrivi un numero di telefono, per esempio +39 035 123456."))
    return bare


def _vat(_field: FormField, text: str) -> str:
    bare = values.compact(text[:64]).removeprefix("IT")
    if not values.is_partita_iva(bare):
        raise NotAValue(_l("Controlla le 11 cifre della partita IVA."))
    return bare


def _tax_code(_field: FormField, text: str) -> str:
    bare = values.compact(text[:64])
    if not values.is_tax_code(bare):
        raise NotAValue(_l("Controlla il codice fiscale: 16 caratteri, oppure 11 cifre per le società."))
    return bare


def _rea(_field: FormField, text: str) -> str:
    bare = values.compact(text[:32])
    code = f"{bare[:2]}-{bare[2:]}"
    if not values.is_rea(code):
        raise NotAValue(_l("Scrivi il numero REA con la sigla della provincia, per esempio MI-1234567."))
    return code


def _ateco(_field: FormField, text: str) -> str:
    code = text.split(" ", maxsplit=1)[0][:12]
    known = _activity(code)
    if known is None:
        raise NotAValue(
            _l("Il codice ATECO «%(code)s» non esiste: cercalo scrivendo una parola dell'attività.", code=code)
        )
    return known.code


def _activity(code: str) -> ateco.Activity | None:
    """The activity, by the newest edition that knows the code."""
    return next((found for edition in reversed(ateco.EDITIONS) if (found := ateco.find(code, edition))), None)


def _municipality(_field: FormField, text: str) -> str:
    text = text[:100]
    named = _NAMED_PLACE.fullmatch(text)
    found = places.find(text) or (
        places.find_by_name(named[1], named[2].upper()) if named else places.find_by_name(text)
    )
    if found is None:
        raise NotAValue(_l("Scrivi un comune italiano con la sua provincia, per esempio Bergamo (BG)."))
    return found.code


def _province(_field: FormField, text: str) -> str:
    if not values.is_province(text.upper()):
        raise NotAValue(_l("Scegli una provincia."))
    return text.upper()


def _country(_field: FormField, text: str) -> str:
    if text.upper() not in COUNTRIES:
        raise NotAValue(_l("Scegli un paese."))
    return text.upper()


def _hs(_field: FormField, text: str) -> str:
    bare = values.compact(text[:32])
    if not _HS.fullmatch(bare) or not 1 <= int(bare[:2]) <= 97:  # noqa: PLR2004 - chapters of the nomenclature
        raise NotAValue(_l("Scrivi un codice doganale (HS) di 4, 6 o 8 cifre, per esempio 8428.90."))
    return bare


_READERS: Final[dict[FieldType, Callable[[FormField, str], Json]]] = {
    T.TEXT: _text,
    T.LONGTEXT: _text,
    T.INTEGER: _integer,
    T.DECIMAL: _decimal,
    T.MONEY: _money,
    T.PERCENT: _percent,
    T.DATE: _date,
    T.BOOLEAN: _boolean,
    T.CHOICE: _choice,
    T.EMAIL: _email,
    T.PEC: _pec,
    T.URL: _url,
    T.PHONE: _phone,
    T.VAT: _vat,
    T.TAX_CODE: _tax_code,
    T.REA: _rea,
    T.ATECO: _ateco,
    T.MUNICIPALITY: _municipality,
    T.PROVINCE: _province,
    T.COUNTRY: _country,
    T.HS: _hs,
}


def show(field: FormField, value: Json) -> Json:  # noqa: PLR0911 - a table of types
    """The value as its input holds it: what `read` would read back."""
    match field.type:
        case _ if value is None:
            return [] if field.type in {T.CHOICES, T.TABLE} else ""
        case T.TABLE:
            return [{column.key: show(column, row.get(column.key)) for column in field.columns} for row in value]
        case T.CHOICES:
            return list(value)
        case T.DECIMAL | T.PERCENT:
            return format_decimal(Decimal(value))
        case T.MONEY:
            return format_decimal(Decimal(value), places=2)
        case T.DATE:
            return f"{date.fromisoformat(value):%d/%m/%Y}"
        case T.BOOLEAN:
            return "true" if value else "false"
    return str(value)


def fits(field: FormField, value: Json) -> bool:
    """Whether a stored value is still one of this field: a call may have been amended since."""
    if not isinstance(value, str | int) or (isinstance(value, str) and len(value) > REMEMBERED):
        return _fits(field, value)
    known, asked = _fitting(field), (type(value), value)
    if asked not in known:
        if len(known) >= MOST_REMEMBERED:
            known.clear()
        known[asked] = _fits(field, value)
    return known[asked]


@once
def _fitting(_field: FormField) -> dict[tuple[type, Json], bool]:
    """Short values met in this field: each page of an application asks of all of them again."""
    return {}


def _fits(field: FormField, value: Json) -> bool:
    try:
        found = read(field, show(field, value))
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        return False
    return not found.faults and found.value == value


def doubt(field: FormField, value: Json) -> LazyString | None:
    """What a person should look at again, though it is no fault."""
    if field.type is T.PEC and value and values.is_pec_suspicious(value):
        return _l("Questo dominio è di posta ordinaria: controlla che sia davvero una casella PEC.")
    return None


def spell(field: FormField, value: Json, language: Language = "it") -> str:  # noqa: C901, PLR0911 - a table of types
    """The value for a reader; a table is spelt cell by cell by its columns. Empty for None."""
    locale = {"it": "it_IT", "en": "en_GB"}[language]
    match field.type:
        case _ if value is None:
            return ""
        case T.CHOICE | T.CHOICES:
            labels = {option.key: option.label.in_(language) for option in field.options}
            return ", ".join(labels.get(key, key) for key in ([value] if isinstance(value, str) else value))
        case T.BOOLEAN:
            return {"it": ("No", "Sì"), "en": ("No", "Yes")}[language][bool(value)]
        case T.INTEGER if abs(value) < 10_000:  # noqa: PLR2004 - years and small numbers are not grouped
            return str(value)
        case T.INTEGER | T.DECIMAL:
            return str(localized(Decimal(value), "#,##0.####", locale=locale))
        case T.MONEY:
            return str(localized(Decimal(value), "#,##0.00", locale=locale)) + "\u00a0€"
        case T.PERCENT:
            return str(localized(Decimal(value), "#,##0.####", locale=locale)) + "\u00a0%"
        case T.DATE:
            return f"{date.fromisoformat(value):%d/%m/%Y}"
        case T.ATECO:
            known = _activity(value)
            return f"{value} – {known.title}" if known else str(value)
        case T.MUNICIPALITY:
            place = places.find(value)
            return place.label if place else str(value)
        case T.PROVINCE:
            return f"{values.PROVINCES.get(value, value)} ({value})"
        case T.COUNTRY:
            return str(Locale(language).territories.get(value, value))
    return str(value)
