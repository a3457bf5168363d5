"""Who may come in. What they may touch is the slice's own question (`permissions.py`, and the WHERE of its queries)."""

from collections.abc import Callable, Set as AbstractSet
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar

from flask import abort, current_app
from flask.typing import ResponseReturnValue
from flask_login import current_user

Args = ParamSpec("Args")
Thing = TypeVar("Thing")


class Viewer(Protocol):
    """What `web` asks of the person signed in; `accounts` supplies it."""

    is_authenticated: bool
    email: str
    roles: AbstractSet[str]
    """Of `company`, `reviewer`, `manager`, `events`, `auditor`, `admin`."""


def found(thing: Thing | None) -> Thing:
    """The thing, or the page 404: for what is absent and for what is another's alike."""
    if thing is None:
        abort(404)
    return thing


def signed_in(view: Callable[Args, ResponseReturnValue]) -> Callable[Args, ResponseReturnValue]:
    """Anyone signed in; a stranger is sent to sign in and then back here."""

    @wraps(view)
    def guarded(*args: Args.args, **kwargs: Args.kwargs) -> ResponseReturnValue:
        if not current_user.is_authenticated:
            return _sign_in()
        return view(*args, **kwargs)

    guarded.guard = frozenset[str]()  # type: ignore[attr-defined]
    return guarded


def requires(*roles: str) -> Callable[[Callable[Args, ResponseReturnValue]], Callable[Args, ResponseReturnValue]]:
    """Someone signed in with one of `roles`; others get 403. The route matrix reads `view.guard`."""
    wanted = frozenset(roles)

    def guard(view: Callable[Args, ResponseReturnValue]) -> Callable[Args, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: Args.args, **kwargs: Args.kwargs) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                return _sign_in()
            if not wanted & set(current_user.roles):
                abort(403)
            return view(*args, **kwargs)

        guarded.guard = wanted  # type: ignore[attr-defined]
        return guarded

    return guard


requires_company = requires("company")
requires_reviewer = requires("reviewer")
requires_manager = requires("manager")
requires_staff = requires("manager", "events", "admin")
requires_office = requires("manager", "events", "admin", "auditor")
requires_admin = requires("admin")


def _sign_in() -> ResponseReturnValue:
    answer: ResponseReturnValue = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
    return answer
