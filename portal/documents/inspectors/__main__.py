"""Looks into one untrusted file, in a process of its own with little memory and time.

Run as `python -m portal.documents.inspectors FILE KEEP KIND…`: reads FILE, may write to KEEP what is to be kept in
its stead, and prints one JSON line: what it found, or the refusal's name. Whatever kills it is itself an answer.
"""

import base64
import binascii
import json
import resource
import sys
import zipfile
from importlib import import_module
from pathlib import Path

from portal.documents.inspectors import Refused

MEMORY = 256 * (1 << 20)
SIZES = 6
CPU_SECONDS = 2
SIGNED_DATA = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
LOOKED_AT_BY = {"pdf": "pdf", "p7m": "signed", "png": "picture", "jpeg": "picture", "docx": "office", "xlsx": "office"}


def main(arguments: list[str]) -> None:
    """Bind ourselves, then look."""
    memory = max(MEMORY, SIZES * Path(arguments[0]).stat().st_size)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = look(Path(arguments[0]), Path(arguments[1]), frozenset(arguments[2:]))
    except Refused as refused:
        answer = refused.answer
    except (MemoryError, RecursionError):
        answer = {"refused": "TooComplex"}
    sys.stdout.write(json.dumps(answer) + "\n")


def look(file: Path, keep: Path, allowed: frozenset[str]) -> dict[str, object]:
    """What `file` is. Raises Refused."""
    with file.open("rb") as content:
        head = content.read(4096)
    if not head:
        raise Refused("EmptyFile")
    kind = _kind(file, head)
    if kind is None:
        raise Refused("UnknownType")
    if kind not in allowed:
        raise Refused("WrongType", found=kind)
    if kind not in {"docx", "xlsx"} and zipfile.is_zipfile(file):
        raise Refused("TwoInOne")
    room = import_module(f"portal.documents.inspectors.{LOOKED_AT_BY[kind]}")
    return {"kind": kind, **room.look(file, keep, kind)}


def _kind(file: Path, head: bytes) -> str | None:
    for magic, kind in ((b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg")):
        if head.startswith(magic):
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    return "p7m" if _is_signed(head) else None


def _is_signed(head: bytes) -> bool:
    if head.startswith((b"-----BEGIN PKCS7-----", b"-----BEGIN CMS-----")):
        return True
    if head[:1] == b"M":
        try:
            head = base64.b64decode(b"".join(head[:128].split())[:64], validate=True)
        except binascii.Error:
            return False
    return head[:1] == b"\x30" and SIGNED_DATA in head[:24]


def _office(file: Path) -> str | None:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    if "[Content_Types].xml" not in names:
        return None
    return next((k for k, part in (("docx", "word/document.xml"), ("xlsx", "xl/workbook.xml")) if part in names), None)


if __name__ == "__main__":
    main(sys.argv[1:])
