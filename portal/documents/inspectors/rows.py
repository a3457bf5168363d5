"""Reads the first sheet of an untrusted XLSX, in a process of its own with little memory and time.

Run as `python -m portal.documents.inspectors.rows FILE MOST_ROWS MOST_COLUMNS`; prints one JSON line: the rows that
say something with their numbers, or the refusal's name. A cell is its text, or {"formula": text}.
"""

import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from portal.documents.inspectors import Refused

MEMORY = 320 * (1 << 20)
CPU_SECONDS = 3
FARTHEST = 120_000
LONGEST = 5_000


def main(arguments: list[str]) -> None:
    """Bind ourselves, then read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # openpyxl would load it for nothing
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        rows = list(_rows(arguments[0], most=int(arguments[1]), columns=int(arguments[2])))
        answer: dict[str, Any] = {"rows": rows}
    except Refused as refused:
        answer = refused.answer
    except (MemoryError, RecursionError):
        answer = {"refused": "TooComplex"}
    except Exception:  # noqa: BLE001 - whatever the library meets in a crooked file
        answer = {"refused": "Damaged"}
    sys.stdout.write(json.dumps(answer) + "\n")


def _rows(file: str, *, most: int, columns: int) -> Iterator[tuple[int, list[Any]]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - only once we are bound

    book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()
    found = 0
    for number, row in enumerate(sheet.iter_rows(max_col=columns), 1):
        cells = [_cell(one) for one in row]
        while cells and cells[-1] == "":
            cells.pop()
        if cells:
            found += 1
            if found > most:
                raise Refused("TooManyRows", most=str(most))
            yield number, cells
        if number >= FARTHEST:
            raise Refused("TooManyRows", most=str(most))


def _cell(cell: Any) -> Any:  # noqa: ANN401 - the library's
    if cell.value is None:
        return ""
    if cell.data_type == "f":
        return {"formula": str(cell.value)[:80]}
    if cell.data_type == "e":
        return {"formula": str(cell.value)[:80]}
    return _text(cell.value)


def _text(value: object) -> str:
    match value:
        case bool():
            return "1" if value else "0"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() | date() | time():
            return value.isoformat()
    return str(value).strip()[:LONGEST]


if __name__ == "__main__":
    main(sys.argv[1:])
