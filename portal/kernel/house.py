"""Whose an address is: its domain, as columns are searched and indexed by it."""

from typing import Any

from sqlalchemy import ColumnElement, and_, literal_column, or_

INDEXED = """(reverse(lower(rtrim(btrim(split_part({column}, '@'::text, 2)), '.'::text))) COLLATE "C")"""
"""The domain of an address read from its end: so read, all below a domain begin with it.

To the letter as ix_companies_house and ix_users_house have it.
"""


def of_house(column: Any, domain: str) -> ColumnElement[bool]:  # noqa: ANN401 - a column of addresses
    """Whether an address is of this domain, of one above it or of one below it; as indexes on INDEXED find it."""
    name = f"{column.table.name}.{column.name}" if column.table is not None else column.name
    house: ColumnElement[str] = literal_column(INDEXED.format(column=name))
    parts = domain.split(".")
    above = [".".join(parts[at:])[::-1] for at in range(len(parts))]
    below = domain[::-1]
    # the stroke is the next after the dot
    return or_(house.in_(above), and_(house >= f"{below}.", house < f"{below}/"))
