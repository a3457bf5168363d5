"""The portal's own programs: web, workers by queue, one scheduler, and the demonstration's mail sink."""

from portal.launcher import places, setting
from portal.launcher.processes import Service

FIRST = ("web", "mail")
GUNICORN = ("gunicorn", "-c", "portal/launcher/gunicorn_conf.py")
CELERY = ("celery", "-A", "workers.main:app", "--quiet")
ARENAS = "2"
"""Heaps of a process: with one for each thread, what a thread has freed lies idle in its own."""
WORK = ("worker", "--loglevel=WARNING", "--without-gossip", "--without-mingle")


def services(environment: dict[str, str]) -> list[Service]:
    """What runs beside the servers. Mail and the solver have workers of their own, which hold up nothing else."""
    beat = ("beat", "--loglevel=WARNING", f"--schedule={places.folder('run') / 'beat'}", "--pidfile=")
    commands: dict[str, tuple[str, ...]] = {
        "web": GUNICORN,
        "worker": (*CELERY, *WORK, "--hostname=worker@%h", "--queues=relay,scoring,housekeeping", "--concurrency=2"),
        "mailer": (*CELERY, *WORK, "--hostname=mailer@%h", "--queues=mail", "--concurrency=1"),
        "solver": (*CELERY, *WORK, "--hostname=solver@%h", "--queues=solving", "--concurrency=1"),
        "scheduler": (*CELERY, *beat),
    }
    python = [str(places.PYTHON), "-m"]
    whole = {name: [*python, *words] for name, words in commands.items()}
    environment = {"MALLOC_ARENA_MAX": ARENAS, **environment}
    if setting.needs_sink():
        whole["mail"] = [str(places.VENV / "bin" / "portale"), "demo", "mail-sink"]
    return [
        Service(name=name, command=words, environment=environment, log=places.log(name), directory=places.PROJECT)
        for name, words in whole.items()
    ]
