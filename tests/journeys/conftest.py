"""The portal that journeys go through, and the browser that goes."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from portal.config import get_settings
from tests.journeys.live import live_url, portal, running, visit
from tests.journeys.site import Site, site

__all__ = ["chromium", "live_url", "portal", "ranked", "running", "visit"]

COMPANIES = 5


@pytest.fixture(scope="session")
def ranked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A portal whose demonstration has come to a published ranking."""
    server = get_settings().database_url
    with site(server, tmp_path_factory.mktemp("site"), stage="ranked", companies=COMPANIES) as standing:
        yield standing


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window. Skipped in words where there is none; in CI that is a failure."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        message = "Chromium is not installed (Debian: apt-get install chromium): browser tests are skipped"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
