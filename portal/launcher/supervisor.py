"""Keeps services running: starts, restarts what died, remembers pids, stops all in order."""

import json
import math
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from portal.launcher import memory, places, say
from portal.launcher.processes import Mark, Service, kill_group, mark, stop

PATIENCE_S = {"postgres": 30.0, "valkey": 10.0}
DEFAULT_PATIENCE_S = 20.0
SERVERS = ("valkey", "postgres")
LONGEST_PAUSE_S = 8.0
SETTLED_S = 30.0
HOPELESS = 3
LOOK_EVERY_S = 0.25


class Interrupted(BaseException):
    """Somebody asked us to stop."""


@dataclass
class Child:
    """A service and its present process."""

    service: Service
    process: "subprocess.Popen[bytes]"
    mark: Mark
    began_at: float
    pause: float = 0.5
    deaths: int = 0
    due_at: float | None = None


class Supervisor:
    """The processes of one installation, in the order in which they were started."""

    def __init__(self) -> None:
        self.children: dict[str, Child] = {}
        self.is_stopping = False
        self.is_asked_to_stop = False

    def listen(self) -> None:
        """From now on Ctrl-C, SIGTERM and a closed terminal end us in good order."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked)

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self.is_asked_to_stop = True
        if not self.is_stopping:
            self.is_stopping = True
            raise Interrupted

    def start(self, service: Service) -> None:
        """Start a service and remember it."""
        process = service.start()
        self.children[service.name] = Child(service, process, mark(process.pid), time.monotonic())
        self.write_down()

    def write_down(self) -> None:
        """Remember who runs, for `down`, `status`, and whoever comes after a `kill -9`."""
        known = {
            name: vars(child.mark) | {"stop": int(child.service.stop_with)} for name, child in self.children.items()
        }
        whole = {"launcher": vars(mark(os.getpid())), "services": known}
        memory.write(places.folder("run") / "processes.json", json.dumps(whole, indent=1) + "\n")

    def watch(self, *, until: Callable[[], bool] = lambda: False, patience: float = math.inf) -> bool:
        """Keep everything running until `until()` holds; False where `patience` (seconds) runs out first."""
        limit = time.monotonic() + patience
        while not until():
            if time.monotonic() > limit:
                return False
            for child in list(self.children.values()):
                self.look_at(child)
            time.sleep(LOOK_EVERY_S)
        return True

    def look_at(self, child: Child) -> None:
        """Restart a child that died: soon at first, then with longer pauses while it goes on dying."""
        now = time.monotonic()
        if child.due_at is None:
            code = child.process.poll()
            if code is None:
                return
            kill_group(child.process.pid)
            child.pause = 0.5 if now - child.began_at > SETTLED_S else min(child.pause * 2, LONGEST_PAUSE_S)
            child.due_at = now + child.pause
            child.deaths += 1
            say.line(f"\n{child.service.name} ended ({code}); starting it again. Log: {child.service.log}")
        elif now >= child.due_at:
            self.start(child.service)
            again = self.children[child.service.name]
            again.pause, again.deaths = child.pause, child.deaths

    def gave_up(self, name: str) -> bool:
        """Whether a service died so often that waiting for it is vain."""
        return self.children[name].deaths >= HOPELESS

    def stop(self) -> None:
        """Stop all: those who use the servers first and together, then the servers."""
        self.is_stopping = True
        users = [child for name, child in self.children.items() if name not in SERVERS]
        for child in users:
            if child.process.poll() is None:
                child.process.send_signal(child.service.stop_with)
        for child in users:
            _see_out(child)
        for name in SERVERS:
            if name in self.children:
                child = self.children[name]
                if child.process.poll() is None:
                    child.process.send_signal(child.service.stop_with)
                _see_out(child)
        self.children.clear()
        (places.folder("run") / "processes.json").unlink(missing_ok=True)


def _see_out(child: Child) -> None:
    if child.due_at is not None:
        return
    try:
        child.process.wait(PATIENCE_S.get(child.service.name, DEFAULT_PATIENCE_S))
    except subprocess.TimeoutExpired:
        say.line(f"{child.service.name} did not end in time and was ended by force.")
    kill_group(child.process.pid)
    child.process.wait()


@dataclass(frozen=True)
class Running:
    """What the last launcher wrote down."""

    launcher: Mark
    services: dict[str, Mark]
    stop_with: dict[str, signal.Signals]

    @property
    def alive(self) -> dict[str, Mark]:
        """The services that still run."""
        return {name: known for name, known in self.services.items() if known.is_alive}


def running() -> Running | None:
    """What was written down, or None where nothing was, or it makes no sense."""
    try:
        whole = json.loads((places.home() / "run" / "processes.json").read_text())
        services = {name: Mark(one["pid"], one["began"]) for name, one in whole["services"].items()}
        signals = {name: signal.Signals(one["stop"]) for name, one in whole["services"].items()}
        return Running(Mark(whole["launcher"]["pid"], whole["launcher"]["began"]), services, signals)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def sweep(known: Running) -> None:
    """Stop what a launcher that is gone left behind: users of the servers first."""
    order = sorted(known.alive, key=lambda name: SERVERS.index(name) if name in SERVERS else -1)
    for name in order:
        say.line(f"Stopping {name}, left behind by an earlier run.")
        stop(
            known.alive.get(name, known.services[name]), known.stop_with[name], PATIENCE_S.get(name, DEFAULT_PATIENCE_S)
        )
    (places.home() / "run" / "processes.json").unlink(missing_ok=True)
