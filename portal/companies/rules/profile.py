"""The profile of a firm: its parts, what each may hold, and the refusals."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Final
from uuid import UUID

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import Conflict, DomainError
from portal.kernel.text import canonical_json, sha256_hex

YEARS: Final = 3
MOST_HOLDINGS: Final = 50
MOST_REPRESENTATIVES: Final = 10
_LONGEST_ID: Final = 80


class VatTaken(DomainError):
    """The VAT number has a profile: said to whoever types it, without saying whose it is."""

    text = _l(
        "Non puoi aggiungere da qui questa partita IVA. Se l'impresa usa già il portale, chiedi a chi la gestisce "
        "di invitarti dalla pagina «Persone e deleghe»; se non sai chi sia, scrivi all'assistenza."
    )


class SectionChanged(Conflict):
    """A colleague saved the same part in the meantime; both texts are still there."""

    text = _l(
        "Nel frattempo %(by)s ha modificato questa parte. Qui sotto c'è quello che hai scritto: confrontalo con i dati "
        "attuali e salva di nuovo per sostituirli."
    )


class YearsApart(DomainError):
    """Figures with a hole between two years."""

    text = _l("Gli esercizi devono essere consecutivi: compila anche quello in mezzo.")


class TooMany(DomainError):
    """More rows than anybody has."""

    text = _l("Sono troppe: il massimo è %(limit)s.")


class FiguresDisagree(DomainError):
    """The same firm, by name, with two different figures."""

    text = _l("La stessa impresa compare in due punti con dati diversi: scrivi gli stessi, o distingui i nomi.")


class RelationUnclear(DomainError):
    """A holding that the size test can't read."""

    text = _l("La partecipazione non si può leggere: controlla le quote e i dati indicati.")


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who the firm is; the VAT number never changes."""

    name: ClassVar[str] = "identity"
    legal_name: str
    legal_form: str
    is_sole_trader: bool
    tax_code: str
    rea: str | None
    founded_on: date | None
    pec: str | None
    phone: str | None
    website: str | None


@dataclass(frozen=True, kw_only=True)
class Seats:
    """Registered office, and the operating site where it is elsewhere; codes of ISTAT."""

    name: ClassVar[str] = "seats"
    address: str | None
    municipality: str | None
    municipality_code: str | None
    province: str | None
    postcode: str | None
    site_address: str | None = None
    site_municipality: str | None = None
    site_municipality_code: str | None = None
    site_province: str | None = None
    site_postcode: str | None = None


@dataclass(frozen=True, kw_only=True)
class Activity:
    """What the firm does, in codes of one edition of ATECO."""

    name: ClassVar[str] = "activity"
    ateco_edition: str
    ateco_primary: str | None
    ateco_secondary: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class YearFigures:
    """A closed year: annual work units, whole euros, export in per cent of turnover."""

    year: int
    awu: Decimal
    turnover_eur: int
    balance_eur: int
    export_share: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Up to three closed years, oldest first. `merged`: a merger or takeover in the last one."""

    name: ClassVar[str] = "figures"
    years: tuple[YearFigures, ...]
    merged: bool


@dataclass(frozen=True, kw_only=True)
class Person:
    """A legal representative."""

    full_name: str
    tax_code: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Representatives:
    """Who signs for the firm."""

    name: ClassVar[str] = "representatives"
    people: tuple[Person, ...]


@dataclass(frozen=True, kw_only=True)
class HoldingFacts:
    """A neighbour. `relation` as in the contract of the size test, but for `id`; `linked_to` names other holdings."""

    name: ClassVar[str] = "holding"
    holder: str
    tax_code: str | None
    relation: Mapping[str, Any]


Part = Identity | Seats | Activity | Figures | Representatives


def fingerprint(part: Part | HoldingFacts | None) -> str:
    """Sixteen digits that change with the part: what a form saw when it was opened."""
    return sha256_hex(canonical_json(asdict(part) if part else None))[:16]


def check_years(figures: Figures) -> None:
    """Raise YearsApart or TooMany."""
    years = [one.year for one in figures.years]
    if len(years) > YEARS:
        raise TooMany(limit=YEARS)
    if years and years != list(range(years[0], years[0] + len(years))):
        raise YearsApart


def enterprise(figures: Figures, holdings: Iterable[tuple[UUID, HoldingFacts]]) -> dict[str, Any] | None:
    """The contract's `enterprise`, as JSON; None while there is no year of figures.

    Neighbours are known by their names, so that the steps read well; the same name on both sides is one firm.
    """
    if not figures.years:
        return None
    rows = list(holdings)
    names = _names(rows)
    years = [
        {"year": one.year, "awu": str(one.awu), "turnover_eur": one.turnover_eur, "balance_eur": one.balance_eur}
        for one in figures.years
    ]
    relations = [
        {
            **facts.relation,
            "id": names[id_],
            "linked_to": [names[UUID(other)] for other in facts.relation.get("linked_to", ()) if UUID(other) in names],
        }
        for id_, facts in rows
    ]
    return {"years": years, "relations": relations, "merged": figures.merged}


def _names(rows: Iterable[tuple[UUID, HoldingFacts]]) -> dict[UUID, str]:
    names: dict[UUID, str] = {}
    taken: set[tuple[str, str]] = set()
    for id_, facts in rows:
        side = str(facts.relation.get("side", ""))
        name, number = facts.holder[:_LONGEST_ID], 1
        while (name, side) in taken:
            number += 1
            name = f"{facts.holder[: _LONGEST_ID - 5]} ({number})"
        taken.add((name, side))
        names[id_] = name
    return names


def gaps(*parts: Part) -> list[str]:
    """Those of the parts that lack what every call asks for, by name, in the order given."""
    return [part.name for part in parts if _lacks(part)]


def _lacks(part: Part) -> bool:
    match part:
        case Identity():
            return not all((part.rea, part.pec, part.legal_form, part.founded_on))
        case Seats():
            return not all((part.address, part.municipality_code, part.postcode))
        case Activity():
            return not part.ateco_primary
        case Figures():
            return not part.years
        case Representatives():
            return not part.people
