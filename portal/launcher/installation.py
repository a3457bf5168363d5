"""What must stand in the project folder before anything runs: packages, command, front-end assets, catalogues."""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from portal.launcher import memory, places, say
from portal.launcher.say import Trouble

RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"
INSTALLER = Path(__file__).with_name("installer.lock")
NETWORK = "Check the network (proxy and certificate variables are honoured), then run the same command again."


@contextmanager
def alone() -> Iterator[None]:
    """One set-up at a time in one project folder; the lock dies with its holder."""
    folder = os.open(places.PROJECT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say.line("  Another set-up is at work in this folder; waiting for it.")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def install(*, for_tests: bool = False) -> None:
    """Bring the project folder up to date."""
    with alone():
        _environment()
        _packages(DEVELOPMENT if for_tests else RUNTIME)
        _assets()
        _catalogues()


def call(command: Sequence[str | Path], *, log: str, cure: str, environment: Mapping[str, str] | None = None) -> None:
    """Run one command of the set-up with its words in a log; a failure is Trouble with its end."""
    path = places.log(log)
    with path.open("w") as output:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=places.PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        name = " ".join(str(part) for part in command[:4])
        raise Trouble(f"`{name} …` ended with {done.returncode}.", cure, path, code=done.returncode)


def fingerprint(*paths: Path, also: str = "") -> str:
    """A digest of files and folders of files, by name and content."""
    digest = hashlib.sha256(also.encode())
    for path in paths:
        files = sorted(one for one in path.rglob("*.*") if one.is_file()) if path.is_dir() else [path]
        for file in (one for one in files if one.suffix != ".pyc"):
            digest.update(str(file.relative_to(places.PROJECT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


class Stamps:
    """What was done with which inputs, in a small file beside the result."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def holds(self, name: str, value: str) -> bool:
        """Whether a step was last done with these inputs."""
        return self._read().get(name) == value

    def put(self, name: str, value: str) -> None:
        """Note that a step is done."""
        memory.write(self.path, json.dumps({**self._read(), name: value}, indent=1) + "\n", mode=0o644)

    def _read(self) -> dict[str, str]:
        try:
            return dict(json.loads(self.path.read_text()))
        except (OSError, ValueError):
            return {}


def stamps() -> Stamps:
    """The stamps of the project folder; they go when the virtual environment goes."""
    return Stamps(places.VENV / "stamps.json")


def _environment() -> None:
    if places.PYTHON.exists():
        tried = subprocess.run([places.PYTHON, "-c", "import pip"], capture_output=True, check=False)
        if tried.returncode == 0:
            say.kept("Python environment")
            return
    with say.step("Python environment"):
        try:
            venv.create(places.VENV, clear=True, with_pip=True, symlinks=True)
        except (subprocess.CalledProcessError, ImportError) as error:
            raise Trouble(
                "This Python cannot make virtual environments with pip.",
                "On Debian or Ubuntu: apt install python3-venv. Or name another: make run PYTHON=/path/to/python3",
            ) from error


def _packages(lock: str) -> None:
    done = {name: fingerprint(places.PROJECT / name, also=sys.version) for name in {lock, DEVELOPMENT}}
    if any(stamps().holds("packages", f"{name} {value}") for name, value in done.items()):
        say.kept("Python packages")
        return
    with say.step(f"Python packages ({lock})"):
        pip: list[str | Path] = [
            places.PYTHON,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-input",
            "--no-deps",
            "--require-hashes",
        ]
        call([*pip, "-r", INSTALLER], log="setup-installer", cure=NETWORK)
        uv = places.VENV / "bin" / "uv"
        try:
            call(
                [uv, "pip", "sync", "--quiet", "--python", places.PYTHON, "--require-hashes", lock],
                log="setup-uv",
                cure=NETWORK,
            )
        except (Trouble, OSError):
            call([*pip, "-r", lock], log="setup-packages", cure=NETWORK)
        _command()
        stamps().put("packages", f"{lock} {done[lock]}")


def _command() -> None:
    """Put `portale` in the virtual environment: the project itself is used where it stands."""
    (places.packages() / "portale.pth").write_text(f"{places.PROJECT}\n")
    command = places.VENV / "bin" / "portale"
    text = (
        '#!/bin/sh\nexec "$(dirname "$0")/python" -c "from portal.cli import main; main(prog_name=\'portale\')" "$@"\n'
    )
    memory.write(command, text, mode=0o755)


def _assets() -> None:
    """What `portal.web.assets` gathers from the npm lock."""
    web = places.PROJECT / "portal" / "web"
    made = fingerprint(places.PROJECT / "package-lock.json", web / "assets.py")
    if stamps().holds("assets", made) and (places.PROJECT / "static" / "vendor").is_dir():
        say.kept("Front-end assets")
        return
    with say.step("Front-end assets"):
        call([places.PYTHON, "-m", "portal.web.assets"], log="setup-assets", cure=NETWORK)
        stamps().put("assets", made)


def _catalogues() -> None:
    """What `portal.web.catalogues` compiles from each slice's translations."""
    sources = sorted((places.PROJECT / "portal" / "translations").glob("*/*.po"))
    made = fingerprint(places.PROJECT / "portal" / "web" / "catalogues.py", *sources)
    if stamps().holds("catalogues", made):
        say.kept("Translations")
        return
    with say.step("Translations"):
        compile_all = "from portal.web.catalogues import compile_catalogues; compile_catalogues()"
        call([places.PYTHON, "-c", compile_all], log="setup-catalogues", cure="Mend the catalogue that the log names.")
        stamps().put("catalogues", made)
