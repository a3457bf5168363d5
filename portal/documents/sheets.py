"""Sheets out: XLSX and CSV in which no cell is ever a formula."""

import csv
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from portal.kernel.clock import ROME

Cell = str | int | float | Decimal | bool | date | datetime | None
Rows = Iterable[Sequence[Cell]]
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
WIDEST = 60
LONGEST = 32_000
ROWS_AT_ONCE = 500


def neutral(text: str) -> str:
    """`text`, after an apostrophe where a spreadsheet would run it."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(STARTS_A_FORMULA) else text


def to_csv(header: Sequence[str], rows: Rows, *, delimiter: str = ";") -> bytes:
    """CSV in UTF-8 with a byte order mark, parted by semicolons as Italian spreadsheets expect.

    Numbers have a point, days are ISO 8601, instants too, in Rome.
    """
    return b"".join(csv_stream(header, rows, delimiter=delimiter))


def csv_stream(header: Sequence[str], rows: Rows, *, delimiter: str = ";") -> Iterator[bytes]:
    """The same CSV, a few hundred rows at a time: a list of any length costs no memory."""
    out = StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([neutral(title) for title in header])
    yield BOM_UTF8
    for number, row in enumerate(rows, start=1):
        writer.writerow([_plain(cell) for cell in row])
        if number % ROWS_AT_ONCE == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def to_xlsx(sheets: Mapping[str, tuple[Sequence[str], Rows]], *, created: datetime | None = None) -> bytes:
    """A workbook: sheet name -> (header, rows). Numbers stay numbers, days days, instants those of Rome.

    Each row is written away before the next is taken: a list of any length costs little memory. With `created` the
    same sheets are the same bytes, whenever they are made.
    """
    out = BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "dd/mm/yyyy",
    }
    with xlsxwriter.Workbook(out, options) as book:
        if created is not None:
            book.set_properties({"created": created.astimezone(ROME).replace(tzinfo=None)})
        styles = {
            "head": book.add_format({"bold": True, "bg_color": "#EEF3F8", "bottom": 1, "text_wrap": True}),
            "instant": book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
        }
        for name, (header, rows) in sheets.items():
            _fill(book.add_worksheet(_sheet_name(name)), styles, header, rows)
    return out.getvalue()


def _fill(sheet: Worksheet, styles: Mapping[str, Format], header: Sequence[str], rows: Rows) -> None:
    widths = [len(title) for title in header]
    for column, title in enumerate(header):
        sheet.write_string(0, column, neutral(title), styles["head"])
    last = 0
    for last, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            _write(sheet, (last, column), cell, styles)
            widths[column] = max(widths[column], len(str(cell or "")))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(width, WIDEST) + 2)
    sheet.freeze_panes(1, 0)
    if header:
        sheet.autofilter(0, 0, last, len(header) - 1)


def _write(sheet: Worksheet, place: tuple[int, int], cell: Cell, styles: Mapping[str, Format]) -> None:
    match cell:
        case None:
            sheet.write_blank(*place, None)
        case bool():
            sheet.write_boolean(*place, cell)
        case int() | float() | Decimal():
            sheet.write_number(*place, cell)
        case datetime():
            sheet.write_datetime(*place, cell.astimezone(ROME).replace(tzinfo=None), styles["instant"])
        case date():
            sheet.write_datetime(*place, cell)
        case _:
            sheet.write_string(*place, neutral(str(cell))[:LONGEST])


def _plain(cell: Cell) -> str:
    match cell:
        case None | bool():
            return str(int(cell)) if cell is not None else ""
        case int() | float():
            return str(cell)
        case Decimal():
            return f"{cell:f}"
        case datetime():
            return cell.astimezone(ROME).isoformat(timespec="seconds")
        case date():
            return cell.isoformat()
        case _:
            return neutral(str(cell))


def _sheet_name(name: str) -> str:
    return name.translate(dict.fromkeys(map(ord, "[]:*?/\\"), " ")).strip("' ")[:31] or "Foglio1"
