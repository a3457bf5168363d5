"""The environment in which our programs run: what the operator gave, and what we chose where nothing was given."""

import os
import secrets

from portal.launcher import memory, places, postgres, valkey
from portal.launcher.say import Trouble
from portal.launcher.supervisor import Supervisor

DEFAULT_PORT = "8000"
STARTING_S = 40
PLAIN = frozenset({"PORT", "PUBLIC_URL", "PORTALE_DEMO"})


def choose(*, with_sink: bool = True) -> dict[str, str]:
    """Complete the environment, remembering what was chosen, but no address that was given: it may hold a password.

    The servers must have been started.
    """
    port = os.environ.get("PORT") or DEFAULT_PORT
    chosen = {
        "PORT": port,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORTALE_DEMO": "1",
        "SECRET_KEY": memory.secret("SECRET_KEY"),
        "SIGNING_KEY": memory.secret("SIGNING_KEY"),
        "VAULT_KEYS": memory.secret("VAULT_KEYS", make=vault_key),
    }
    if needs_postgres():
        chosen["DATABASE_URL"] = postgres.url()
    if needs_valkey():
        chosen["REDIS_URL"] = valkey.url()
    if with_sink and needs_sink():
        chosen["SMTP_URL"] = f"smtp://127.0.0.1:{memory.port('MAIL_PORT')}"
    given = {name: value for name, value in os.environ.items() if value}
    known = {name: given.get(name, value) for name, value in chosen.items()}
    memory.remember(**{name: value for name, value in known.items() if name in PLAIN or value == chosen[name]})
    return environment({**chosen, **given})


def vault_key() -> str:
    """A first key of the vault, named for what made it."""
    return f"setup:{secrets.token_urlsafe(32)}"


def environment(values: dict[str, str]) -> dict[str, str]:
    """`values` for a program of the virtual environment."""
    path = f"{places.VENV / 'bin'}:{values.get('PATH', os.defpath)}"
    return {**values, "PATH": path, "PORTALE_HOME": str(places.home()), "PYTHONUNBUFFERED": "1"}


def remembered() -> dict[str, str]:
    """The environment of what runs already: the operator's words above what was chosen then."""
    return environment({**memory.read(), **{name: value for name, value in os.environ.items() if value}})


def needs_postgres() -> bool:
    """Whether a database must be started: none was given."""
    return not os.environ.get("DATABASE_URL")


def needs_valkey() -> bool:
    """Whether a broker must be started: none was given."""
    return not os.environ.get("REDIS_URL")


def is_demo() -> bool:
    """Whether this is a demonstration; it is one unless told otherwise."""
    return (os.environ.get("PORTALE_DEMO") or "1") not in {"0", "false", "no"}


def needs_sink() -> bool:
    """Whether messages go to a local sink: a demonstration without a mail server."""
    return is_demo() and not os.environ.get("SMTP_URL")


def start_servers(boss: Supervisor, **overrides: str) -> None:
    """Start the servers that were not given, both at once, and wait for them."""
    if needs_valkey():
        boss.start(valkey.service())
    if needs_postgres():
        boss.start(postgres.service(**overrides))
        _wait("PostgreSQL", boss.watch(until=postgres.answers, patience=STARTING_S), "postgres")
        postgres.make_database()
    if needs_valkey():
        _wait("Valkey", boss.watch(until=valkey.answers, patience=STARTING_S), "valkey")


def _wait(name: str, is_there: bool, log: str) -> None:  # noqa: FBT001 - the answer of `watch`
    if not is_there:
        raise Trouble(f"{name} did not answer within {STARTING_S} s.", "Read its log; then try again.", places.log(log))
