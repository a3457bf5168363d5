"""Whose an address is: its domain, as columns are searched and indexed by it."""

from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, literal_column, or_

INDEXED = """(reverse(lower(rtrim(btrim(split_part({column}, '@'::text, 2)), '.'::text))) COLLATE "C")"""
"""The domain of an address read from its end: so read, all below a domain begin with it.

To the letter as ix_companies_house and ix_users_house have it.
"""


def of_house(column: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column of addresses
    """Whether an address is of the domain that `around` binds, of one above it or below; as indexes on INDEXED find."""
    name = f"{column.table.name}.{column.name}"
    house: ColumnElement[str] = literal_column(INDEXED.format(column=name))
    above = bindparam("above", expanding=True, type_=String())
    below, beyond = bindparam("below", type_=String()), bindparam("beyond", type_=String())
    return or_(house.in_(above), and_(house >= below, house < beyond))


def around(domain: str) -> dict[str, Any]:
    """What `of_house` is asked with: the domain and those above it, and where those below begin and end."""
    parts = domain.split(".")
    above = [".".join(parts[at:])[::-1] for at in range(len(parts))]
    # the stroke is the next after the dot
    return {"above": above, "below": f"{domain[::-1]}.", "beyond": f"{domain[::-1]}/"}
