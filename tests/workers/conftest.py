"""The Celery application is there before the first fixture: making it binds the session to its own database."""

import workers.main  # noqa: F401
