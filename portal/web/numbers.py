"""Numbers in addresses: as large as a column of the database holds; what is larger is no address."""

from typing import Final

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST: Final = 2**31 - 1


class Number(IntegerConverter):
    """`<int:…>`: a larger one is not there, instead of being too large for whatever is asked with it."""

    regex = "[0-9]{1,10}"

    def __init__(self, map_: Map) -> None:
        super().__init__(map_, max=LARGEST)


def init_app(app: Flask) -> None:
    """Read every number so; before the first route is there."""
    app.url_map.converters["int"] = Number
