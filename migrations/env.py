"""Migrations run as the owner of the database, wait two seconds for a lock and then give up."""

import importlib
from pathlib import Path

from alembic import context

from portal.config import get_settings
from portal.db import make_engine
from portal.kernel.base import Base

PORTAL = Path(__file__).resolve().parent.parent / "portal"


def tables() -> None:
    """Load every slice's tables."""
    importlib.import_module("portal.kernel.outbox")
    for room in sorted(PORTAL.glob("*/models.py")):
        importlib.import_module(f"portal.{room.parent.name}.models")


def compared(_thing: object, name: str | None, kind: str, *_: object) -> bool:
    """Whether a thing of the database is held against the models: indexes to search by stand in migrations alone."""
    return not (kind == "index" and name and name.endswith(("_trgm", "_house")))


def run() -> None:
    """Bring the database to the revision asked for."""
    tables()
    url = context.config.attributes.get("url") or get_settings().sqlalchemy_url
    engine = make_engine(url, role=None)
    with engine.connect() as connection:
        connection.exec_driver_sql("SET lock_timeout = '2s'")
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
            include_object=compared,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
