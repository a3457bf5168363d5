"""A live portal in this very process, on an empty database of its own, for journeys that set their own scene.

`portal` is the whole application behind a real server; `visit` makes a page of a fresh browser, signed in or not.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Locator, Page
from sqlalchemy import Engine
from werkzeug.serving import make_server

from portal import db
from portal.app import create_app
from portal.config import get_settings
from portal.web.catalogues import compile_catalogues
from tests.databases import migrated

ROOT = Path(__file__).resolve().parents[2]
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


@dataclass(frozen=True)
class Portal:
    """A running portal: its address and its database."""

    url: str
    app: Flask
    engine: Engine


@pytest.fixture(scope="session")
def live_url() -> Iterator[str]:
    """A migrated database for the journeys; what they commit stays until the end."""
    with migrated("portale_live") as url:
        yield url


@pytest.fixture(scope="session")
def running(live_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The server, in a thread."""
    compile_catalogues()
    before = db._factory.kw.get("bind")
    home = tmp_path_factory.mktemp("journeys")
    update = {"database_url": live_url, "portale_home": home, "portale_demo": True, "public_url": "http://localhost"}
    app = create_app(get_settings().model_copy(update=update))
    engine = app.extensions["portale.engine"]
    db._factory.configure(bind=before)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Portal(f"http://127.0.0.1:{server.server_port}", app, engine)
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)
    engine.dispose()


@pytest.fixture
def portal(running: Portal) -> Iterator[Portal]:
    """The live portal; factories and services called by the test write to its database. Commit what pages must see."""
    before = db._factory.kw.get("bind")
    db.session.remove()
    db._factory.configure(bind=running.engine, join_transaction_mode="conditional_savepoint")
    with running.app.test_request_context():
        yield running
    db.session.remove()
    db._factory.configure(bind=before)


@pytest.fixture
def visit(chromium: Browser, portal: Portal) -> Iterator[Callable[..., Page]]:
    """Open the portal in a fresh browser: `visit("/bandi", email=…, password=…, viewport=PHONE, script=False)`."""
    contexts = []

    def go(
        path: str = "/", *, email: str = "", password: str = "", viewport: Any = DESKTOP, script: bool = True
    ) -> Page:
        context = chromium.new_context(
            base_url=portal.url, viewport=viewport, java_script_enabled=script, locale="it-IT", accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        if email:
            sign_in(page, email, password)
        page.goto(path)
        return page

    yield go
    for context in contexts:
        context.close()


def sign_in(page: Page, email: str, password: str) -> None:
    """By the form, as people do."""
    page.goto("/accedi")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/accedi" not in url)


def follow(page: Page, where: Locator) -> None:
    """Click, and wait for the page it leads to: what looks at a page meanwhile sees one that is going."""
    with page.expect_navigation():
        where.click()


def axe(page: Page) -> list[str]:
    """What axe finds on the page: rule, impact, first element. Empty when it is clean."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:160]}" for one in found]


def no_sideways(page: Page) -> bool:
    """Whether the page fits the width of its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
