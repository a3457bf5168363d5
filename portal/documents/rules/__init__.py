"""What a file may be, and the words of every refusal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import DomainError

MEGABYTE = 1 << 20
SIZE_LIMIT = 20 * MEGABYTE


class Kind(StrEnum):
    """The file types that we know, by content."""

    PDF = "pdf"
    P7M = "p7m"
    PNG = "png"
    JPEG = "jpeg"
    DOCX = "docx"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        """The media type it is served with."""
        return MEDIA_TYPES[self]

    @property
    def suffix(self) -> str:
        """The ending of its name, with the dot."""
        return {Kind.JPEG: ".jpg", Kind.P7M: ".pdf.p7m"}.get(self, f".{self.value}")


OFFICE = "application/vnd.openxmlformats-officedocument."
MEDIA_TYPES = {
    Kind.PDF: "application/pdf",
    Kind.P7M: "application/pkcs7-mime",
    Kind.PNG: "image/png",
    Kind.JPEG: "image/jpeg",
    Kind.DOCX: f"{OFFICE}wordprocessingml.document",
    Kind.XLSX: f"{OFFICE}spreadsheetml.sheet",
}
KNOWN_AS = {media_type: kind for kind, media_type in MEDIA_TYPES.items()}
USUAL = frozenset({Kind.PDF, Kind.P7M})


class ScanState(StrEnum):
    """What the antivirus said; only a clean file is ever given out."""

    PENDING = "pending"
    CLEAN = "clean"
    INFECTED = "infected"


@dataclass(frozen=True, kw_only=True)
class Signature:
    """One signature, as written in the file.

    `form`: cades or pades. `is_intact`: content and signature match the enclosed certificate; whether that
    certificate deserves trust, and was valid then, is not said here.
    """

    form: str
    signer: str
    tax_code: str
    issuer: str
    signed_at: datetime | None
    is_intact: bool


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What a file is.

    `path` holds the bytes to keep: the given ones, or those rewritten without what we don't keep (metadata of
    pictures, earlier revisions of an unsigned PDF). `sha256` and `size` (bytes) are of those; `received_sha256` is of
    what came. `pages` is None where there are none to count.
    """

    path: Path
    media_type: str
    sha256: str
    received_sha256: str
    size: int
    pages: int | None
    signatures: tuple[Signature, ...]

    @property
    def kind(self) -> Kind:
        """The type."""
        return KNOWN_AS[self.media_type]


class FileRefused(DomainError):
    """Base of what is wrong with a file; nothing was kept."""

    text = _l("Il file non può essere accettato. Nulla è andato perso: scegline un altro.")


class EmptyFile(FileRefused):
    """0 bytes."""

    text = _l("Il file è vuoto (0 byte): forse non è stato salvato. Aprilo, salvalo di nuovo e riprova.")


class TooLarge(FileRefused):
    """Above the cap: `limit`, in megabytes."""

    text = _l("Il file supera %(limit)s MB: riduci la risoluzione delle immagini o dividi il documento.")


class WrongType(FileRefused):
    """A good file of a type not asked for: `found` and `allowed`, in words."""

    text = _l("Questo file è un %(found)s; qui si accettano: %(allowed)s.")


class UnknownType(FileRefused):
    """Not one of ours, whatever its name says: `allowed`, in words."""

    text = _l(
        "Il contenuto del file non corrisponde a nessuno dei tipi accettati (%(allowed)s), qualunque sia il suo nome."
    )


class Damaged(FileRefused):
    """The type is right, the structure is not."""

    text = _l("Il file è danneggiato o incompleto: aprilo, salvalo di nuovo e riprova.")


class TwoInOne(FileRefused):
    """Two formats in one file: nobody does that by accident."""

    text = _l(
        "Il file contiene due formati insieme (per esempio un PDF con un archivio ZIP): "
        "salvalo di nuovo come un solo documento."
    )


class Encrypted(FileRefused):
    """Behind a password or a permission."""

    text = _l(
        "Il file è protetto da password o da restrizioni: togli la protezione (per esempio "
        "con «Stampa in PDF») e riprova."
    )


class ActiveContent(FileRefused):
    """Something in it would run: `what`, in words."""

    text = _l(
        "Il file contiene %(what)s: per sicurezza non si può accettare. Crea un PDF semplice "
        "(per esempio con «Stampa in PDF») e riprova."
    )


class TooComplex(FileRefused):
    """It costs more time or memory to read than any honest document."""

    text = _l("Il file è troppo complesso da leggere (troppe pagine, livelli o pixel): semplificalo e riprova.")


class NotADocument(FileRefused):
    """A signed envelope without a PDF in it."""

    text = _l(
        "Il file firmato (.p7m) non contiene un PDF: firma il PDF stesso in formato CAdES con il documento incluso."
    )


class Unreadable(FileRefused):
    """We could not look into it, for a reason of ours."""

    text = _l("In questo momento non riusciamo a leggere il file. Nulla è andato perso: riprova tra poco.")


class ScanPending(DomainError):
    """The antivirus has not answered yet."""

    text = _l("Il controllo antivirus di questo file non è ancora finito: riprova tra qualche minuto.")


class Infected(DomainError):
    """The antivirus found something."""

    text = _l("L'antivirus ha trovato un pericolo in questo file: non si può scaricare.")


REFUSALS: dict[str, type[FileRefused]] = {
    kind.__name__: kind
    for kind in (
        EmptyFile,
        WrongType,
        UnknownType,
        Damaged,
        TwoInOne,
        Encrypted,
        ActiveContent,
        TooComplex,
        NotADocument,
    )
}

CALLED = {
    Kind.PDF: _l("PDF"),
    Kind.P7M: _l("PDF firmato (P7M)"),
    Kind.PNG: _l("PNG"),
    Kind.JPEG: _l("JPEG"),
    Kind.DOCX: _l("documento Word (DOCX)"),
    Kind.XLSX: _l("foglio Excel (XLSX)"),
}
ACTIVE = {
    "javascript": _l("codice JavaScript"),
    "launch": _l("un comando che avvia altri programmi"),
    "submit": _l("un comando che invia o carica dati"),
    "xfa": _l("un modulo dinamico XFA"),
    "media": _l("contenuti multimediali o 3D"),
    "executable": _l("un file allegato eseguibile o un archivio"),
    "macro": _l("macro"),
    "external": _l("collegamenti automatici a file esterni"),
}


def words(kinds: Iterable[Kind]) -> str:
    """File types as a reader says them, in the language of the request."""
    return ", ".join(str(CALLED[kind]) for kind in Kind if kind in set(kinds))


def kinds(names: Iterable[str]) -> frozenset[Kind]:
    """The kinds that a call's data names (`jpg` is `jpeg`). Raises ValueError for one that we don't know."""
    return frozenset(Kind({"jpg": "jpeg"}.get(name.lower(), name.lower())) for name in names)


def refusal(code: str, *, allowed: Iterable[Kind], found: str = "", what: str = "") -> FileRefused:
    """The refusal that the inspector named by its code."""
    facts: dict[str, Any] = {}
    if code in {"WrongType", "UnknownType"}:
        facts["allowed"] = words(allowed)
    if code == "WrongType":
        facts["found"] = str(CALLED[Kind(found)])
    if code == "ActiveContent":
        facts["what"] = str(ACTIVE[what])
    return REFUSALS[code](**facts)
