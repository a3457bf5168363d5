"""How values are shown: instants in Rome, money, numbers, texts of a call. All follow the page's language."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, format_decimal, format_percent
from flask import Flask

from portal.kernel.clock import ROME
from portal.kernel.text import Text
from portal.web.language import current

_PATTERNS = {"it": "d MMMM y 'alle' HH:mm", "en": "d MMMM y 'at' HH:mm", "ru": "d MMMM y 'г., 'HH:mm"}
_SHORT = {"it": "dd/MM/y, HH:mm", "en": "d MMM y, HH:mm", "ru": "dd.MM.y, HH:mm"}
_LOCALES = {"it": "it_IT", "en": "en_GB", "ru": "ru_RU"}


def _locale() -> str:
    return _LOCALES[current()]


def rome(at: datetime | None, *, short: bool = False) -> str:
    """`5 marzo 2026 alle 12:00`, or `05/03/2026, 12:00`; empty for None."""
    if at is None:
        return ""
    pattern = (_SHORT if short else _PATTERNS)[current()]
    return format_datetime(at, pattern, tzinfo=ROME, locale=_locale())


def day(on: date | datetime | None, *, short: bool = False) -> str:
    """`5 marzo 2026`, or `05/03/2026`; an instant counts as its day in Rome."""
    if on is None:
        return ""
    if isinstance(on, datetime):
        on = on.astimezone(ROME).date()
    return on.strftime("%d/%m/%Y") if short else format_date(on, "d MMMM y", locale=_locale())


def clock(at: datetime | None) -> str:
    """`10:42`, in Rome."""
    return format_time(at, "HH:mm", tzinfo=ROME, locale=_locale()) if at else ""


def eur(amount: Decimal | int | str | None, *, cents: bool | None = None) -> str:
    """`1.500.000 €`; cents where there are any, or as `cents` says."""
    if amount is None or amount == "":
        return ""
    value = Decimal(amount)
    with_cents = value != value.to_integral_value() if cents is None else cents
    pattern = "#,##0.00\u00a0¤" if with_cents else "#,##0\u00a0¤"
    return format_currency(value, "EUR", pattern, locale=_locale(), currency_digits=False)


def num(value: Decimal | float | str | None, *, places: int | None = None) -> str:
    """`1.234,5`; with `places`, exactly so many digits after the comma."""
    if value is None or value == "":
        return ""
    pattern = "#,##0.######" if places is None else "#,##0." + "0" * places if places else "#,##0"
    return _formatted(Decimal(str(value)), pattern, _locale())


@lru_cache(maxsize=4096)
def _formatted(value: Decimal, pattern: str, locale: str) -> str:
    """Remembered: a page says the same few limits and counts again and again."""
    return format_decimal(value, pattern, locale=locale)


def pct(share: Decimal | float | str | None, *, places: int = 1) -> str:
    """A share of one: 0.125 -> `12,5%`."""
    if share is None or share == "":
        return ""
    return format_percent(Decimal(str(share)), f"#,##0.{'#' * places}%", locale=_locale())


def size(octets: int | None) -> str:
    """`2,4 MB`, in thousands as file managers count."""
    if octets is None:
        return ""
    amount, unit = Decimal(octets), "B"
    for larger in ("kB", "MB", "GB"):
        if amount < 1000:  # noqa: PLR2004 - the thousand of kilo
            break
        amount, unit = amount / 1000, larger
    return f"{num(round(amount, 0 if unit in 'BkB' else 1))}\u00a0{unit}"


def tr(text: Text | Mapping[str, str] | object) -> str:
    """A call's own text in the page's language; what is not such a text, as it is."""
    if isinstance(text, Text):
        return text.in_(current())
    if isinstance(text, Mapping) and "it" in text:
        return text.get(current()) or text.get("en") or text["it"]
    return "" if text is None else str(text)


def init_app(app: Flask) -> None:
    """Give templates all of the above."""
    for shown in (rome, day, clock, eur, num, pct, size, tr):
        app.add_template_filter(shown)
