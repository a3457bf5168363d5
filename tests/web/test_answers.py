"""What every answer carries: sealed headers, one language, words for what went wrong."""

import json
from html import unescape

import html5lib
import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from flask_babel import lazy_gettext as lazily
from sqlalchemy.exc import OperationalError

from portal.web.headers import ALWAYS
from portal.web.setup import csrf


@pytest.fixture(scope="module")
def broken(settings) -> Flask:
    """A portal with pages that fail in each way."""
    from portal.app import create_app  # noqa: PLC0415 - its own application: routes are added

    app = create_app(settings)

    @app.get("/rotto")
    def fault() -> str:
        raise ZeroDivisionError

    statement = "SELECT 1"

    @app.get("/occupato")
    def busy() -> str:
        raise OperationalError(statement, {}, ConnectionError())

    @app.post("/invia")
    def send() -> str:
        return "inviato"

    @app.get("/pigro")
    def lazy() -> str:
        text = lazily("Il codice %(code)s non esiste.", code="<b>'")
        return render_template_string("{{ text }} {{ text ~ '!' }} {{ [text] | join }}", text=text)

    @csrf.exempt
    @app.post("/api/v1/invia")
    def send_json() -> str:
        raise ZeroDivisionError

    return app


@pytest.fixture
def visitor(broken: Flask, session) -> FlaskClient:
    return broken.test_client()


@pytest.mark.parametrize("path", ["/", "/aiuto", "/privacy", "/accessibilita", "/nulla", "/healthz", "/rotto"])
def test_every_answer_is_sealed(visitor, path):
    headers = visitor.get(path).headers

    assert {name: headers.get(name) for name in ALWAYS} == ALWAYS


@pytest.mark.parametrize("path", ["/", "/aiuto", "/privacy", "/accessibilita", "/nulla", "/rotto", "/occupato"])
@pytest.mark.parametrize("language", ["it", "en"])
def test_every_page_is_valid_html_in_its_language(visitor, path, language):
    text = visitor.get(path, headers={"Accept-Language": language}).text

    html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    assert f'<html lang="{language}">' in text


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nulla", 404, "Pagina non trovata"),
        ("/rotto", 500, "Qualcosa si è rotto, ed è colpa nostra"),
        ("/occupato", 503, "Il servizio è momentaneamente occupato"),
        ("/invia", 405, "Questa operazione parte da un'altra pagina"),
    ],
)
def test_what_goes_wrong_is_said_in_words(visitor, path, status, words):
    answer = visitor.get(path, headers={"Accept-Language": "it"})

    assert answer.status_code == status
    assert f"<h1>{words}</h1>" in unescape(answer.text)
    assert answer.headers.get("Retry-After") == ("5" if status == 503 else None)


def test_a_post_without_its_token_changes_nothing_and_says_so(visitor):
    answer = visitor.post("/invia", headers={"Accept-Language": "it"})

    assert answer.status_code == 400
    assert "<h1>La pagina era aperta da troppo tempo</h1>" in answer.text
    assert "nulla di quanto era salvato è andato perso" in answer.text


def test_what_fills_a_lazy_text_is_escaped(visitor):
    assert visitor.get("/pigro").text.count("&lt;b&gt;&#39;") == 3


def test_machines_get_a_problem_in_json(visitor):
    answer = visitor.post("/api/v1/invia", headers={"Accept-Language": "en"})

    assert answer.mimetype == "application/problem+json"
    assert json.loads(answer.text)["status"] == 500


def test_a_forged_host_is_refused(visitor):
    assert visitor.get("/aiuto", headers={"Host": "evil.example"}).status_code == 400
    assert visitor.get("/aiuto", headers={"X-Forwarded-Host": "evil.example"}).status_code == 200


def test_the_language_is_chosen_and_remembered(visitor):
    assert '<html lang="it">' in visitor.get("/aiuto", headers={"Accept-Language": "de"}).text
    assert '<html lang="en">' in visitor.get("/aiuto?lang=en", headers={"Accept-Language": "it"}).text
    assert '<html lang="en">' in visitor.get("/aiuto", headers={"Accept-Language": "it"}).text
    assert '<html lang="it">' in visitor.get("/aiuto?lang=it").text
    assert '<html lang="it">' in visitor.get("/aiuto?lang=xx").text


def test_pages_without_anything_private_may_be_kept_and_checked(visitor):
    assert visitor.get("/aiuto").headers["Cache-Control"] == "no-cache"


def test_alive_ready_and_measured(visitor):
    assert visitor.get("/healthz").text == "ok\n"
    ready = visitor.get("/readyz")
    assert ready.status_code == 200
    assert ready.json["database"] == "ok"
    assert b"portale_http_answers_total" in visitor.get("/metrics").data


def test_measures_are_not_for_strangers(visitor):
    assert visitor.get("/metrics", environ_base={"REMOTE_ADDR": "8.8.8.8"}).status_code == 404


def test_static_files_live_for_a_year_under_a_digest(visitor, broken):
    address = broken.jinja_env.globals["asset"]("tokens.css")
    answer = visitor.get(address)

    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert address.startswith("/static/")
    answer.close()


def test_a_percent_sign_is_one_doubled_or_not(broken):
    with broken.test_request_context():
        text = render_template_string(
            "{{ _('dal 25% in su') }} {{ _('dal 25%% in su') }} "
            "{{ _('il 5% di %(x)s', x='<b>') }} {{ _('il 5%% di %(x)s', x=1) }}"
        )
    assert text == "dal 25% in su dal 25% in su il 5% di &lt;b&gt; il 5% di 1"
