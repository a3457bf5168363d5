"""How well a reviewer's knowledge matches an application. A preference, never a bar."""

import re
from collections.abc import Collection
from dataclasses import dataclass

DIVISION, PATHWAY, LANGUAGE, KEYWORD, KEYWORDS_AT_MOST = 8, 4, 4, 2, 2


@dataclass(frozen=True, kw_only=True)
class Expertise:
    """What a reviewer knows: ATECO divisions, pathways, words, languages."""

    divisions: frozenset[str] = frozenset()
    pathways: frozenset[str] = frozenset()
    keywords: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What an application is about: the firm's divisions, its pathway, that pathway's languages, its words."""

    divisions: frozenset[str] = frozenset()
    pathway: str | None = None
    languages: frozenset[str] = frozenset()
    words: str = ""


def match(known: Expertise, subject: Subject) -> int:
    """0 to 20: the same division 8, the pathway 4, one of its languages 4, each of two keywords found 2."""
    points = DIVISION * bool(known.divisions & subject.divisions) + PATHWAY * (subject.pathway in known.pathways)
    points += LANGUAGE * bool(known.languages & subject.languages)
    return points + KEYWORD * min(KEYWORDS_AT_MOST, _found(known.keywords, subject.words))


def _found(keywords: Collection[str], text: str) -> int:
    lowered = text.casefold()
    return sum(re.search(rf"\b{re.escape(word.casefold())}\b", lowered) is not None for word in sorted(keywords))
