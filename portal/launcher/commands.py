"""What `make` calls: one function for each command of the Makefile."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from portal.launcher import checks, content, installation, memory, places, postgres, programs, say, setting
from portal.launcher.processes import Service, stop
from portal.launcher.say import Trouble
from portal.launcher.supervisor import Interrupted, Supervisor, running, sweep

READY_S = 60
END_S = 60
ORPHANS_LEAVE_S = 30
INTERRUPTED = 130
MISSION_COMPANIES = "75"  # meetings want sixty firms, and not all that apply are funded
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def main(words: list[str]) -> int:
    """Run one command; 0 done, 1 not, 130 interrupted."""
    name, *rest = words or ["help"]
    known: dict[str, Callable[[list[str]], int]] = {
        "run": run,
        "up": up,
        "down": down,
        "status": status,
        "install": install,
        "setup": setup,
        "test": test,
        "demo": demo,
        "prove": prove,
        "bench": bench,
        "lock": lock,
    }
    if name not in known:
        say.line(f"Usage: make [{'|'.join(known)}]")
        return 2
    try:
        return known[name](rest)
    except Trouble as problem:
        say.trouble(problem)
        return 1
    except (Interrupted, KeyboardInterrupt):
        return INTERRUPTED


def run(_words: list[str]) -> int:
    """Set up what is missing and run everything until told to stop."""
    boss = Supervisor()
    boss.listen()
    try:
        with only_one(), attended(boss):
            begun = time.monotonic()
            environment = make_ready(boss)
            services = programs.services(environment)
            with say.step("Opening the portal"):
                open_web(boss, services)
            for service in services:
                if service.name not in programs.FIRST:
                    boss.start(service)
            greet(time.monotonic() - begun)
            boss.watch()
    except Interrupted:
        say.line("Stopped.")
    return 0


def open_web(boss: Supervisor, services: list[Service]) -> None:
    """Start what answers people, and wait until it does."""
    for service in services:
        if service.name in programs.FIRST:
            boss.start(service)
    boss.watch(until=lambda: is_ready() or boss.gave_up("web"), patience=READY_S)
    if not is_ready():
        raise Trouble(f"No answer on {address()}/readyz.", content.LOGS, places.log("web"))


def is_ready() -> bool:
    """Whether submissions can be taken."""
    return answer("/readyz") == HTTPStatus.OK


def make_ready(boss: Supervisor, *, for_tests: bool = False) -> dict[str, str]:
    """Set-up, servers, content; the environment of the portal's programs."""
    say.line(f"Portale Export, in {places.PROJECT}; state in {places.home()}")
    installation.install(for_tests=for_tests)
    with say.step("Database and broker"):
        setting.start_servers(boss)
    environment = setting.choose()
    content.prepare(environment)
    return environment


@contextmanager
def only_one() -> Iterator[None]:
    """One launcher at a time for one home; what a dead one left behind is stopped first."""
    with (places.folder("run") / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble(
                f"The portal is running already: {address()}", "make status shows it; make down stops it."
            ) from None
        if left := running():
            sweep(left)
        port_is_free(patience_s=ORPHANS_LEAVE_S if left else 0)
        yield


def port_is_free(*, patience_s: int = 0) -> None:
    """Refuse a port that is somebody else's before anything is set up.

    A web process whose master was killed keeps the port until it notices: wait for that.
    """
    port = int(os.environ.get("PORT") or setting.DEFAULT_PORT)
    end = time.monotonic() + patience_s
    while not memory.is_free(port) and time.monotonic() < end:
        time.sleep(0.5)
    if not memory.is_free(port):
        raise Trouble(f"Port {port} is in use by another program.", f"Choose another: make run PORT={port + 1}")


@contextmanager
def attended(boss: Supervisor) -> Iterator[None]:
    """Stop everything at the end, however it comes."""
    try:
        boss.write_down()
        yield
    finally:
        if boss.children:
            say.line("Stopping …")
        boss.stop()


def address() -> str:
    """Where the portal answers on this machine."""
    return f"http://127.0.0.1:{os.environ.get('PORT') or memory.read().get('PORT') or setting.DEFAULT_PORT}"


def answer(path: str) -> int:
    """The status of one page; 0 where nobody answers."""
    try:
        with DIRECTLY.open(address() + path, timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, ValueError):
        return 0


def greet(seconds: float) -> None:
    """Say where the portal is, and with whose names one may enter."""
    say.line(f"\nReady after {seconds:.1f} s: {address()}")
    if setting.is_demo():
        say.line(f"Messages sent: {address()}/posta")
        with contextlib.suppress(OSError, ValueError, KeyError):
            known = json.loads(content.accounts().read_text())
            say.line(f"Demonstration sign-ins ({content.accounts()}):")
            for one in known:
                say.line(f"  {one['role']:<10} {one['email']:<44} {one['password']}")
    say.line("make down stops it." if "PORTALE_DETACHED" in os.environ else "Ctrl-C stops it.")


def up(_words: list[str]) -> int:
    """The same in the background; 0 when /readyz answers 200."""
    known = running()
    if known and known.launcher.is_alive and is_ready():
        say.line(f"The portal is running already: {address()}")
        return 0
    log = places.log("launcher")
    with log.open("w") as output:
        launcher = subprocess.Popen(
            [sys.executable, "-m", "portal.launcher", "run"],
            cwd=places.PROJECT,
            env={**os.environ, "PORTALE_DETACHED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    with log.open() as words:
        while True:
            code = launcher.poll()
            told = words.read()
            say.line(told, end="")
            if "make down stops it." in told:
                return 0
            if code is not None:
                return code or 1
            time.sleep(0.2)


def down(_words: list[str]) -> int:
    """Stop what runs, by remembered pid and start time."""
    known = running()
    if known is None or not (known.launcher.is_alive or known.alive):
        say.line("Nothing is running.")
        return 0
    if known.launcher.is_alive:
        stop(known.launcher, signal.SIGTERM, END_S)
    if left := running():
        sweep(left)
    say.line("Stopped.")
    return 0


def status(_words: list[str]) -> int:
    """What runs, and whether it answers; 0 when it does."""
    known = running()
    if known is None:
        say.line("Nothing is running.")
        return 1
    for name, one in {"launcher": known.launcher, **known.services}.items():
        say.line(f"  {name:<10} {'runs' if one.is_alive else 'ended'}  pid {one.pid}")
    code = answer("/readyz")
    say.line(f"  {address()}/readyz answers {code or 'nothing'}")
    return 0 if code == HTTPStatus.OK else 1


def install(_words: list[str]) -> int:
    """Packages, assets and translations, without any server: what an image needs."""
    installation.install()
    return 0


def setup(_words: list[str]) -> int:
    """The set-up alone."""
    with with_servers():
        say.line("All is set up.")
    return 0


@contextmanager
def with_servers() -> Iterator[dict[str, str]]:
    """The environment for one command: the running portal's, or servers started for this command alone."""
    known = running()
    if known and known.launcher.is_alive:
        installation.install()
        yield setting.remembered()
        return
    boss = Supervisor()
    boss.listen()
    with only_one(), attended(boss):
        yield make_ready(boss)


def demo(_words: list[str]) -> int:
    """Fill the database through the services."""
    stage = os.environ.get("STAGE", "ranked")
    companies = os.environ.get("COMPANIES", MISSION_COMPANIES if stage == "mission" else "50")
    with with_servers() as environment:
        command = [*content.PORTALE, "demo", "fill", "--stage", stage, "--companies", companies]
        return subprocess.run(command, cwd=places.PROJECT, env=environment, check=False).returncode


def test(words: list[str]) -> int:
    """Every fast check and test."""
    os.environ["PORTALE_HOME"] = str(places.folder("test"))
    installation.install(for_tests=True)
    boss = Supervisor()
    boss.listen()
    with (places.folder("run") / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if left := running():
            sweep(left)
        with attended(boss):
            with say.step("Database and broker"):
                setting.start_servers(boss, **postgres.UNSAFE)
            return checks.run(setting.choose(with_sink=False), words)


def prove(words: list[str]) -> int:
    """The slow proofs, all or the one named."""
    return _programs("prove", words)


def bench(words: list[str]) -> int:
    """The benchmarks, all or the one named."""
    return _programs("bench", words)


def _programs(kind: str, words: list[str]) -> int:
    folder = places.PROJECT / "benchmarks" / kind
    known = sorted(path.stem for path in folder.glob("[a-z]*.py"))
    wanted = words or known
    if strange := [name for name in wanted if name not in known]:
        raise Trouble(f"There is no {kind}-{strange[0]}.", f"Known: {', '.join(known)}")
    failed = []
    os.environ["PORTALE_HOME"] = str(places.folder(kind))
    installation.install(for_tests=True)
    for name in wanted:
        say.line(f"{kind}-{name}")
        done = subprocess.run(
            [places.PYTHON, "-m", f"benchmarks.{kind}.{name}"],
            cwd=places.PROJECT,
            check=False,
            env=setting.environment(dict(os.environ)),
        )
        failed += [name] if done.returncode else []
    if failed:
        say.line(f"Goals not met: {', '.join(failed)}")
    return 1 if failed else 0


def lock(_words: list[str]) -> int:
    """Write the lock files anew from pyproject.toml, with hashes and without any registry's address."""
    installation.install(for_tests=True)
    options = (
        "--quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --python-version 3.11"
    )
    compile_one: list[str | Path] = [places.VENV / "bin" / "uv", "pip", "compile", "pyproject.toml", *options.split()]
    for target, more in (
        (installation.RUNTIME, []),
        (installation.DEVELOPMENT, ["--extra", "dev", "-c", installation.RUNTIME]),
    ):
        with say.step(target):
            installation.call([*compile_one, *more, "-o", target], log="lock", cure=installation.NETWORK)
    return 0
