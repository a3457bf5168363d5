"""Work on the matching: the solver runs here, and nowhere else."""

from datetime import timedelta
from uuid import UUID

from celery import shared_task

from portal.db import transaction
from portal.kernel.clock import utcnow
from portal.matching.rules.agenda import LONGEST_S
from portal.matching.rules.scheduling import Solution
from portal.matching.service import outcomes, solving
from workers.retry import TRANSIENT

EVERY = timedelta(seconds=1)


@shared_task(name="matching.solve", time_limit=2 * LONGEST_S, soft_time_limit=2 * LONGEST_S - 30, **TRANSIENT)
def solve(run_id: str, event: str = "") -> None:  # noqa: ARG001 - the relay names the event
    """Solve one run and put the answer in the agenda; it tells how far it is in transactions of their own."""
    with transaction() as session:
        work = solving.start(session, UUID(run_id), now=utcnow())
    if work is None:
        return
    try:
        solution = _solved(UUID(run_id), work)
        with transaction() as session:
            solving.finish(session, UUID(run_id), solution, now=utcnow())
    except BaseException:
        with transaction() as session:
            solving.fail(session, UUID(run_id), now=utcnow())
        raise


def _solved(run_id: UUID, work: solving.Work) -> Solution:
    from portal.matching.rules.scheduling.solver.running import Progress  # noqa: PLC0415 - loads OR-Tools
    from portal.matching.rules.scheduling.solver.solve import solve as solve_instance  # noqa: PLC0415

    told, stopping = utcnow() - EVERY, False

    def tell(progress: Progress) -> None:
        nonlocal told, stopping
        now = utcnow()
        if now - told < EVERY:
            return
        told = now
        point = {
            "at": round(progress.elapsed, 1),
            "phase": progress.stage,
            "term": progress.term,
            "value": progress.best,
            "bound": progress.bound,
        }
        with transaction() as session:
            stopping = solving.beat(session, run_id, point, now=now)

    return solve_instance(
        work.instance,
        time_limit=work.seconds,
        on_progress=tell,
        stop=lambda: stopping,
        locked=work.locked,
        previous=work.previous,
        hit=work.hit,
        give_up=work.give_up,
    )


@shared_task(name="matching.sweep", **TRANSIENT)
def sweep() -> None:
    """Find runs whose worker is gone."""
    with transaction() as session:
        solving.sweep(session, now=utcnow())


@shared_task(name="matching.follow_up", **TRANSIENT)
def follow_up() -> None:
    """Ask what came of meetings, of whoever is due."""
    with transaction() as session:
        outcomes.ask_due(session, now=utcnow())
