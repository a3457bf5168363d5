"""How gunicorn serves the portal, here and in a container: `gunicorn -c portal/launcher/gunicorn_conf.py`."""

import os

wsgi_app = "portal.app:create_app()"
bind = f"{os.environ.get('PORTALE_BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "gthread"
threads = 8
timeout = 60
graceful_timeout = 15
keepalive = 5
backlog = 512
max_requests = 20000
max_requests_jitter = 2000
limit_request_line = 8190
limit_request_fields = 100
proc_name = "portale-web"
