"""Italian first, English whole, and for foreign buyers English or Russian: which of them a page speaks."""

import re
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, Response, g, request
from flask_babel import Babel, LazyString, get_locale, gettext
from markupsafe import Markup, escape

TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"
LANGUAGES = ("it", "en")
FOR_BUYERS = ("en", "ru")
ALL = ("it", "en", "ru")
NAMES = {"it": "Italiano", "en": "English", "ru": "Русский"}
COOKIE = "lingua"
_YEAR = 365 * 24 * 3600


def offered() -> tuple[str, ...]:
    """The languages of the page asked for, its own first."""
    return FOR_BUYERS if request.path.startswith("/buyer/") else LANGUAGES


def choose() -> str:
    """`?lang=`, else the cookie, else the browser's wish, else the page's own."""
    spoken = offered()
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wish in spoken:
            return wish
    return request.accept_languages.best_match(spoken, default=spoken[0]) or spoken[0]


def current() -> str:
    """`it`, `en` or `ru`; Italian outside a request."""
    try:
        locale = g._flask_babel.babel_locale  # noqa: SLF001 - what get_locale() looks up, ten times as slowly
    except (AttributeError, RuntimeError):
        locale = get_locale()
    return str(locale.language) if locale else "it"


_LONE = re.compile("(?<!%)%(?![%(])")
_heard: dict[str, dict[str, tuple[Markup, Markup]]] = {language: {} for language in ALL}


def gettext_plain(text: str, **values: object) -> str:
    """`_()` where nothing is escaped: in what is no HTML."""
    return str(_LONE.sub("%%", gettext(text)) % values)


def _say(text: str, **values: object) -> Markup:
    """`_()` in templates: looked up once a process and language; values are escaped, a lone % is a percent sign."""
    heard = _heard[current()]
    if (found := heard.get(text)) is None:
        pattern = Markup(_LONE.sub("%%", gettext(text)))  # noqa: S704 - our own catalogues
        found = heard[text] = (pattern, pattern if "%(" in pattern else pattern % {})
    return found[0] % values if values else found[1]


def _remember(response: Response) -> Response:
    wish = request.args.get("lang")
    if wish in offered():
        response.set_cookie(COOKIE, wish, max_age=_YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def other_language() -> tuple[str, str]:
    """The other language's code, and the address of this page in it."""
    other = next(one for one in offered() if one != current())
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
