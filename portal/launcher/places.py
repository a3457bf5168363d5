"""Where things are: the project, its virtual environment, the state of this installation."""

import os
import sysconfig
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"


def home() -> Path:
    """Where state lives: PORTALE_HOME, or `var/` in the project."""
    return Path(os.environ.get("PORTALE_HOME") or PROJECT / "var").resolve()


def folder(*parts: str, mode: int = 0o755) -> Path:
    """A folder under `home()`, made when missing."""
    path = home().joinpath(*parts)
    path.mkdir(mode=mode, parents=True, exist_ok=True)
    return path


def log(name: str) -> Path:
    """The log of one process or step."""
    return folder("log") / f"{name}.log"


def packages() -> Path:
    """The folder of installed packages in the virtual environment."""
    variables = {"base": str(VENV), "platbase": str(VENV)}
    return Path(sysconfig.get_path("purelib", "venv", variables))
