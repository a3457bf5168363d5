"""Names of the queues; a worker by queue keeps a slow mail server from holding up the scores.

In `mail` is only what speaks to the mail server: what writes the messages waits behind nobody's time-out.
"""

from fnmatch import fnmatch

RELAY = "relay"
SCORING = "scoring"
MAIL = "mail"
HOUSEKEEPING = "housekeeping"

ALL = (RELAY, SCORING, MAIL, HOUSEKEEPING)

ROUTES = {
    "outbox.*": {"queue": RELAY},
    "eligibility.*": {"queue": SCORING},
    "notifications.deliver_due": {"queue": MAIL},
}


def of(task: str) -> str:
    """The queue of a task."""
    return next((str(route["queue"]) for pattern, route in ROUTES.items() if fnmatch(task, pattern)), HOUSEKEEPING)
