"""What must stand in the database before the portal opens: tables, the programme, the demonstration's people."""

from pathlib import Path

from portal.launcher import places, say, setting
from portal.launcher.installation import Stamps, call, fingerprint

PORTALE: list[str | Path] = [places.VENV / "bin" / "portale"]
LOGS = "Read the log above. `.venv/bin/portale doctor` says what is wrong with an installation."


def prepare(environment: dict[str, str]) -> None:
    """Bring the database up to date. Of one that was given nothing is assumed; each step may be run again."""
    data = sorted((places.PROJECT / "portal" / "calls" / "data").glob("*.yaml"))
    done = fingerprint(
        places.PROJECT / "migrations", *data, also=f"{environment['DATABASE_URL']} demo={setting.is_demo()}"
    )
    stamps = Stamps(places.home() / "stamps.json")
    if setting.needs_postgres() and stamps.holds("content", done):
        say.kept("Database, programme, accounts")
        return
    with say.step("Database tables"):
        alembic: list[str | Path] = [places.PYTHON, "-m", "alembic", "-c", "migrations/alembic.ini", "upgrade", "head"]
        call(alembic, log="setup-migrations", cure=LOGS, environment=environment)
    with say.step("Programme and calls"):
        call([*PORTALE, "call", "import", *data], log="setup-calls", cure=LOGS, environment=environment)
    if setting.is_demo():
        with say.step("Demonstration accounts"):
            call([*PORTALE, "demo", "accounts"], log="setup-accounts", cure=LOGS, environment=environment)
    stamps.put("content", done)


def accounts() -> Path:
    """The demonstration's sign-ins."""
    return places.home() / "demo-accounts.json"


def forget() -> None:
    """Have the next `prepare` do everything again."""
    Path(places.home() / "stamps.json").unlink(missing_ok=True)
