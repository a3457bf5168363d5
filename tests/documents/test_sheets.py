"""Sheets: numbers stay numbers, and no cell is a formula."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
from hypothesis import given, strategies as st

from portal.documents import sheets

HEADER = ["Impresa", "Punti", "Presentata"]
ROWS: list[list[sheets.Cell]] = [
    ['=HYPERLINK("https://male.example")', Decimal("88.50"), datetime(2026, 10, 9, 13, 59, 58, tzinfo=UTC)],
    ["Brambilla S.r.l.", 7, date(2026, 10, 9)],
    [None, True, None],
]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "  =", "\u00a0@"])
def test_what_would_run_is_neutral(start):
    assert sheets.neutral(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "Rossi", "3-2", "a=b", "'=1"])
def test_what_would_not_run_is_left_alone(text):
    assert sheets.neutral(text) == text


def test_csv_is_what_was_given():
    content = sheets.to_csv(HEADER, ROWS)

    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";")) == [
        HEADER,
        ['\'=HYPERLINK("https://male.example")', "88.50", "2026-10-09T15:59:58+02:00"],
        ["Brambilla S.r.l.", "7", "2026-10-09"],
        ["", "1", ""],
    ]


def test_xlsx_keeps_kinds_and_has_no_formula():
    book: Any = openpyxl.load_workbook(BytesIO(sheets.to_xlsx({"Graduatoria [1]": (HEADER, ROWS)})))

    assert book.sheetnames == ["Graduatoria  1"]
    assert [[cell.value for cell in row] for row in book.active.iter_rows()] == [
        HEADER,
        ['\'=HYPERLINK("https://male.example")', 88.5, datetime(2026, 10, 9, 15, 59, 58)],  # noqa: DTZ001 - a sheet's clock has no zone
        ["Brambilla S.r.l.", 7, datetime(2026, 10, 9)],  # noqa: DTZ001
        [None, True, None],
    ]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30), min_size=1, max_size=5))
def test_no_text_ever_becomes_a_formula(texts):
    book: Any = openpyxl.load_workbook(BytesIO(sheets.to_xlsx({"x": (["a"], [[text] for text in texts])})))

    assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {"s", "n"}
    assert all(not isinstance(c.value, float | int) for row in book.active.iter_rows() for c in row)
