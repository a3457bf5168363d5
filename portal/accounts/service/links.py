"""Links sent by e-mail: signed, dated, used once, stored nowhere.

A token carries the account's epoch. Whoever uses it changes what it was made for (the confirmation, the password
and with it the epoch), so that it says nothing the second time.
"""

from datetime import timedelta
from enum import Enum
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer

from portal.accounts.models import User
from portal.config import get_settings


class Purpose(Enum):
    """What a link is for: its path, and how long it lives."""

    CONFIRM = ("/conferma", timedelta(days=3))
    RESET = ("/recupera-password", timedelta(hours=1))
    INVITE = ("/invito", timedelta(days=7))

    @property
    def path(self) -> str:
        """Where it leads, without the token."""
        return self.value[0]

    @property
    def lives(self) -> timedelta:
        """For how long."""
        return self.value[1]


def _signer(purpose: Purpose) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(get_settings().secret_key.get_secret_value(), salt=f"accounts.{purpose.name.lower()}")


def make(purpose: Purpose, user: User) -> str:
    """A token for this person as they are now."""
    return _signer(purpose).dumps([user.id.hex, user.epoch])


def read(purpose: Purpose, token: str) -> tuple[UUID, int] | None:
    """Whose it is, and of which epoch; None for a forged or expired one."""
    try:
        user_id, epoch = _signer(purpose).loads(token[:500], max_age=int(purpose.lives.total_seconds()))
        return UUID(hex=user_id), int(epoch)
    except (BadData, ValueError, TypeError):
        return None


def link(purpose: Purpose, user: User) -> str:
    """The whole address, as an e-mail carries it: from PUBLIC_URL, never from a request's Host."""
    return f"{get_settings().public_url}{purpose.path}/{make(purpose, user)}"
