"""Numbers and dates as Italians write them. Pure: text in, values out, ValueError for what is neither."""

import re
from datetime import date, datetime
from decimal import Decimal

from portal.kernel.clock import ROME

_WHOLE = r"\d{1,3}(?:\.\d{3})+|\d{1,15}"
_DECIMAL = re.compile(rf"([-+]?)({_WHOLE})(?:,(\d{{1,6}}))?", re.ASCII)
_KEYPAD = re.compile(r"([-+]?)(\d{1,15})\.(\d{1,2}|\d{4,6})", re.ASCII)
_DAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_INSTANT = re.compile(r"(\S+)[ T]+(?:ore )?(\d{1,2})[:.](\d{2})", re.ASCII)

_FIRST_YEAR, _LAST_YEAR = 1000, 9990


def parse_decimal(text: str) -> Decimal:
    """`1.234,56` -> 1234.56. A lone point not before three digits is the numeric keypad's comma.

    `1.234` is one thousand two hundred and thirty-four; `1,234.56` is refused rather than guessed.
    """
    bare = re.sub(r"[\s€%'\u00a0\u202f]", "", text[:64])
    if match := _DECIMAL.fullmatch(bare):
        sign, whole, fraction = match.groups()
        return Decimal(f"{sign}{whole.replace('.', '')}.{fraction or 0}")
    if match := _KEYPAD.fullmatch(bare):
        return Decimal(bare)
    msg = "not a number"
    raise ValueError(msg)


def format_decimal(value: Decimal | int, *, places: int | None = None) -> str:
    """1234.5 -> `1.234,5`; with `places=2` -> `1.234,50`. The form in which fields show numbers."""
    number = Decimal(value)
    if places is None:
        places = 0 if number == number.to_integral_value() else max(0, -int(number.normalize().as_tuple().exponent))
    return f"{number:,.{places}f}".translate(str.maketrans(",.", ".,"))


def parse_day(text: str) -> date:
    """`5/3/2026`, `05.03.2026`, `05-03-2026` or `2026-03-05`."""
    bare = text.strip()[:32]
    if match := _ISO.fullmatch(bare):
        return _day(*(int(part) for part in match.groups()))
    if match := _DAY.fullmatch(bare):
        day, month, year = (int(part) for part in match.groups())
        return _day(year, month, day)
    msg = "not a day"
    raise ValueError(msg)


def _day(year: int, month: int, day: int) -> date:
    """At the ends of the calendar an hour of another zone is no instant any more, and what is kept can't be read."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        msg = "not a year of ours"
        raise ValueError(msg)
    return date(year, month, day)


def parse_instant(text: str) -> datetime:
    """`05/03/2026 12:00` on Rome's clocks -> an aware instant. The first of a repeated hour."""
    match = _INSTANT.fullmatch(text.strip()[:48])
    if not match:
        msg = "not an instant"
        raise ValueError(msg)
    day = parse_day(match[1])
    return datetime(day.year, day.month, day.day, int(match[2]), int(match[3]), tzinfo=ROME)
