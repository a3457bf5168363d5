"""What must stand in the database before the portal opens: tables, the programme, the demonstration's people."""

from datetime import date
from pathlib import Path

from portal.launcher import places, say, setting
from portal.launcher.installation import Stamps, call, fingerprint
from portal.launcher.say import Trouble

PORTALE: list[str | Path] = [places.VENV / "bin" / "portale"]
OPEN_IN_DEMO = ("export-su-misura-2025", "uzbekistan-2025")
OPEN_IN_DEMO = ("export-su-misura-2025", "uzbekistan-2025")
REFUSED = 1
LOGS = "Read the log above. `.venv/bin/portale doctor` says what is wrong with an installation."


def prepare(environment: dict[str, str]) -> None:
    """Bring the database up to date. Of one that was given nothing is assumed; each step may be run again.

    A demonstration's calls are looked at again each week, since theirs are moved to be open now.
    """
    data = sorted((places.PROJECT / "portal" / "calls" / "data").glob("*.yaml"))
    week = f"{date.today():%G-%V}" if setting.is_demo() else "real"  # noqa: DTZ011 - any clock will do
    done = fingerprint(places.PROJECT / "migrations", *data, also=f"{environment['DATABASE_URL']} {week}")
    stamps = Stamps(places.home() / "stamps.json")
    if setting.needs_postgres() and stamps.holds("content", done):
        say.kept("Database, programme, accounts")
        return
    with say.step("Database tables"):
        alembic: list[str | Path] = [places.PYTHON, "-m", "alembic", "-c", "migrations/alembic.ini", "upgrade", "head"]
        call(alembic, log="setup-migrations", cure=LOGS, environment=environment)
    with say.step("Programme and calls"):
        for path in data:
            bring_in(path, environment)
    if setting.is_demo():
        with say.step("Demonstration accounts"):
            call([*PORTALE, "demo", "accounts"], log="setup-accounts", cure=LOGS, environment=environment)
    stamps.put("content", done)


def bring_in(path: Path, environment: dict[str, str]) -> None:
    """Import one call: as a draft for the office to publish; in a demonstration published, and open if of this round.

    A refusal means that the call has gone further since (it has a ranking, say) and is left as it stands.
    """
    shown = ["--publish", *(["--shift-to-now"] if path.stem in OPEN_IN_DEMO else [])] if setting.is_demo() else []
    try:
        reason = ["--reason", "Aggiornamento dei file del programma"]
        words = [*PORTALE, "call", "import", path, *shown, *reason]
        call(words, log=f"setup-call-{path.stem}", cure=LOGS, environment=environment)
    except Trouble as trouble:
        was_refused = trouble.code == REFUSED and trouble.log and "Traceback" not in trouble.log.read_text()
        if not was_refused:
            raise


def accounts() -> Path:
    """The demonstration's sign-ins."""
    return places.home() / "demo-accounts.json"


def forget() -> None:
    """Have the next `prepare` do everything again."""
    Path(places.home() / "stamps.json").unlink(missing_ok=True)
