"""Sheets in: the rows of an untrusted XLSX or CSV, bounded in size, rows and columns, each with its number."""

import csv
import io
import json
import subprocess
import sys
import tempfile
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from portal.documents import inspection, rules
from portal.documents.rules import FileRefused, Kind

LIMIT: Final = 5 * rules.MEGABYTE
PATIENCE: Final = 15.0
DELIMITERS: Final = (";", ",", "\t")
LONGEST: Final = 5_000


class TooManyRows(FileRefused):
    """More than `most` rows."""

    text = _l("Il foglio ha più di %(most)s righe: dividilo in fogli più piccoli e caricali uno alla volta.")


class WrongEncoding(FileRefused):
    """A text of an older day."""

    text = _l(
        "Il testo del file non è in UTF-8, e indovinarne la codifica rovinerebbe i nomi: "
        "salvalo come «CSV UTF-8», oppure come XLSX."
    )


class NotASheet(FileRefused):
    """Neither of the two."""

    text = _l(
        "Il file non è un foglio XLSX né un testo CSV, qualunque sia il suo nome: salvalo in uno di questi formati."
    )


class NoRows(FileRefused):
    """Nothing in it."""

    text = _l("Il foglio è vuoto: la prima riga porta i nomi delle colonne, le altre i dati.")


@dataclass(frozen=True)
class Cell:
    """What stands in a cell; `is_formula`: what the sheet would compute, or failed to."""

    text: str
    is_formula: bool = False


Rows = list[tuple[int, list[Cell]]]


def read(content: bytes, *, most: int, columns: int) -> Rows:
    """(number, cells) of each row that says something, in order. `most` rows beside the header.

    Raises FileRefused in words: too large, too many rows, damaged, with macros, protected, in another encoding.
    """
    if not content:
        raise rules.EmptyFile
    if len(content) > LIMIT:
        raise rules.TooLarge(limit=LIMIT // rules.MEGABYTE)
    rows = _xlsx(content, most + 1, columns) if content.startswith(b"PK") else _csv(content, most + 1, columns)
    if not rows:
        raise NoRows
    return rows


def _xlsx(content: bytes, most: int, columns: int) -> Rows:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        path.write_bytes(content)
        inspection.inspect(path, {Kind.XLSX}, limit=LIMIT)
        answer = _ask(path, most, columns)
    if "refused" in answer:
        if answer["refused"] == "TooManyRows":
            raise TooManyRows(most=most - 1)
        raise rules.refusal(answer["refused"], allowed={Kind.XLSX})
    return [(number, [_cell(one) for one in cells]) for number, cells in answer["rows"]]


def _cell(one: Any) -> Cell:  # noqa: ANN401 - the reader's JSON
    return Cell(one["formula"], is_formula=True) if isinstance(one, dict) else Cell(one)


def _ask(path: Path, most: int, columns: int) -> dict[str, Any]:
    """The reader's answer; whatever killed it says that the sheet was too much."""
    command = [sys.executable, "-m", "portal.documents.inspectors.rows", str(path), str(most), str(columns)]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, arguments as a list
            command,
            cwd=inspection.PROJECT,
            env={"PYTHONPATH": str(inspection.PROJECT), "MALLOC_ARENA_MAX": "1", "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refused": "TooComplex"}
    if done.returncode < 0 or b"MemoryError" in done.stderr:
        return {"refused": "TooComplex"}
    if done.returncode:
        return {"refused": "Damaged"}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _csv(content: bytes, most: int, columns: int) -> Rows:
    text = _decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    found: Rows = []
    try:
        for number, row in enumerate(reader, 1):
            cells = [Cell(one.strip()[:LONGEST]) for one in row[:columns]]
            if any(cell.text for cell in cells):
                found.append((number, cells))
            if len(found) > most:
                raise TooManyRows(most=most - 1)
    except csv.Error as broken:
        raise rules.Damaged from broken
    return found


def _decoded(content: bytes) -> str:
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        encoding = "utf-16"
    elif b"\x00" in content[:4096] or content.startswith((b"\xd0\xcf\x11\xe0", b"%PDF-")):
        raise NotASheet
    else:
        encoding = "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as other:
        raise WrongEncoding from other
    if "\x00" in text:
        raise NotASheet
    return text


def _delimiter(text: str) -> str:
    """Whichever parts the first line most."""
    first: Sequence[str] = text.lstrip().splitlines()[:1]
    return max(DELIMITERS, key=first[0].count) if first else DELIMITERS[0]
