"""Processes by pid and start time, so that a number that came round again is never signalled."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SET_PARENT_DEATH_SIGNAL = 1


@dataclass(frozen=True)
class Mark:
    """One process that lived: its pid, and when it began."""

    pid: int
    began: str

    @property
    def is_alive(self) -> bool:
        """Whether this very process still runs."""
        return self.began != "" and began(self.pid) == self.began


def began(pid: int) -> str:
    """When a process began, in units of the kernel's own; empty for one that is gone or a zombie."""
    if sys.platform != "linux":
        return _began_by_ps(pid)
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else f"{_boot()}/{fields[19]}"


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _began_by_ps(pid: int) -> str:
    answer = subprocess.run(["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def mark(pid: int) -> Mark:
    """Remember a process that runs now."""
    return Mark(pid, began(pid))


@dataclass(frozen=True)
class Service:
    """A program to keep running: how to start it and how to ask it to stop."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    directory: Path
    user: int | None = None
    stop_with: signal.Signals = signal.SIGTERM
    before: Callable[[], None] = field(default=lambda: None)

    def start(self) -> "subprocess.Popen[bytes]":
        """Start it in a session of its own, holding none of our files; it is told when we die."""
        self.before()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            return subprocess.Popen(
                self.command,
                cwd=self.directory,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: become(self.user, self.stop_with),
            )


def become(user: int | None, at_parents_death: signal.Signals | None = None) -> None:
    """In a child before exec: give up root for `user`, and ask to be stopped when the parent dies."""
    if user is not None and os.geteuid() != user:
        import pwd  # noqa: PLC0415 - not there on every system

        os.setgroups([])
        os.setgid(pwd.getpwuid(user).pw_gid)
        os.setuid(user)
    if at_parents_death is not None and sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, int(at_parents_death))


def stop(known: Mark, with_signal: signal.Signals, patience: float) -> None:
    """Ask a process to end, wait, then end it and its group by force."""
    if not known.is_alive:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(known.pid, with_signal)
    if not wait_for_end(known, patience):
        kill_group(known.pid)
        wait_for_end(known, 5)


def wait_for_end(known: Mark, patience: float) -> bool:
    """Wait until a process has ended; False where it outlasts our patience (seconds)."""
    limit = time.monotonic() + patience
    while known.is_alive:
        if time.monotonic() > limit:
            return False
        time.sleep(0.05)
    return True


def kill_group(pid: int) -> None:
    """End whatever is left in the session that a process led."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
