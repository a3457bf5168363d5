"""How gunicorn serves the portal, here and in a container: `gunicorn -c portal/launcher/gunicorn_conf.py`."""

import gc
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
YOUNG = 20_000
"""Objects made before the collector looks: a page makes a few thousand, and hardly a cycle among them."""


def on_starting(_server: Arbiter) -> None:
    """Each process writes its figures into one folder, emptied at each start."""
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(parents=True)


def pre_fork(_server: Arbiter, _worker: Worker) -> None:
    """What is loaded stays, and stays shared: the collector need not walk it again, nor touch its pages."""
    gc.freeze()


def post_fork(_server: Arbiter, worker: Worker) -> None:
    """A forked worker opens its own connections to the database."""
    worker.app.wsgi().extensions["portale.engine"].dispose(close=False)
    gc.set_threshold(YOUNG, 20, 50)
