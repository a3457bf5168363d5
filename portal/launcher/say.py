"""What the launcher tells the person at the terminal, one line at a time."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Trouble(Exception):
    """Something stopped us: `what` happened, and `cure` is what to do about it; `code` of a command."""

    def __init__(self, what: str, cure: str, log: Path | None = None, *, code: int = 0) -> None:
        super().__init__(what)
        self.what, self.cure, self.log, self.code = what, cure, log, code


def line(text: str = "", *, end: str = "\n") -> None:
    """Print at once; a reader who went away (`| head`) must not stop the portal."""
    try:
        sys.stdout.write(text + end)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def step(name: str) -> Iterator[None]:
    """Show a step and how long it took; name it in the Trouble that it ends in."""
    line(f"  {name:<42}", end="")
    begun = time.monotonic()
    try:
        yield
    except Trouble as trouble:
        line("failed")
        trouble.add_note(name)
        raise
    line(f"{time.monotonic() - begun:6.1f} s")


def kept(name: str) -> None:
    """Show a step that had nothing to do."""
    line(f"  {name:<42}     up to date")


def trouble(problem: Trouble) -> None:
    """Say what stopped us, the end of its log, and the cure."""
    where = "".join(getattr(problem, "__notes__", [])[:1])
    line()
    line(f"Stopped{' at: ' + where if where else ''}")
    line(f"  {problem.what}")
    if problem.log and problem.log.is_file():
        line(f"  The end of {problem.log}:")
        for text in problem.log.read_text(errors="replace").splitlines()[-15:]:
            line(f"    {text}")
    line(f"What to do: {problem.cure}")
