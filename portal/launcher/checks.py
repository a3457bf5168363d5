"""`make test`: the checks in order, cheapest first, then the tests; all are run, all that failed are named."""

import subprocess
import time

from portal.launcher import places, say

PYTHON = str(places.PYTHON)
TOOLS = places.VENV / "bin"
CHECKS = {
    "ruff": [str(TOOLS / "ruff"), "check"],
    "ruff format": [str(TOOLS / "ruff"), "format", "--check"],
    "import-linter": [str(TOOLS / "lint-imports"), "--no-logo"],
    "djlint": [PYTHON, "-m", "djlint", "templates", "--lint", "--quiet"],
    "codespell": [str(TOOLS / "codespell")],
    "mypy": [PYTHON, "-m", "mypy"],
}


def run(environment: dict[str, str], words: list[str]) -> int:
    """0 when every check and every test passes; `words` go to pytest."""
    failed = [name for name, command in CHECKS.items() if not passes(name, command, environment)]
    tests = subprocess.run(
        [PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadgroup", *words],
        cwd=places.PROJECT,
        env=environment,
        check=False,
    )
    for name in failed:
        say.line(f"Failed: {name}")
    return 1 if failed or tests.returncode else 0


def passes(name: str, command: list[str], environment: dict[str, str]) -> bool:
    """Run one check; its words are shown only where it fails."""
    begun = time.monotonic()
    done = subprocess.run(
        command,
        cwd=places.PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    say.line(f"  {name:<42}{time.monotonic() - begun:6.1f} s  {'ok' if done.returncode == 0 else 'FAILED'}")
    if done.returncode:
        say.line(done.stdout)
    return done.returncode == 0
