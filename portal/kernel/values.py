"""Single values: is one well formed? Whether it is true, only a register knows.

Predicates take the text as typed, spaces and separators removed by the caller's filter or by `compact`.
"""

import re
from typing import Final

from stdnum.exceptions import ValidationError
from stdnum.it import codicefiscale, iva

LOMBARDY: Final[dict[str, str]] = {
    "BG": "Bergamo",
    "BS": "Brescia",
    "CO": "Como",
    "CR": "Cremona",
    "LC": "Lecco",
    "LO": "Lodi",
    "MN": "Mantova",
    "MI": "Milano",
    "MB": "Monza e della Brianza",
    "PV": "Pavia",
    "SO": "Sondrio",
    "VA": "Varese",
}

PROVINCES: Final[dict[str, str]] = dict(
    sorted(
        {
            **LOMBARDY,
            "AG": "Agrigento",
            "AL": "Alessandria",
            "AN": "Ancona",
            "AO": "Valle d'Aosta",
            "AP": "Ascoli Piceno",
            "AQ": "L'Aquila",
            "AR": "Arezzo",
            "AT": "Asti",
            "AV": "Avellino",
            "BA": "Bari",
            "BI": "Biella",
            "BL": "Belluno",
            "BN": "Benevento",
            "BO": "Bologna",
            "BR": "Brindisi",
            "BT": "Barletta-Andria-Trani",
            "BZ": "Bolzano",
            "CA": "Cagliari",
            "CB": "Campobasso",
            "CE": "Caserta",
            "CH": "Chieti",
            "CL": "Caltanissetta",
            "CN": "Cuneo",
            "CS": "Cosenza",
            "CT": "Catania",
            "CZ": "Catanzaro",
            "EN": "Enna",
            "FC": "Forlì-Cesena",
            "FE": "Ferrara",
            "FG": "Foggia",
            "FI": "Firenze",
            "FM": "Fermo",
            "FR": "Frosinone",
            "GE": "Genova",
            "GO": "Gorizia",
            "GR": "Grosseto",
            "IM": "Imperia",
            "IS": "Isernia",
            "KR": "Crotone",
            "LE": "Lecce",
            "LI": "Livorno",
            "LT": "Latina",
            "LU": "Lucca",
            "MC": "Macerata",
            "ME": "Messina",
            "MO": "Modena",
            "MS": "Massa-Carrara",
            "MT": "Matera",
            "NA": "Napoli",
            "NO": "Novara",
            "NU": "Nuoro",
            "OR": "Oristano",
            "PA": "Palermo",
            "PC": "Piacenza",
            "PD": "Padova",
            "PE": "Pescara",
            "PG": "Perugia",
            "PI": "Pisa",
            "PN": "Pordenone",
            "PO": "Prato",
            "PR": "Parma",
            "PT": "Pistoia",
            "PU": "Pesaro e Urbino",
            "PZ": "Potenza",
            "RA": "Ravenna",
            "RC": "Reggio Calabria",
            "RE": "Reggio nell'Emilia",
            "RG": "Ragusa",
            "RI": "Rieti",
            "RM": "Roma",
            "RN": "Rimini",
            "RO": "Rovigo",
            "SA": "Salerno",
            "SI": "Siena",
            "SP": "La Spezia",
            "SR": "Siracusa",
            "SS": "Sassari",
            "SU": "Sud Sardegna",
            "SV": "Savona",
            "TA": "Taranto",
            "TE": "Teramo",
            "TN": "Trento",
            "TO": "Torino",
            "TP": "Trapani",
            "TR": "Terni",
            "TS": "Trieste",
            "TV": "Treviso",
            "UD": "Udine",
            "VB": "Verbano-Cusio-Ossola",
            "VC": "Vercelli",
            "VE": "Venezia",
            "VI": "Vicenza",
            "VR": "Verona",
            "VT": "Viterbo",
            "VV": "Vibo Valentia",
        }.items(),
        key=lambda province: province[1],
    )
)
"""Car-plate code -> name, by name: what ISTAT lists as provinces, metropolitan cities and the like."""

_OFFICES = {*(f"{n:03}" for n in range(1, 101)), "120", "121", "888", "999"}
_PERSON = re.compile(r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]")
_REA = re.compile(r"([A-Z]{2})-(\d{1,7})", re.ASCII)
_MAILBOX = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_ORDINARY_MAIL = {
    "alice.it", "fastwebnet.it", "gmail.com", "googlemail.com", "hotmail.com", "hotmail.it", "icloud.com",
    "inwind.it", "iol.it", "libero.it", "live.com", "live.it", "me.com", "msn.com", "outlook.com",
    "outlook.it", "proton.me", "protonmail.com", "tim.it", "tin.it", "tiscali.it", "virgilio.it",
    "yahoo.com", "yahoo.it",
}  # fmt: skip


def compact(text: str | None) -> str:
    """The text without spaces, hyphens, dots or slashes, in capitals: for VAT numbers and tax codes as typed."""
    return re.sub(r"[\s./-]", "", text or "").upper()


def is_partita_iva(text: str) -> bool:
    """Eleven digits, Luhn's check digit, an office that exists (digits 8-10), a number of the firm that is not zero."""
    return _is_eleven_digits(text) and text[:7] != "0000000" and text[7:10] in _OFFICES and iva.is_valid(text)


def is_company_tax_code(text: str) -> bool:
    """The tax code of a body that is not a person: made like a VAT number."""
    return is_partita_iva(text)


def is_codice_fiscale(text: str) -> bool:
    """The sixteen characters of a person, letters put for digits by the revenue (omocodia) included."""
    if not _PERSON.fullmatch(text):
        return False
    try:
        codicefiscale.validate(text)
    except ValidationError:
        return False
    return True


def is_tax_code(text: str) -> bool:
    """A person's or a company's."""
    return is_codice_fiscale(text) or is_company_tax_code(text)


def is_rea(text: str) -> bool:
    """Province and at most seven digits, as in `MI-1234567`."""
    found = _REA.fullmatch(text)
    return found is not None and found[1] in PROVINCES and int(found[2]) > 0


def rea_province(text: str) -> str | None:
    """The province of a REA number; None if it is not one."""
    return text[:2] if is_rea(text) else None


def is_pec(text: str) -> bool:
    """An address by its syntax; whether it is certified, only INI-PEC knows."""
    mailbox, at, domain = text.rpartition("@")
    labels = domain.split(".")
    return (
        len(text) <= 254  # noqa: PLR2004 - RFC 5321
        and bool(at)
        and bool(_MAILBOX.fullmatch(mailbox))
        and all(mailbox.split("."))
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )


def is_pec_suspicious(text: str) -> bool:
    """Whether the domain is one of ordinary mail, which never is certified: a warning, not a refusal."""
    return text.rpartition("@")[2].lower() in _ORDINARY_MAIL


def is_province(text: str) -> bool:
    """A car-plate code of a province."""
    return text in PROVINCES


def is_ateco(text: str) -> bool:
    """Written like an ATECO code, division to subcategory: `NN`, `NN.N`, `NN.NN`, `NN.NN.N`, `NN.NN.NN`."""
    return bool(re.fullmatch(r"[0-9]{2}(\.[0-9]{1,2}|\.[0-9]{2}\.[0-9]{1,2})?", text))


def _is_eleven_digits(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{11}", text))
