"""The catalogue is compiled whole, however many compile it at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo

from portal.web import catalogues


def test_several_may_compile_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    compiled = tmp_path / "LC_MESSAGES" / "messages.mo"
    monkeypatch.setattr(catalogues, "COMPILED", compiled)
    with ThreadPoolExecutor(6) as threads:
        numbers = set(threads.map(lambda _turn: catalogues.compile_catalogues(), range(12)))
    with compiled.open("rb") as source:
        assert numbers == {len(read_mo(source))}
    assert list(compiled.parent.iterdir()) == [compiled]
