"""The single undertaking, art. 2(2) Reg. (EU) 2023/2831: firms tied by control, chain-wise. Not the SME test.

A firm is known by a code: its VAT number, or the tax code under which others name it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from portal.companies.rules.enterprise import HolderKind
from portal.eligibility.rules.case import as_number

MAJORITY: Final = Decimal(50)
PEOPLE: Final = frozenset({HolderKind.NATURAL_PERSON, HolderKind.BUSINESS_ANGEL})


@dataclass(frozen=True)
class Link:
    """What the firm `stated_by` says of another; `is_alias`: two codes of one and the same firm."""

    stated_by: str
    other: str
    name: str = ""
    is_alias: bool = False


def is_majority(relation: Mapping[str, Any]) -> bool:
    """Whether a holding is control over a firm, or by one: more than half of the votes, or control otherwise.

    People are no undertaking here: links through them are disputed, and are only warned of.
    """
    if relation.get("kind") in PEOPLE:
        return False
    votes = as_number(relation.get("votes_pct"))
    share = as_number(relation.get("capital_pct")) if votes is None else votes
    return relation.get("controls") is True or (share or Decimal(0)) > MAJORITY


def is_control_by_a_person(relation: Mapping[str, Any]) -> bool:
    """Whether a person controls the firm: firms of the same person may be one undertaking."""
    return relation.get("kind") in PEOPLE and is_majority({**relation, "kind": HolderKind.ENTERPRISE})


def together(start: Collection[str], links: Iterable[Link], *, only_stated: bool = False) -> frozenset[str]:
    """Every code tied to those of `start`: the connected component.

    `only_stated`: a link is followed from the firm that states it alone, so that nobody learns of another's aid
    by claiming to be tied to it.
    """
    neighbours: dict[str, set[str]] = defaultdict(set)
    for link in links:
        neighbours[link.stated_by].add(link.other)
        if link.is_alias or not only_stated:
            neighbours[link.other].add(link.stated_by)
    reached, waiting = set(start), list(start)
    while waiting:
        fresh = neighbours[waiting.pop()] - reached
        reached |= fresh
        waiting += fresh
    return frozenset(reached)


def pair(one: str, other: str) -> tuple[str, str]:
    """Two codes in a fixed order: a link is the same from either end."""
    return (one, other) if one <= other else (other, one)
