"""Personal links of buyers: how long they live, and why one no longer opens."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import DomainError

LIVES: Final = timedelta(days=45)
PAUSE: Final = timedelta(minutes=10)
"""Between two links that a buyer asks for."""


class Link(StrEnum):
    """How a link stands."""

    GOOD = "good"
    EXPIRED = "expired"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


def standing(
    *, epoch: int, current: int, expires_at: datetime | None, revoked_at: datetime | None, now: datetime
) -> Link:
    """How a link of that epoch stands for a buyer whose links are of `current`."""
    if revoked_at is not None:
        return Link.WITHDRAWN
    if epoch != current:
        return Link.REPLACED
    return Link.GOOD if expires_at is not None and now < expires_at else Link.EXPIRED


def sent_at(expires_at: datetime | None) -> datetime | None:
    """When the link that expires then was sent."""
    return expires_at - LIVES if expires_at else None


class LinkWithdrawn(DomainError):
    text = _l("Gli organizzatori hanno ritirato questo collegamento: scrivi a chi ti ha invitato.")


class LinkSpent(DomainError):
    text = _l("Questo collegamento non vale più.")


class JustSent(DomainError):
    text = _l("Un collegamento è partito da pochi minuti: controlla la posta, anche quella indesiderata.")


class NotABuyer(DomainError):
    text = _l("Solo i buyer hanno un collegamento personale: le imprese accedono con il loro account.")
