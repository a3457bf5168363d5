"""Numbers in words' company: as Italians and as the English write them, always the same."""

from decimal import Decimal

from portal.kernel.text import Language

Number = Decimal | int


def number(value: Number, language: Language = "it") -> str:
    """`1234.5` -> `1.234,5` or `1,234.5`; at most two decimals, none where there are none."""
    text = f"{Decimal(value):,.2f}".rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,")) if language == "it" else text


def eur(value: Number, language: Language = "it") -> str:
    """`11500` -> `11.500 €` or `€11,500`."""
    return f"{number(value)} €" if language == "it" else f"€{number(value, 'en')}"


def percent(value: Number, language: Language = "it") -> str:
    """`24.99` -> `24,99 %` or `24.99%`."""
    return f"{number(value)} %" if language == "it" else f"{number(value, 'en')}%"
