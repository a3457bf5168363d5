"""Italian first, English whole: which of the two a page speaks."""

import re
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, Response, g, request
from flask_babel import Babel, LazyString, get_locale, gettext
from markupsafe import Markup, escape

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
    try:
        locale = g._flask_babel.babel_locale  # noqa: SLF001 - what get_locale() looks up, ten times as slowly
    except (AttributeError, RuntimeError):
        locale = get_locale()
    return str(locale.language) if locale else "it"


_LONE = re.compile("(?<!%)%(?![%(])")
_heard: dict[str, dict[str, tuple[Markup, Markup]]] = {language: {} for language in LANGUAGES}


def _say(text: str, **values: object) -> Markup:
    """`_()` in templates: looked up once a process and language; values are escaped, a lone % is a percent sign."""
    heard = _heard[current()]
    if (found := heard.get(text)) is None:
        pattern = Markup(_LONE.sub("%%", gettext(text)))  # noqa: S704 - our own catalogues
        found = heard[text] = (pattern, pattern if "%(" in pattern else pattern % {})
    return found[0] % values if values else found[1]


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
    app.jinja_env.globals.update(_=_say, gettext=_say)
    app.after_request(_remember)
