"""For machines that watch: alive, ready, measured."""

import ipaddress
import time

from flask import Blueprint, Flask, Response, abort, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from redis import Redis, RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal import db
from portal.config import get_settings

bp = Blueprint("health", __name__)
ANSWERS = Counter("portale_http_answers_total", "Answers given.", ["method", "endpoint", "status"])
SECONDS = Histogram("portale_http_seconds", "Time to answer, in seconds.", ["endpoint"])


@bp.get("/healthz")
def alive() -> ResponseReturnValue:
    """The process answers; nothing else is asked."""
    return Response("ok\n", mimetype="text/plain")


def _database() -> str:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        return "down"
    return "ok"


def _broker() -> str:
    try:
        Redis.from_url(get_settings().redis_url, socket_timeout=0.5, socket_connect_timeout=0.5).ping()
    except (RedisError, OSError, ValueError):
        return "down"
    return "ok"


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """200 when submissions can be taken. The broker is told of but not needed: the outbox waits for it."""
    parts = {"database": _database(), "broker": _broker()}
    is_ready = parts["database"] == "ok"
    response = jsonify(status="ready" if is_ready else "not ready", **parts)
    if not is_ready:
        response.status_code = 503
        response.headers["Retry-After"] = "5"
    return response


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Prometheus's text, to private addresses only."""
    peer = ipaddress.ip_address(request.remote_addr or "0.0.0.0")  # noqa: S104 - "nobody", not a bind
    if not (peer.is_loopback or peer.is_private) or peer.is_unspecified:
        abort(404)
    registry = REGISTRY
    if current_app.config.get("METRICS_MULTIPROCESS"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _start() -> None:
    g.started = time.perf_counter()


def _count(response: Response) -> Response:
    endpoint = request.endpoint or "none"
    ANSWERS.labels(request.method, endpoint, str(response.status_code)).inc()
    if "started" in g:
        SECONDS.labels(endpoint).observe(time.perf_counter() - g.started)
    return response


def init_app(app: Flask) -> None:
    """Count every answer, and serve the three addresses."""
    app.before_request(_start)
    app.after_request(_count)
    app.register_blueprint(bp)
