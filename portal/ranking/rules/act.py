"""The draft act as a text that staff edit: paragraphs, headings, and names in double braces from a closed list.

Not a template language: a name is replaced by its value, once, and nothing else happens. Values are never read again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from flask_babel import LazyString, lazy_gettext as _l

from portal.kernel.errors import DomainError

LONGEST: Final = 40_000
NAMES: Final[Mapping[str, LazyString]] = {
    "ente": _l("l'ente che gestisce il bando"),
    "programma": _l("il titolo del programma"),
    "atto_programma": _l("l'atto da cui il programma nasce"),
    "bando": _l("il titolo del bando"),
    "codice_bando": _l("il codice del bando"),
    "versione_bando": _l("la versione del bando applicata"),
    "apertura": _l("quando il bando si è aperto"),
    "chiusura": _l("quando il bando si è chiuso"),
    "ufficio": _l("l'ufficio"),
    "responsabile": _l("il responsabile del procedimento"),
    "versione": _l("il numero della graduatoria"),
    "redatta_il": _l("quando la graduatoria è stata redatta"),
    "motivo": _l("perché questa versione sostituisce la precedente"),
    "dotazione": _l("le risorse"),
    "valore_unitario": _l("il valore per impresa"),
    "posti": _l("i posti"),
    "soglia": _l("il punteggio minimo"),
    "domande": _l("quante domande sono in graduatoria o non ammesse"),
    "finanziate": _l("quante sono finanziate"),
    "riserva": _l("quante sono ammesse e non finanziate"),
    "sotto_soglia": _l("quante sono sotto soglia"),
    "non_ammesse": _l("quante non sono ammesse"),
    "importo_concesso": _l("la somma concessa"),
    "residuo": _l("quanto resta delle risorse"),
    "ultimo_punteggio": _l("l'ultimo punteggio finanziato"),
    "impronta": _l("l'impronta SHA-256 del file pubblicato"),
    "indirizzo": _l("l'indirizzo della graduatoria pubblicata"),
}
LISTS: Final[Mapping[str, LazyString]] = {
    "elenco_finanziate": _l("la tabella delle finanziate"),
    "elenco_riserva": _l("la tabella delle ammesse non finanziate"),
    "elenco_non_ammesse": _l("la tabella delle non ammesse, solo protocollo ed esito"),
}
_NAME = re.compile(r"\{\{([^{}]*)\}\}")


class UnknownName(DomainError):
    """`line`, `name`."""

    text = _l("Riga %(line)s: «%(name)s» non è tra i nomi che il modello conosce.")


class BrokenBraces(DomainError):
    """`line`."""

    text = _l("Riga %(line)s: una parentesi graffa doppia è aperta o chiusa da sola. Un nome si scrive {{nome}}.")


class ListNotAlone(DomainError):
    """`line`, `name`."""

    text = _l("Riga %(line)s: l'elenco «%(name)s» va su una riga sua.")


class NothingWritten(DomainError):
    text = _l("Il modello è vuoto.")


class Kind(StrEnum):
    """What a block is."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    LIST = "list"


MARKS: Final = (("# ", Kind.TITLE), ("## ", Kind.HEADING), ("- ", Kind.ITEM))


@dataclass(frozen=True)
class Block:
    """One line of the act; for LIST `text` is the list's name."""

    kind: Kind
    text: str


def parse(text: str) -> list[Block]:
    """The blocks of a template, each line one. Raises NothingWritten, UnknownName, BrokenBraces, ListNotAlone."""
    blocks = [_block(line.strip(), number) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not blocks:
        raise NothingWritten(field="text")
    return blocks


def _block(line: str, number: int) -> Block:
    names = [name.strip() for name in _NAME.findall(line)]
    for name in names:
        if name not in NAMES and name not in LISTS:
            raise UnknownName(field="text", line=number, name=name[:60])
    rest = _NAME.sub("", line)
    if "{{" in rest or "}}" in rest:
        raise BrokenBraces(field="text", line=number)
    lists = [name for name in names if name in LISTS]
    if lists:
        if len(names) > 1 or rest.strip():
            raise ListNotAlone(field="text", line=number, name=lists[0])
        return Block(Kind.LIST, lists[0])
    for mark, kind in MARKS:
        if line.startswith(mark):
            return Block(kind, line.removeprefix(mark).strip())
    return Block(Kind.PARAGRAPH, line)


def fill(block: Block, values: Mapping[str, str]) -> str:
    """The text of a block with its values; what a value holds is text, braces too."""
    return _NAME.sub(lambda found: values[found[1].strip()], block.text)
