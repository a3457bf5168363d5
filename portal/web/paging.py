"""Lists read a page at a time by key: the hundredth page costs what the first does, and nothing slips between."""

import base64
import json
from binascii import Error as NotBase64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Select, and_, or_
from sqlalchemy.orm import Session

Row = TypeVar("Row")
SIZE = 25


@dataclass(frozen=True)
class By:
    """One column of the order. `name` is the attribute of the row that holds it; the last must be unique."""

    column: Any
    name: str
    descending: bool = False


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows, and the keys of the pages beside this one (None: there is none)."""

    rows: Sequence[Row]
    before: str | None
    after: str | None


def _plain(value: object) -> list[object]:
    match value:
        case datetime():
            return ["t", value.isoformat()]
        case date():
            return ["d", value.isoformat()]
        case UUID():
            return ["u", str(value)]
        case Decimal():
            return ["n", str(value)]
    return ["", value]


_READ: dict[str, Callable[[Any], Any]] = {
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "u": UUID,
    "n": Decimal,
    "": lambda value: value,
}


def encode(values: Sequence[object]) -> str:
    """The key of a row, safe in an address."""
    text = json.dumps([_plain(value) for value in values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(key: str | None, *, length: int) -> list[Any] | None:
    """The values of a key; None for one that is absent, broken or of another list."""
    if not key:
        return None
    try:
        pairs = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
        values = [_READ[kind](value) for kind, value in pairs]
    except (ValueError, TypeError, KeyError, ArithmeticError, RecursionError, NotBase64):
        return None
    return values if len(values) == length else None


def _decoded(key: str | None, order: Sequence[By]) -> list[Any] | None:
    """The values of a key, if the columns of this order can hold them."""
    values = decode(key, length=len(order))
    if values is None or not all(_fits(value, by) for value, by in zip(values, order, strict=True)):
        return None
    return values


def _fits(value: object, by: By) -> bool:
    match value:
        case bool() | None:
            return False
        case int():
            most = 2**63 if isinstance(by.column.type, BigInteger) else 2**31
            return by.column.type.python_type is int and -most <= value < most
        case Decimal():
            return by.column.type.python_type is Decimal and value.is_finite()
        case str():
            return issubclass(by.column.type.python_type, str) and "\x00" not in value
    return isinstance(value, by.column.type.python_type)


def _beyond(order: Sequence[By], values: Sequence[Any], *, backwards: bool) -> ColumnElement[bool]:
    """Rows after `values` in `order`, or before them: the long form, so that directions may differ.

    What all ways have in common is said first: an index on the first column begins there.
    """
    first, value = order[0], values[0]
    begins = first.column <= value if first.descending != backwards else first.column >= value
    ways = []
    for place, by in enumerate(order):
        same = [earlier.column == value for earlier, value in zip(order[:place], values, strict=False)]
        falls = by.descending != backwards
        ways.append(and_(*same, by.column < values[place] if falls else by.column > values[place]))
    return and_(begins, or_(*ways))


def read(
    session: Session,
    statement: Select[Any],
    order: Sequence[By],
    *,
    after: str | None = None,
    before: str | None = None,
    size: int = SIZE,
) -> Page[Any]:
    """One page of `statement` (without its own ORDER BY), one query. A broken key gives the first page.

    Rows of a single entity come as that entity.
    """
    start, end = _decoded(after, order), _decoded(before, order)
    backwards = end is not None
    key = end if backwards else start
    if key is not None:
        statement = statement.where(_beyond(order, key, backwards=backwards))
    directions = [by.column.desc() if by.descending != backwards else by.column.asc() for by in order]
    result = session.execute(statement.order_by(*directions).limit(size + 1))
    rows: list[Any] = list(result.scalars() if len(statement.column_descriptions) == 1 else result)
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()

    def key_of(row: object) -> str:
        return encode([getattr(row, by.name) for by in order])

    has_before = more if backwards else start is not None
    has_after = True if backwards else more
    return Page(
        rows,
        before=key_of(rows[0]) if rows and has_before else None,
        after=key_of(rows[-1]) if rows and has_after else None,
    )
