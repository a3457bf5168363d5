"""The catalogue is compiled whole, however many compile it at once."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo

from portal.web import catalogues
from portal.web.language import TRANSLATIONS


def test_several_may_compile_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(catalogues, "TRANSLATIONS", tmp_path)
    (tmp_path / "en").mkdir()
    shutil.copy(TRANSLATIONS / "en" / "web.po", tmp_path / "en")
    compiled = [tmp_path / language / "LC_MESSAGES" / "messages.mo" for language in ("en", "ru")]
    with ThreadPoolExecutor(6) as threads:
        numbers = set(threads.map(lambda _turn: catalogues.compile_catalogues(), range(12)))
    assert numbers == {sum(len(read_mo(BytesIO(path.read_bytes()))) for path in compiled)}
    assert [path for one in compiled for path in one.parent.iterdir()] == compiled
