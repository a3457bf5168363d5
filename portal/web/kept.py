"""Public pages kept for a moment: in a rush, a thousand visitors cost one rendering a second."""

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Response, current_app, make_response, request
from flask.typing import ResponseReturnValue

from portal.web.headers import is_private
from portal.web.language import current

Args = ParamSpec("Args")
_MOST = 512
_pages: dict[tuple[int, str, str], tuple[float, bytes, list[tuple[str, str]]]] = {}


def _is_anybody() -> bool:
    """A visitor of whom we know nothing: no session, so nothing on the page can be theirs."""
    return request.method == "GET" and current_app.config["SESSION_COOKIE_NAME"] not in request.cookies


def kept(seconds: float = 1.0) -> Callable[[Callable[Args, ResponseReturnValue]], Callable[Args, ResponseReturnValue]]:
    """Render a public page at most once in `seconds` for visitors without a session, in each language.

    What turns out private (a token, a message, a person signed in), not 200, or sets a cookie is never kept. For pages
    that are the same to everybody and may be `seconds` old; deadlines are judged where things are submitted.
    """

    def keep(view: Callable[Args, ResponseReturnValue]) -> Callable[Args, ResponseReturnValue]:
        @wraps(view)
        def shown(*args: Args.args, **kwargs: Args.kwargs) -> ResponseReturnValue:
            if not _is_anybody():
                return view(*args, **kwargs)
            key = (id(current_app._get_current_object()), request.full_path, current())  # type: ignore[attr-defined]  # noqa: SLF001
            found = _pages.get(key)
            if found is not None and found[0] > time.monotonic():
                return Response(found[1], headers=found[2])
            response = make_response(view(*args, **kwargs))
            if response.status_code == 200 and not is_private() and "Set-Cookie" not in response.headers:  # noqa: PLR2004
                if len(_pages) >= _MOST:
                    _pages.clear()
                _pages[key] = (time.monotonic() + seconds, response.get_data(), list(response.headers.items()))
            return response

        return shown

    return keep


def forget() -> None:
    """Drop everything kept: for tests that change what a public page shows."""
    _pages.clear()
