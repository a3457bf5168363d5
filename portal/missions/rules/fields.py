"""What is known of a traveller, and which recipient is told which part of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from flask_babel import LazyString, lazy_gettext as _l

FIELDS: Final[Mapping[str, LazyString]] = {
    "family_name": _l("Cognome come nel passaporto"),
    "given_names": _l("Nomi come nel passaporto"),
    "born_on": _l("Data di nascita"),
    "born_in": _l("Luogo di nascita"),
    "nationality": _l("Nazionalità"),
    "passport_number": _l("Numero del passaporto"),
    "issued_on": _l("Data di rilascio"),
    "expires_on": _l("Data di scadenza"),
    "mrz": _l("Righe in fondo al passaporto"),
    "role": _l("Ruolo nell'impresa"),
    "phone": _l("Telefono in viaggio"),
    "email": _l("E-mail in viaggio"),
    "diet": _l("Dieta, allergie"),
    "emergency": _l("Chi avvisare in caso di emergenza"),
    "room": _l("Camera"),
    "shares_with": _l("Divide la camera con"),
    "nights": _l("Notti"),
    "flight_out": _l("Volo di andata"),
    "flight_back": _l("Volo di ritorno"),
}
"""Every personal field; each is sealed by itself. There is no other place for what is known of a traveller."""

NEEDED: Final = ("family_name", "given_names", "born_on", "nationality", "passport_number", "expires_on")
OPEN: Final = frozenset({"diet", "room", "nights", "flight_out", "flight_back", "role"})
"""Fields that staff may see unmasked beside the others masked: none identifies anybody."""

COMPANY: Final = "company"
BADGE: Final = "badge"
NAMES: Final = ("family_name", "given_names")


class Purpose(StrEnum):
    """For whom a list is."""

    AIRLINE = "airline"
    HOTEL = "hotel"
    EMBASSY = "embassy"
    HOST = "host"
    INSURANCE = "insurance"
    TRANSFER = "transfer"
    DIETS = "diets"
    DOOR = "door"


@dataclass(frozen=True)
class Sheet:
    """A kind of list: its title, and the fields that its recipient gets, in their order."""

    title: LazyString
    fields: tuple[str, ...]


SHEETS: Final[Mapping[Purpose, Sheet]] = {
    Purpose.AIRLINE: Sheet(
        _l("Compagnia aerea"),
        (*NAMES, "born_on", "nationality", "passport_number", "expires_on", "flight_out", "flight_back"),
    ),
    Purpose.HOTEL: Sheet(_l("Albergo"), (*NAMES, "nationality", "passport_number", "room", "shares_with", "nights")),
    Purpose.EMBASSY: Sheet(
        _l("Ambasciata"),
        (*NAMES, "born_on", "born_in", "nationality", "passport_number", "issued_on", "expires_on", COMPANY, "role"),
    ),
    Purpose.HOST: Sheet(_l("Organizzazione ospitante"), (*NAMES, COMPANY, "role")),
    Purpose.INSURANCE: Sheet(_l("Assicurazione"), (*NAMES, "born_on", "born_in", "nationality", "emergency")),
    Purpose.TRANSFER: Sheet(_l("Trasferimenti"), (*NAMES, "phone", "flight_out", "flight_back")),
    Purpose.DIETS: Sheet(_l("Pasti e allergie"), (*NAMES, "diet")),
    Purpose.DOOR: Sheet(_l("Ingresso"), (*NAMES, COMPANY, BADGE)),
}
"""Each list holds only what that recipient needs; nothing else leaves the vault for it."""

LABELS: Final[Mapping[str, LazyString]] = {**FIELDS, COMPANY: _l("Impresa"), BADGE: _l("Tesserino")}
DATES: Final = frozenset({"born_on", "issued_on", "expires_on"})


def masked(field: str, value: str) -> str:
    """A value that can be recognised by who knows it, and read by nobody else."""
    if not value or field in OPEN:
        return value
    if field == "family_name":
        return f"{value[:1]}."
    if field == "given_names":
        return value.split(maxsplit=1)[0] if value.split() else ""
    if field == "passport_number":
        return f"•••••{value[-3:]}"
    return "•••••"


def short_name(told: Mapping[str, str]) -> str:
    """`Mario R.`: enough to speak of somebody on a page that is no list."""
    return " ".join(filter(None, (masked(name, told.get(name, "")) for name in reversed(NAMES))))


def changes(before: Iterable[Mapping[str, str]], now: Iterable[Mapping[str, str]]) -> dict[str, list[str]]:
    """By traveller (`id`), the fields that differ; `+` alone for who is new, `-` alone for who is gone."""
    old, new = {row["id"]: row for row in before}, {row["id"]: row for row in now}
    found = {id_: ["+"] for id_ in new.keys() - old.keys()} | {id_: ["-"] for id_ in old.keys() - new.keys()}
    for id_ in old.keys() & new.keys():
        if differ := sorted(key for key in old[id_].keys() | new[id_].keys() if old[id_].get(key) != new[id_].get(key)):
            found[id_] = differ
    return found
