"""The two lines at the foot of a passport (ICAO 9303 part 4, TD3): their check digits, and what they say."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from itertools import cycle

LENGTH = 44
_LINE = re.compile(rf"[A-Z0-9<]{{{LENGTH}}}")


@dataclass(frozen=True, kw_only=True)
class Zone:
    """What the two lines say; `is_sound`: every check digit is right."""

    family_name: str
    given_names: str
    number: str
    nationality: str
    born: str
    expires: str
    is_sound: bool


def check_digit(text: str) -> int:
    """Weights 7, 3, 1; digits count themselves, A to Z ten to thirty-five, the filler nothing."""
    values = (0 if sign == "<" else int(sign, 36) for sign in text)
    return sum(value * weight for value, weight in zip(values, cycle((7, 3, 1)))) % 10


def read(text: str) -> Zone | None:
    """The zone in `text`; None where it is not two lines of forty-four signs of a passport."""
    lines = "".join(text.upper().split())
    first, second = lines[:LENGTH], lines[LENGTH:]
    if not (_LINE.fullmatch(first) and _LINE.fullmatch(second) and first.startswith("P")):
        return None
    family, _, given = first[5:].partition("<<")
    checked = ((second[:9], second[9]), (second[13:19], second[19]), (second[21:27], second[27]))
    whole = second[:10] + second[13:20] + second[21:43]
    optional = second[42] in {"<", str(check_digit(second[28:42]))}
    sound = all(digit == str(check_digit(part)) for part, digit in (*checked, (whole, second[43])))
    return Zone(
        family_name=family.replace("<", " ").strip(),
        given_names=given.replace("<", " ").strip(),
        number=second[:9].rstrip("<"),
        nationality=second[10:13].rstrip("<"),
        born=second[13:19],
        expires=second[21:27],
        is_sound=sound and optional,
    )


def lines(*, family: str, given: str, number: str, nationality: str, born: date, expires: date) -> str:
    """The two lines of such a passport, of no sex and no optional data: for examples and tests."""
    first = f"P<{nationality}{plain(family)}<<{plain(given)}".ljust(LENGTH, "<")[:LENGTH]
    parts = number.upper().ljust(9, "<"), f"{born:%y%m%d}", f"{expires:%y%m%d}"
    number_, born_, expires_ = (f"{part}{check_digit(part)}" for part in parts)
    second = f"{number_}{nationality}{born_}<{expires_}".ljust(42, "<") + "0"
    return f"{first}\n{second}{check_digit(second[:10] + second[13:20] + second[21:43])}"


def plain(name: str) -> str:
    """A name as the zone writes it: no accents, blanks and hyphens as fillers, apostrophes dropped."""
    bare = unicodedata.normalize("NFD", name.upper().replace("'", "").replace("’", ""))
    return "<".join(re.findall(r"[A-Z]+", "".join(sign for sign in bare if not unicodedata.combining(sign))))


def disagreements(zone: Zone, told: dict[str, str]) -> list[str]:
    """Names of the fields whose typed value is not what the zone says; a long name may be cut there."""
    wrong = []
    for field, there in (("family_name", zone.family_name), ("given_names", zone.given_names)):
        typed = plain(told.get(field, "")).replace("<", " ")
        if typed and not typed.startswith(there):
            wrong.append(field)
    if (number := told.get("passport_number", "")) and number.upper() != zone.number:
        wrong.append("passport_number")
    if (nationality := told.get("nationality", "")) and nationality != zone.nationality:
        wrong.append("nationality")
    for field, there in (("born_on", zone.born), ("expires_on", zone.expires)):
        if (typed := told.get(field, "")) and date.fromisoformat(typed).strftime("%y%m%d") != there:
            wrong.append(field)
    return wrong
