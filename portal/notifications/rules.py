"""Rules of the notifications: how far a message has come, and when it is tried again."""

from datetime import timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import DomainError

LEASE = timedelta(minutes=2)
"""How long a claimed message is left alone: longer than the slowest delivery, so that nobody sends it meanwhile."""

PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=8),
    timedelta(hours=12),
)
"""After the first try, the second, and so on: a little more than a day in all, as mail servers do."""

PERSONAL_LINK = "‹collegamento personale›"
"""Stands for the link in a message as it is kept; the link itself is made when the message leaves."""


class MessageState(StrEnum):
    """How far a message has come."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


STATE_WORDS = {
    MessageState.WAITING: _l("In attesa"),
    MessageState.SENDING: _l("In invio"),
    MessageState.SENT: _l("Inviato"),
    MessageState.FAILED: _l("Non riuscito"),
}
STATE_TONES = {
    MessageState.WAITING: "info",
    MessageState.SENDING: "info",
    MessageState.SENT: "success",
    MessageState.FAILED: "danger",
}


class NotFailed(DomainError):
    """Only a message that failed is sent again."""

    text = _l("Questo messaggio non è tra quelli non riusciti: non c'è nulla da inviare di nuovo.")


def pause(attempts: int) -> timedelta | None:
    """How long to wait after so many tries (1, 2, …) that were put off; None: enough, it failed."""
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else None
