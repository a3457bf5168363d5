"""DOCX and XLSX: an honest archive with known parts, no macros, nothing fetched from elsewhere."""

import re
import zipfile
from pathlib import Path

from portal.documents.inspectors import Refused

PARTS = 3_000
UNPACKED = 150 * (1 << 20)
RELATIONS = 4 * (1 << 20)
FORBIDDEN = {
    "vbaproject.bin": "macro",
    "vbadata.xml": "macro",
    "/embeddings/": "executable",
    "/activex/": "executable",
    "/macrosheets/": "macro",
    "externallinks/": "external",
}
EXTERNAL = re.compile(rb"<[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>", re.IGNORECASE)
HYPERLINK = re.compile(rb"relationships/hyperlink[\"']", re.IGNORECASE)


def look(file: Path, _keep: Path, _kind: str) -> dict[str, object]:
    """No pages to count, no signatures read."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS:
                raise Refused("TooComplex")
            _check_names(parts)
            _unpack(archive, parts)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError) as broken:
        raise Refused("Damaged") from broken
    except RuntimeError as locked:
        raise Refused("Encrypted") from locked
    return {"pages": None, "signatures": []}


def _check_names(parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if len(set(names)) != len(names) or any(name.startswith("/") or ".." in name.split("/") for name in names):
        raise Refused("Damaged")
    for name in names:
        for mark, what in FORBIDDEN.items():
            if mark in name.lower():
                raise Refused("ActiveContent", what=what)
    if sum(part.file_size for part in parts) > UNPACKED:
        raise Refused("TooComplex")


def _unpack(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """Read every part to its end, by what is there and not by what is declared; checksums are checked on the way."""
    left = UNPACKED
    for part in parts:
        whole = b""
        keep = part.filename.endswith(".rels") or part.filename == "[Content_Types].xml"
        with archive.open(part) as content:
            while chunk := content.read(1 << 18):
                left -= len(chunk)
                if left < 0 or len(whole) > RELATIONS:
                    raise Refused("TooComplex")
                if part.filename.endswith((".xml", ".rels")):
                    _check_xml(chunk)
                whole += chunk if keep else b""
        _check_relations(part.filename, whole)


def _check_xml(chunk: bytes) -> None:
    if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
        raise Refused("ActiveContent", what="external")
    if chunk.startswith((b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")):
        raise Refused("Damaged")


def _check_relations(name: str, whole: bytes) -> None:
    if name == "[Content_Types].xml" and b"macroEnabled" in whole:
        raise Refused("ActiveContent", what="macro")
    if any(not HYPERLINK.search(found.group()) for found in EXTERNAL.finditer(whole)):
        raise Refused("ActiveContent", what="external")
