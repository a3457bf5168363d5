"""Pages by key: nothing twice, nothing lost, both ways."""

from dataclasses import dataclass

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import column, func, select, values
from sqlalchemy.orm import Session
from sqlalchemy.types import Integer

from portal.web.paging import By, decode, encode, read

NUMBERS = [(score, number) for number, score in enumerate([5, 3, 5, 1, 3, 3, 9, 1, 5, 2])]


@dataclass
class Walk:
    session: Session

    def all(self, size: int) -> tuple[list[list[tuple[int, int]]], list[list[tuple[int, int]]]]:
        table = values(column("score", Integer), column("id", Integer), name="t").data(NUMBERS)
        order = [By(table.c.score, "score", descending=True), By(table.c.id, "id")]
        forth, back = [], []
        page = read(self.session, select(table.c.score, table.c.id), order, size=size)
        while True:
            forth.append([tuple(row) for row in page.rows])
            if not page.after:
                break
            page = read(self.session, select(table.c.score, table.c.id), order, after=page.after, size=size)
        while True:
            back.append([tuple(row) for row in page.rows])
            if not page.before:
                break
            page = read(self.session, select(table.c.score, table.c.id), order, before=page.before, size=size)
        return forth, back


@pytest.mark.parametrize("size", [1, 2, 3, 9, 10, 11])
def test_walking_forth_and_back_meets_every_row_once_in_order(session, size):
    forth, back = Walk(session).all(size)
    whole = sorted(NUMBERS, key=lambda row: (-row[0], row[1]))

    assert [row for page in forth for row in page] == whole
    assert sorted(row for page in back for row in page) == sorted(NUMBERS)


def test_a_broken_key_gives_the_first_page(session):
    table = values(column("id", Integer), name="t").data([(1,), (2,)])
    page = read(session, select(table.c.id, func.now()), [By(table.c.id, "id")], after="%%%", size=1)

    assert page.rows[0].id == 1
    assert page.before is None


@given(st.text(max_size=60))
def test_any_key_is_read_or_ignored(key):
    values_read = decode(key, length=2)
    assert values_read is None or len(values_read) == 2


@given(st.lists(st.one_of(st.integers(), st.text(), st.none(), st.decimals(allow_nan=False), st.dates(), st.uuids())))
def test_a_key_is_read_back(row):
    assert decode(encode(row), length=len(row)) == row
