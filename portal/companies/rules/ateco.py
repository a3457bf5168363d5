"""ATECO codes of the editions 2007, 2022 and 2025: titles, search, correspondence (ISTAT, through the `ateco` package).

Codes are dotted, from the division (`28`) to the subcategory (`28.93.00`). Sections are letters that moved between
editions, so nothing here decides by them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, Literal

import ateco as istat
from ateco._load import load_correspondence_2025_2022, load_nodes

from portal.companies.rules.folding import fold

Edition = Literal["2007", "2022", "2025"]
EDITIONS: Final[tuple[Edition, ...]] = ("2007", "2022", "2025")
CURRENT: Final[Edition] = "2025"

_SECTIONS = {"section"}
_SEPARATORS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Activity:
    """A code and its title, in Italian as ISTAT wrote it."""

    code: str
    title: str
    edition: str
    is_most_precise: bool


class Match(StrEnum):
    """How a code stands to a list of prefixes once it is translated into their edition."""

    YES = "yes"
    NO = "no"
    UNCERTAIN = "uncertain"


def find(code: str, edition: Edition = CURRENT) -> Activity | None:
    """The activity of that code, dotted or compact; None if the edition has no such code."""
    text = (code or "").strip()
    if not text or len(text) > 10 or text.isalpha():  # noqa: PLR2004 - the longest is NN.NN.NN
        return None
    node = load_nodes(edition).get(istat.canonicalize(text))
    return _activity(node, edition) if node and node["level"] not in _SECTIONS else None


def search(text: str, edition: Edition = CURRENT, *, limit: int = 20) -> list[Activity]:
    """Activities in which each word typed occurs: by code first, then by title, then by ISTAT's notes."""
    typed = [word for word in fold(text[:80]).split() if _SEPARATORS.sub("", word)]
    words = tuple(word if word[0].isdigit() else _stem(word) for word in typed)
    if not words:
        return []
    hits = [(rank, entry.code) for entry in _index(edition) if (rank := _rank(words, entry)) is not None]
    nodes = load_nodes(edition)
    return [_activity(nodes[code], edition) for _, code in sorted(hits)[:limit]]


def division(code: str) -> str:
    """The first two digits."""
    return code[:2]


def translate(code: str, source: Edition, target: Edition) -> tuple[str, ...]:
    """The codes of `target` that share something with `code` of `source`, in order; empty if unknown.

    ISTAT gives a table between 2022 and 2025; 2022 only split a few subcategories of 2007.
    """
    codes: Iterable[str] = (code,) if find(code, source) else ()
    path = EDITIONS if EDITIONS.index(source) <= EDITIONS.index(target) else EDITIONS[::-1]
    hops = path[path.index(source) : path.index(target) + 1]
    for here, there in pairwise(hops):
        codes = {other for one in codes for other in _hop(one, here, there)}
    return tuple(sorted(codes))


def matches(code: str, prefixes: Iterable[str], *, edition: Edition = CURRENT, listed: Edition = CURRENT) -> Match:
    """Whether `code` of `edition` falls under one of `prefixes` of `listed`.

    Uncertain where only some of the translations do, where the code is broader than a prefix, or where it is unknown.
    """
    return _matches(code, tuple(prefixes), edition, listed)


@lru_cache(maxsize=50_000)
def _matches(code: str, prefixes: tuple[str, ...], edition: Edition, listed: Edition) -> Match:
    answers = {_under(one, prefixes) for one in translate(code, edition, listed)}
    return answers.pop() if len(answers) == 1 else Match.UNCERTAIN


def _under(code: str, prefixes: tuple[str, ...]) -> Match:
    digits = _digits(code)
    if any(digits.startswith(_digits(prefix)) for prefix in prefixes):
        return Match.YES
    return Match.UNCERTAIN if any(_digits(prefix).startswith(digits) for prefix in prefixes) else Match.NO


def _digits(code: str) -> str:
    return code.replace(".", "")


def _activity(node: dict[str, Any], edition: str) -> Activity:
    title = node["title"]
    return Activity(
        code=node["code"],
        title=title.capitalize() if title.isupper() else title,
        edition=edition,
        is_most_precise=node["level"] == "subcategory",
    )


@dataclass(frozen=True)
class _Entry:
    code: str
    title: str
    notes: str


def _stem(word: str) -> str:
    """`vino` -> ` vin`, the beginning of a word: `vini` and `vinificazione`, not `bovino`."""
    letters = _SEPARATORS.sub(" ", word).strip()
    stem = letters.rstrip("aeiou") if len(letters) > 3 else letters  # noqa: PLR2004 - short words have short endings
    return f" {stem or letters}"


def _words(*texts: str) -> str:
    return " " + _SEPARATORS.sub(" ", fold(" ".join(texts)))


def _rank(words: tuple[str, ...], entry: _Entry) -> tuple[int, bool, bool] | None:
    """How near an entry is to the words, the least first; None if it has not all of them."""
    by_code = [entry.code.startswith(word) or _digits(entry.code).startswith(_digits(word)) for word in words]
    if all(by_code):
        return (0, False, False)
    is_wide = len(entry.code) < len("NN.NN.NN")
    if all(code or word in entry.title for code, word in zip(by_code, words, strict=True)):
        return (1, is_wide, not entry.title.startswith(words[0]))
    if all(word in entry.title or word in entry.notes for word in words):
        return (2, is_wide, False)
    return None


@lru_cache(maxsize=3)
def _index(edition: Edition) -> list[_Entry]:
    """Searchable text; what a code excludes is no way to find it."""
    return [
        _Entry(
            code, _words(node["title"]), _words(*(text for key, text in node["notes"].items() if key != "esclusione"))
        )
        for code, node in load_nodes(edition).items()
        if node["level"] not in _SECTIONS
    ]


def _hop(code: str, here: Edition, there: Edition) -> set[str]:
    if "2025" in (here, there):
        return _table(here).get(code, set())
    known = load_nodes(there)
    if code in known:
        return {code}
    split = {other for other in known if other.startswith(code[:-1]) and len(other) == len(code)}
    return split or {_nearest(code, known)}


def _nearest(code: str, known: dict[str, dict[str, Any]]) -> str:
    """The narrowest code of `known` that holds this one: a division at the widest."""
    while code not in known:
        code = code[:-1].rstrip(".")
    return code


@lru_cache(maxsize=2)
def _table(source: Edition) -> dict[str, set[str]]:
    """ISTAT's correspondence, one way."""
    here, there = ("code_2025", "code_2022") if source == "2025" else ("code_2022", "code_2025")
    table: dict[str, set[str]] = defaultdict(set)
    for row in load_correspondence_2025_2022()["mappings"]:
        table[row[here]].add(row[there])
    return table
