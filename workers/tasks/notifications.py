"""Tasks of the notifications."""

import time
from typing import Any

from celery import Task, shared_task

from portal.adapters import mail
from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.kernel.ports import Mailer
from portal.notifications import service
from workers.retry import TRANSIENT

TURN_SECONDS = 20.0


@shared_task(name="notifications.tell", bind=True, **TRANSIENT)
def tell(self: Task, event: str, **payload: Any) -> None:  # noqa: ANN401 - whatever the event carries
    """Write the messages about one event."""
    occurrence = str(self.request.id or "").partition(":")[0]
    with transaction() as session:
        service.tell(session, event, payload, occurrence=occurrence, now=utcnow())


@shared_task(name="notifications.remind_staff", **TRANSIENT)
def remind_staff() -> None:
    """The daily word to managers."""
    with transaction() as session:
        service.remind_staff(session, now=utcnow())


@shared_task(name="notifications.deliver_due", **TRANSIENT)
def deliver_due() -> None:
    """Send what is due, one at a time, for one turn; other workers may be at it too."""
    mailer, end = mail.configured(), time.monotonic() + TURN_SECONDS
    while time.monotonic() < end and deliver_one(mailer):
        pass


def deliver_one(mailer: Mailer) -> bool:
    """Claim, send with no transaction open, mark. False when nothing is due."""
    with transaction() as session:
        outgoing = service.claim(session, now=utcnow())
    if outgoing is None:
        return False
    try:
        mark, answer = service.sent, mailer.send(outgoing.mail)
    except mail.MailRefused as refusal:
        mark, answer = service.refused, str(refusal)
    except mail.MailDelayed as delay:
        mark, answer = service.delayed, str(delay)
    with transaction() as session:
        mark(session, outgoing, answer=answer, now=utcnow())
    return True
