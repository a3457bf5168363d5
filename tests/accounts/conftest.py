"""Each test of accounts starts with nothing counted against anybody."""

import pytest
from flask import Flask

from portal.accounts.views.limits import limiter


@pytest.fixture(autouse=True)
def _nothing_counted(app: Flask) -> None:
    with app.app_context():
        limiter.reset()
