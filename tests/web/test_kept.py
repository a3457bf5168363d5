"""Public pages kept for a moment: never what is somebody's."""

import pytest
from flask import Flask, Response, flash, session
from flask_wtf.csrf import generate_csrf

from portal.web import headers, kept, language
from portal.web.kept import kept as keep


@pytest.fixture
def site() -> Flask:
    app = Flask(__name__)
    app.secret_key = "of this test only"
    language.init_app(app)
    headers.init_app(app)
    app.extensions["times"] = times = {"n": 0}

    def count() -> str:
        times["n"] += 1
        return f"{times['n']} {language.current()}"

    def with_token() -> str:
        return count() + generate_csrf()

    def with_message() -> str:
        flash("Salvato")
        return count()

    def with_session() -> str:
        session["x"] = 1
        return count()

    def download() -> Response:
        headers = {"Content-Disposition": "attachment; filename=dati.yaml"}
        return Response(b"a: 1", headers=headers, mimetype="application/yaml")

    def busy() -> tuple[str, int]:
        return count(), 503

    for path, view in (
        ("/", count),
        ("/dati", download),
        ("/modulo", with_token),
        ("/detto", with_message),
        ("/mio", with_session),
    ):
        app.add_url_rule(path, path, keep(60)(view))
    app.add_url_rule("/no", "no", keep(60)(busy))
    app.add_url_rule("/subito", "now", keep(0)(count))
    kept.forget()
    return app


def test_a_visitor_gets_the_page_kept_for_the_address_and_language(site):
    ask = site.test_client()

    assert [ask.get("/").text, ask.get("/").text] == ["1 it", "1 it"]
    assert ask.get("/?q=1").text == "2 it"
    assert ask.get("/", headers={"Accept-Language": "en"}).text == "3 en"
    assert ask.get("/").headers["Content-Security-Policy"] == headers.POLICY


@pytest.mark.parametrize("path", ["/modulo", "/detto", "/mio"])
def test_what_is_somebodys_is_never_kept(site, path):
    assert site.test_client().get(path).headers["Cache-Control"] == "no-store"
    site.test_client().get(path)
    assert site.extensions["times"]["n"] == 2


def test_whoever_has_a_session_is_served_afresh(site):
    site.test_client().get("/")
    known = site.test_client()
    known.get("/mio")

    assert known.get("/").text == "3 it"
    assert site.test_client().get("/").text == "1 it"


def test_a_download_kept_is_still_a_download(site):
    ask = site.test_client()
    first, again = ask.get("/dati"), ask.get("/dati")

    assert again.data == first.data == b"a: 1"
    assert again.headers["Content-Disposition"] == "attachment; filename=dati.yaml"
    assert (again.mimetype, again.headers["Content-Length"]) == ("application/yaml", "4")


def test_faults_and_old_pages_are_not_kept(site):
    ask = site.test_client()

    assert [ask.get("/no").text, ask.get("/no").text] == ["1 it", "2 it"]
    assert [ask.get("/subito").text, ask.get("/subito").text] == ["3 it", "4 it"]


def test_what_is_kept_is_bounded(site, monkeypatch):
    monkeypatch.setattr(kept, "_MOST", 3)
    ask = site.test_client()
    for number in range(10):
        ask.get(f"/?n={number}")

    assert len(kept._pages) <= 3
