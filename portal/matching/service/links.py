"""A buyer's personal link: signed, stored nowhere, void when the epoch grows.

It opens a page with a button; only the button's POST does anything, since mail scanners open links before their reader.
"""

from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from portal.config import get_settings
from portal.matching.models import Counterpart

LONGEST = 300


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(get_settings().secret_key.get_secret_value(), salt="matching.buyer")


def make(buyer: Counterpart) -> str:
    """A token for this buyer as they are now."""
    token: str | bytes = _signer().dumps([buyer.id.hex, buyer.link_epoch])
    return token if isinstance(token, str) else token.decode()


def read(token: str) -> tuple[UUID, int] | None:
    """Whose it is, and of which epoch; None for a forged one."""
    try:
        buyer_id, epoch = _signer().loads(token[:LONGEST])
        return UUID(hex=buyer_id), int(epoch)
    except (BadData, ValueError, TypeError, AttributeError):
        return None


def link(buyer: Counterpart) -> str:
    """The whole address, in the buyer's language: from PUBLIC_URL, never from a request's Host."""
    return f"{get_settings().public_url}/buyer/{make(buyer)}?lang={buyer.language}"
