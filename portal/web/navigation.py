"""The header's links: a list that the application passes, filtered by who looks."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import Flask, current_app, g, request
from flask_babel import LazyString
from flask_login import AnonymousUserMixin, current_user
from flask_login.mixins import UserMixin


@dataclass(frozen=True, kw_only=True)
class NavItem:
    """One link of the main menu. `roles` empty: everybody; else whoever has one of them."""

    label: LazyString | str
    path: str
    roles: frozenset[str] = field(default_factory=frozenset)
    unless: frozenset[str] = field(default_factory=frozenset)
    exact: bool = False

    def is_here(self, path: str) -> bool:
        """Whether the page at `path` lies under this link."""
        return path == self.path or (not self.exact and path.startswith(f"{self.path}/"))


def viewer() -> UserMixin | AnonymousUserMixin:
    """Who looks; nobody on a page that tells of a fault, since asking may be what failed."""
    if g.get("plain_page") or not hasattr(current_app, "login_manager"):
        return AnonymousUserMixin()
    return current_user


def visible(items: Sequence[NavItem], roles: frozenset[str]) -> list[NavItem]:
    """The links for a person with `roles`, in their order."""
    return [item for item in items if (not item.roles or item.roles & roles) and not item.unless & roles]


def init_app(app: Flask, items: Sequence[NavItem]) -> None:
    """Give templates `viewer` and `nav_items`."""

    def shared() -> dict[str, object]:
        person = viewer()
        roles = frozenset(getattr(person, "roles", ())) if person.is_authenticated else frozenset()
        shown = visible(items, roles)
        best = max(
            (item for item in shown if item.is_here(request.path)), key=lambda item: len(item.path), default=None
        )
        return {"viewer": person, "viewer_roles": roles, "nav_items": shown, "nav_here": best}

    app.context_processor(shared)
