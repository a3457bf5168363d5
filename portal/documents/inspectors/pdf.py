"""PDF: a full parse, nothing that runs, signatures found; unsigned files are written anew."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

import pikepdf

from portal.documents.inspectors import Refused

OBJECTS = 300_000
PAGES = 3_000
DEPTH = 60
ACTIONS = {
    "/JavaScript": "javascript",
    "/Launch": "launch",
    "/SubmitForm": "submit",
    "/ImportData": "submit",
    "/Rendition": "media",
    "/Movie": "media",
    "/Sound": "media",
    "/RichMediaExecute": "media",
}
KEYS = {"/JS": "javascript", "/JavaScript": "javascript", "/XFA": "xfa", "/RichMediaContent": "media", "/3DD": "media"}
SCREEN = tuple({*ACTIONS, *KEYS, "/EF", "/ByteRange"})
SCREEN_BYTES = tuple(name.encode() for name in SCREEN)
PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"PK\x03\x04",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"\xd0\xcf\x11\xe0",
    b"Rar!",
    b"7z\xbc\xaf",
)
PROGRAM_NAMES = (
    ".exe",
    ".dll",
    ".js",
    ".vbs",
    ".bat",
    ".cmd",
    ".ps1",
    ".jar",
    ".scr",
    ".com",
    ".msi",
    ".sh",
    ".zip",
    ".hta",
    ".lnk",
)


def look(file: Path, keep: Path, _kind: str) -> dict[str, object]:
    """Pages and signatures; an unsigned file is rewritten to `keep`, a signed one stays as it is, byte by byte."""
    with file.open("rb") as content:
        pages, signatures = check(content, keep)
    return {"pages": pages, "signatures": signatures}


def check(content: BinaryIO, keep: Path | None) -> tuple[int, list[dict[str, object]]]:
    """The same for `content`, which is not written where `keep` is None. Raises Refused."""
    try:
        with pikepdf.open(content) as pdf:
            if pdf.is_encrypted:
                raise Refused("Encrypted")
            pages = len(pdf.pages)
            if not pages:
                raise Refused("Damaged")
            if pages > PAGES or len(pdf.objects) > OBJECTS:
                raise Refused("TooComplex")
            signatures = [found for thing in _walk(pdf) for found in _signature(thing, content)]
            if keep is not None and not signatures:
                pdf.save(
                    keep,
                    deterministic_id=True,
                    stream_decode_level=pikepdf.StreamDecodeLevel.none,
                    fix_metadata_version=False,
                )
    except pikepdf.PasswordError as locked:
        raise Refused("Encrypted") from locked
    except (pikepdf.PdfError, ValueError, KeyError, TypeError, AttributeError) as broken:
        raise Refused("Damaged") from broken
    return pages, signatures


def _walk(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Refuse what would run; yield the dictionaries that hold a signature."""
    for thing in pdf.objects:
        source = thing.stream_dict if isinstance(thing, pikepdf.Stream) else thing
        if isinstance(source, pikepdf.Dictionary | pikepdf.Array):
            text = source.unparse(resolved=True)
            if any(name in text for name in SCREEN_BYTES):
                yield from _descend(source, 0)


def _descend(thing: pikepdf.Object, depth: int) -> Iterator[pikepdf.Object]:
    if depth > DEPTH:
        raise Refused("TooComplex")
    if isinstance(thing, pikepdf.Dictionary):
        _refuse_active(thing)
        if "/ByteRange" in thing and "/Contents" in thing:
            yield thing
        children = list(thing.values())
    else:
        children = list(thing)
    for child in children:
        if isinstance(child, pikepdf.Dictionary | pikepdf.Array) and not child.is_indirect:
            yield from _descend(child, depth + 1)


def _refuse_active(thing: pikepdf.Dictionary) -> None:
    action = thing.get("/S")
    if isinstance(action, pikepdf.Name) and str(action) in ACTIONS:
        raise Refused("ActiveContent", what=ACTIONS[str(action)])
    for key, what in KEYS.items():
        if key in thing:
            raise Refused("ActiveContent", what=what)
    if "/EF" in thing and any(_is_program(thing, file) for file in thing.EF.values()):
        raise Refused("ActiveContent", what="executable")


def _is_program(spec: pikepdf.Dictionary, file: pikepdf.Object) -> bool:
    name = str(spec.get("/UF", spec.get("/F", ""))).lower()
    return (
        name.endswith(PROGRAM_NAMES) or not isinstance(file, pikepdf.Stream) or file.read_bytes().startswith(PROGRAMS)
    )


def _signature(thing: pikepdf.Object, content: BinaryIO) -> list[dict[str, object]]:
    """The signatures of one PAdES dictionary; a time stamp is nobody's signature."""
    if str(thing.get("/SubFilter", "")) == "/ETSI.RFC3161":
        return []
    start, length, resume, rest = (int(number) for number in thing.ByteRange)
    covered = _read(content, start, length) + _read(content, resume, rest)
    cms = import_module("portal.documents.inspectors.cms")  # a third of the start, and few files are signed
    found: list[dict[str, object]] = cms.signatures(cms.parse(bytes(thing.Contents)), covered, form="pades")
    return found


def _read(content: BinaryIO, start: int, length: int) -> bytes:
    if start < 0 or length < 0:
        raise Refused("Damaged")
    content.seek(start)
    return content.read(length)
