"""How often: by account and by network, counted in Redis, or in this process while Redis is away."""

import ipaddress
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_login import current_user

from portal.config import Settings
from portal.kernel.text import sha256_hex

REFUSED = 422


def network() -> str:
    """Where the request comes from: an IPv4 address, or the /64 of an IPv6 one. Only trusted proxies are believed."""
    peer = ipaddress.ip_address(request.remote_addr or "0.0.0.0")  # noqa: S104 - "nobody", not a bind
    if isinstance(peer, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((peer, 64), strict=False))
    return str(peer)


def account() -> str:
    """The address typed, unreadable: the broker need not know who signs in."""
    return sha256_hex(request.form.get("email", "").strip().lower().encode())


def person() -> str:
    """Whoever is signed in."""
    return str(current_user.id)


def _was_refused(response: Response) -> bool:
    return response.status_code == REFUSED


limiter = Limiter(
    network,
    in_memory_fallback_enabled=True,
    storage_options={"socket_timeout": 1, "socket_connect_timeout": 1},
    strategy="moving-window",
)

Limit = Callable[[Callable[..., Any]], Callable[..., Any]]
wrong_by_account: Limit = limiter.limit(
    "10 per 15 minutes", key_func=account, methods=["POST"], deduct_when=_was_refused
)
wrong_by_person: Limit = limiter.limit("10 per 15 minutes", key_func=person, methods=["POST"], deduct_when=_was_refused)
wrong_by_network: Limit = limiter.limit("40 per 15 minutes", methods=["POST"], deduct_when=_was_refused)
tries_by_network: Limit = limiter.limit("300 per minute", methods=["POST"])
mails_by_account: Limit = limiter.limit("3 per hour", key_func=account, methods=["POST"])
mails_by_network: Limit = limiter.limit("30 per hour", methods=["POST"])
links_by_network: Limit = limiter.limit("60 per 15 minutes", methods=["POST"])


def init_app(app: Flask, settings: Settings) -> None:
    """Count in the broker's own database, under a name of this installation."""
    app.config["RATELIMIT_STORAGE_URI"] = settings.redis_url
    secret = settings.secret_key.get_secret_value() + settings.database_url
    app.config["RATELIMIT_KEY_PREFIX"] = f"limit:{sha256_hex(secret.encode())[:12]}:"
    limiter.init_app(app)
