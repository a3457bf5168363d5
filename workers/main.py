"""The Celery application."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from celery import Celery, Task
from celery.signals import worker_process_init
from flask import has_app_context
from kombu.entity import Queue
from kombu.transport.redis import Channel

from portal import db
from portal.app import create_app
from portal.config import get_settings
from portal.kernel import outbox
from workers import queues
from workers.schedule import SCHEDULE

Channel.do_restore = False
"""What a worker holds when it stops or its broker goes is told again by the outbox. Putting it back into a broker that
is gone is what workers die of; so is acknowledging there what was done meanwhile, hence tasks end with their
connection (below)."""

flask_app = create_app()


def _inside() -> AbstractContextManager[Any]:
    """The application's context; the one that is there, where a task is called by another or by a test.

    A context that ends removes the session, also from under whoever opened one around it.
    """
    return nullcontext() if has_app_context() else flask_app.app_context()


class InApp(Task):
    """A task inside the application's context, which gives its connection back at the end."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Run inside the context."""
        with _inside():
            return super().__call__(*args, **kwargs)

    def on_success(self, retval: Any, task_id: str, args: Any, kwargs: Any) -> None:  # noqa: ANN401, ARG002
        """Tell the outbox that its event was heard; the relay names such tasks `envelope:task`."""
        envelope, _, task = task_id.partition(":")
        if task:
            with _inside(), db.transaction() as session:
                outbox.settle(session, int(envelope), task)


def _task_rooms() -> list[str]:
    rooms = sorted(Path(__file__).parent.joinpath("tasks").glob("[a-z]*.py"))
    return ["workers.relay", *(f"workers.tasks.{room.stem}" for room in rooms)]


app = Celery("portale", task_cls=InApp)
app.conf.update(
    broker_url=get_settings().redis_url,
    include=_task_rooms(),
    task_queues=[Queue(name) for name in queues.ALL],
    task_default_queue=queues.HOUSEKEEPING,
    task_create_missing_queues=False,
    task_routes=queues.ROUTES,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    task_ignore_result=True,
    task_time_limit=300,
    task_soft_time_limit=270,
    worker_prefetch_multiplier=4,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 1800, "socket_timeout": 10, "socket_connect_timeout": 5},
    beat_schedule=SCHEDULE,
    beat_max_loop_interval=5,
    beat_schedule_filename=str(get_settings().home / "beat-schedule"),
    timezone="Europe/Rome",
)


@worker_process_init.connect
def _own_connections(**_: Any) -> None:  # noqa: ANN401
    """A forked worker opens its own connections."""
    flask_app.extensions["portale.engine"].dispose(close=False)
    db.session.remove()
