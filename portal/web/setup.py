"""One call installs all that pages share."""

import os
from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.config import Settings
from portal.web import errors, filters, headers, health, language, navigation, numbers, pages, static, templates
from portal.web.navigation import NavItem

csrf = CSRFProtect()


def _configure(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    public = urlsplit(settings.public_url)
    more = (name.strip() for name in settings.trusted_hosts.split(","))
    app.config["TRUSTED_HOSTS"] = [*filter(None, (public.hostname, *more)), "localhost", "127.0.0.1"]
    app.config["SESSION_COOKIE_HTTPONLY"] = True
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.config["SESSION_COOKIE_SECURE"] = public.scheme == "https"
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["METRICS_MULTIPROCESS"] = "PROMETHEUS_MULTIPROC_DIR" in os.environ
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=0, x_prefix=0
        )


def init_app(app: Flask, *, nav: Sequence[NavItem] = ()) -> None:
    """Languages, CSRF, filters, headers, errors, health, static files and the pages of the house.

    `nav` is the main menu.
    """
    _configure(app)
    numbers.init_app(app)
    templates.init_app(app)
    language.init_app(app)
    csrf.init_app(app)
    filters.init_app(app)
    headers.init_app(app)
    errors.init_app(app)
    health.init_app(app)
    static.init_app(app)
    navigation.init_app(app, nav)
    app.register_blueprint(pages.bp)
    app.jinja_env.globals.update(
        page_language=language.current, other_language=language.other_language, language_names=language.NAMES
    )
