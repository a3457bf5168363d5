"""The database: one engine, one session a request or task, and the only place that commits."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from portal.config import get_settings
from portal.kernel.text import canonical_json

APP_ROLE = "portale_app"

_factory = sessionmaker(expire_on_commit=False)
session: scoped_session[Session] = scoped_session(_factory)


def make_engine(url: str, *, role: str | None = APP_ROLE) -> Engine:
    """An engine whose connections act as `role`, and never wait for ever.

    The role owns nothing and may not rewrite history; the migrations run as whoever owns the database.
    """
    options = (
        "-c timezone=UTC -c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000"
    )
    if role:
        options += f" -c role={role}"
    return create_engine(
        url,
        pool_size=10,
        max_overflow=10,
        pool_timeout=5,
        pool_pre_ping=False,
        pool_recycle=1800,
        connect_args={
            "options": options,
            "connect_timeout": 5,
            "application_name": "portale",
            "keepalives_idle": 10,
            "tcp_user_timeout": 10000,
        },
        json_serializer=lambda value: canonical_json(value).decode(),
    )


def configure(url: str | None = None) -> Engine:
    """Bind the session factory to the database; called once a process."""
    engine = make_engine(url or get_settings().sqlalchemy_url)
    session.remove()
    _factory.configure(bind=engine)
    return engine


@contextmanager
def transaction() -> Iterator[Session]:
    """All or nothing: commits at the end, rolls back on any exception."""
    current = session()
    try:
        yield current
        current.commit()
    except BaseException:
        current.rollback()
        raise
