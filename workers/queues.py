"""Names of the queues; a worker by queue keeps a slow mail server from holding up the scores.

In `mail` is only what speaks to the mail server: what writes the messages waits behind nobody's time-out.
In `solving` is only what may take ten minutes of a processor.
"""

from fnmatch import fnmatch

RELAY = "relay"
SCORING = "scoring"
MAIL = "mail"
HOUSEKEEPING = "housekeeping"
SOLVING = "solving"

ALL = (RELAY, SCORING, MAIL, HOUSEKEEPING, SOLVING)

ROUTES = {
    "outbox.*": {"queue": RELAY},
    "eligibility.*": {"queue": SCORING},
    "notifications.deliver_due": {"queue": MAIL},
    "matching.solve": {"queue": SOLVING},
}


def of(task: str) -> str:
    """The queue of a task."""
    return next((str(route["queue"]) for pattern, route in ROUTES.items() if fnmatch(task, pattern)), HOUSEKEEPING)
