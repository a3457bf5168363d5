"""How gunicorn serves the portal, here and in a container: `gunicorn -c portal/launcher/gunicorn_conf.py`."""

import os
import shutil

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from portal.config import get_settings

settings = get_settings()
metrics = settings.home / "run" / "metrics"
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)

wsgi_app = "portal.app:create_app()"
bind = f"{settings.bind}:{settings.port}"
workers = settings.web_workers
worker_class = "gthread"
threads = 8
preload_app = True
timeout = 60
graceful_timeout = 15
keepalive = 5
backlog = 512
max_requests = 20000
max_requests_jitter = 2000
proc_name = "portale-web"
control_socket_disable = True


def on_starting(_server: Arbiter) -> None:
    """Each process writes its figures into one folder, emptied at each start."""
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(parents=True)


def post_fork(_server: Arbiter, worker: Worker) -> None:
    """A forked worker opens its own connections to the database."""
    worker.app.wsgi().extensions["portale.engine"].dispose(close=False)
