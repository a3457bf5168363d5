"""Asking for many rows at once."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, any_, bindparam
from sqlalchemy.dialects.postgresql import ARRAY


def among(column: Any, values: Collection[Any]) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    """Whether the column has one of these values, sent as one array.

    IN sends a parameter for each: no statement takes more than 65,535, and each number of them is a statement anew.
    """
    found: ColumnElement[bool] = column == any_(bindparam(None, list(values), ARRAY(column.type), unique=True))
    return found
