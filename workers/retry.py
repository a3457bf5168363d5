"""What is worth retrying: the network and the database, never a refusal."""

from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError

TRANSIENT: dict[str, Any] = {
    "autoretry_for": (OperationalError, InterfaceError, ConnectionError, TimeoutError),
    "retry_backoff": 2,
    "retry_backoff_max": 300,
    "retry_jitter": True,
    "max_retries": 5,
    "ignore_result": True,
}
