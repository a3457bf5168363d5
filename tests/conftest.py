"""What every test may ask for: a database of its own, the application, a session that leaves no trace."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

os.environ.setdefault("DATABASE_URL", "postgresql:///postgres")
os.environ.setdefault("SECRET_KEY", secrets.token_hex(32))
os.environ.setdefault("VAULT_KEYS", f"test:{secrets.token_urlsafe(32)}")
os.environ.setdefault("SIGNING_KEY", secrets.token_urlsafe(32))
os.environ["PORTALE_DEMO"] = "1"
os.environ.setdefault("PORTALE_HOME", tempfile.mkdtemp(prefix="portale-test-"))
os.environ["PUBLIC_URL"] = "http://127.0.0.1:8000"

from portal import db
from portal.app import create_app
from portal.config import Settings, get_settings
from portal.web.catalogues import compile_catalogues
from tests.databases import migrated

ROOT = Path(__file__).resolve().parent.parent

# A shared machine is slow at times; nothing here is proven by a clock.
hypothesis_settings.register_profile("portale", deadline=None)
hypothesis_settings.load_profile("portale")


class Browser(FlaskClient):
    """Each request starts with an empty `g`, as in life: who is signed in and the language are asked anew.

    The test's own context stays open around its requests, and Flask would share that one.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if has_app_context():
            for name in list(g):
                g.pop(name)
        return super().open(*args, **kwargs)


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database of this worker's own, migrated; dropped at the end."""
    with migrated("portale_test") as url:
        yield url


def _own_broker() -> str:
    """A logical database of the broker for each process of the tests: one may empty its own."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return urlsplit(get_settings().redis_url)._replace(path=f"/{15 - number % 8}").geturl()


@pytest.fixture(scope="session")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the tests: their own database and their own home."""
    home = tmp_path_factory.mktemp("home")
    return get_settings().model_copy(
        update={
            "database_url": database_url,
            "portale_home": home,
            "portale_demo": True,
            "redis_url": _own_broker(),
            "public_url": "http://localhost",
        }
    )


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    """The whole portal on the test database; CSRF is on, as everywhere."""
    compile_catalogues()
    app = create_app(settings)
    app.config["TESTING"] = True
    app.test_client_class = Browser
    yield app
    app.extensions["portale.engine"].dispose()


@pytest.fixture
def engine(app: Flask) -> Engine:
    """The engine that acts as the application's role."""
    engine: Engine = app.extensions["portale.engine"]
    return engine


@pytest.fixture
def session(app: Flask, engine: Engine) -> Iterator[Session]:
    """A session whose every commit is undone at the end; the application's own session is this one.

    A new session sees only what was flushed, so a verb that forgets to flush fails its test.
    """
    with engine.connect() as connection, connection.begin() as outer:
        db.session.remove()
        db._factory.configure(bind=connection, join_transaction_mode="create_savepoint")
        with app.test_request_context():
            yield db.session()
        db.session.remove()
        outer.rollback()
        db._factory.configure(bind=engine, join_transaction_mode="conditional_savepoint")


@pytest.fixture
def client(app: Flask, session: Session) -> FlaskClient:
    """A browser without JavaScript; what it commits is undone at the end."""
    return app.test_client()
