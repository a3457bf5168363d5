"""Names of the queues; a worker by queue keeps a slow mail server from holding up the scores."""

RELAY = "relay"
SCORING = "scoring"
MAIL = "mail"
HOUSEKEEPING = "housekeeping"

ALL = (RELAY, SCORING, MAIL, HOUSEKEEPING)

ROUTES = {
    "outbox.*": {"queue": RELAY},
    "eligibility.*": {"queue": SCORING},
    "notifications.*": {"queue": MAIL},
}
