"""A migrated database for as long as it is needed."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from portal.config import get_settings

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def migrated(prefix: str) -> Iterator[str]:
    """The address of a new database on the tests' server; dropped at the end."""
    server = make_url(get_settings().database_url)
    name = f"{prefix}_{secrets.token_hex(4)}"
    admin = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(Identifier(name)))
    url = server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    config = Config(str(ROOT / "migrations" / "alembic.ini"))
    config.attributes["url"] = url.replace("postgresql://", "postgresql+psycopg://", 1)
    command.upgrade(config, "head")
    yield url
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
