"""Italian first, English whole: which of the two a page speaks."""

from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, Response, request
from flask_babel import Babel, LazyString, get_locale
from markupsafe import escape

TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"
LANGUAGES = ("it", "en")
COOKIE = "lingua"
_YEAR = 365 * 24 * 3600


def choose() -> str:
    """`?lang=`, else the cookie, else the browser's wish, else Italian."""
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return wish
    return request.accept_languages.best_match(LANGUAGES, default="it") or "it"


def current() -> str:
    """`it` or `en`; Italian outside a request."""
    locale = get_locale()
    return str(locale.language) if locale else "it"


def _remember(response: Response) -> Response:
    wish = request.args.get("lang")
    if wish in LANGUAGES:
        response.set_cookie(COOKIE, wish, max_age=_YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def other_language() -> tuple[str, str]:
    """The other language's code, and the address of this page in it."""
    other = "en" if current() == "it" else "it"
    args = request.args.to_dict(flat=False) | {"lang": [other]}
    pairs = [(key, value) for key, values in args.items() for value in values]
    return other, f"{request.path}?{urlencode(pairs)}"


def _as_text(lazy: LazyString) -> str:
    """A lazy text as markup: escaped, since what fills its places may come from anyone. Flask-Babel does not."""
    return escape(str(lazy))


def init_app(app: Flask) -> None:
    """Install Babel and the choice of language."""
    LazyString.__html__ = _as_text
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "it")
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Europe/Rome")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(app, locale_selector=choose)
    app.after_request(_remember)
