"""A home of its own for each test of the launcher."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.launcher import postgres


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """State in a fresh folder that a system user may enter; what set-up put elsewhere goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="portale-"))
    folder.chmod(0o755)
    monkeypatch.setenv("PORTALE_HOME", str(folder))
    yield folder
    link = folder / "postgres"
    if link.is_symlink() and link.resolve().parent == postgres.ROOMY:
        shutil.rmtree(link.resolve())
    shutil.rmtree(folder)
