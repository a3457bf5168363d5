"""Static files: served before Flask, for a year, under an address that changes when any of them does."""

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask
from whitenoise import WhiteNoise

FOLDER = Path(__file__).resolve().parent.parent.parent / "static"
_YEAR = 365 * 24 * 3600


def digest(folder: Path) -> str:
    """Twelve hexadecimal digits of all names and contents under `folder`."""
    seen = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            seen.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
            seen.update(content)
    return seen.hexdigest()[:12]


def _headers(headers: Any, _path: str, _url: str) -> None:  # noqa: ANN401 - WhiteNoise's own
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


def init_app(app: Flask) -> None:
    """Serve `static/` at `/static/<digest>/…`; `asset('ui/nav.js')` gives an address.

    One digest for the whole folder keeps relative addresses inside style sheets and modules true.
    """
    release = f"/static/{digest(FOLDER)}/"
    server = WhiteNoise(
        app.wsgi_app,
        root=str(FOLDER),
        prefix=release,
        max_age=_YEAR,
        immutable_file_test=lambda _path, _url: True,
        add_headers_function=_headers,
    )
    app.wsgi_app = server  # type: ignore[method-assign]

    def asset(name: str) -> str:
        """The address of a file under `static/`."""
        return release + name

    app.add_template_global(asset)
    app.jinja_env.globals["sprite"] = asset("vendor/bootstrap-italia/svg/sprites.svg")
