"""From an event to its schedule: asked here, found in `solving`."""

from collections.abc import Callable, Collection, Iterable

from portal.matching.rules.scheduling.instance import Instance
from portal.matching.rules.scheduling.layout import Layout, lay_out
from portal.matching.rules.scheduling.solution import Assignment, Solution
from portal.matching.rules.scheduling.solver.running import Progress, Run
from portal.matching.rules.scheduling.solver.solving import Solving
from portal.matching.rules.scheduling.solver.sparing import may_spare, spare

FIRST = 0.7  # of the time goes to the best schedule, where some weight may be given up afterwards


def solve(
    instance: Instance,
    *,
    seed: int = 0,
    time_limit: float = 60.0,
    workers: int = 1,
    on_progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
    locked: Iterable[Assignment] = (),
    previous: Solution | None = None,
    hit: Collection[str] = (),
    give_up: int = 0,
) -> Solution:
    """The best schedule found within `time_limit` seconds, and how far it is proven.

    `locked` meetings take place as told. With `previous`, as few agendas as possible change, and only then the
    objective counts; whoever is `hit` anyway, having lost a meeting that the event no longer has, isn't counted: what
    becomes free is filled as far as it touches only them. `give_up`: per cent of the weight that may be lost beyond the
    least, for less of the terms that come after it; not with `previous`. `on_progress` and `stop` are called in the
    caller's own thread, ten times a second at most; when `stop` answers true, the best schedule so far is the answer.
    """

    def run(seconds: float) -> Run:
        return Run(seed=seed, time_limit=seconds, workers=workers, on_progress=on_progress, stop=stop)

    layout, held = lay_out(instance), tuple(locked)
    first = run(time_limit * FIRST if give_up else time_limit)
    solving = Solving(
        layout,
        first,
        pinned=_slots(layout, held),
        before=_slots(layout, previous.assignments) if previous else None,
        hit=frozenset(at for at, one in enumerate(instance.participants) if one.id in set(hit)),
        wanted=_tables(layout, [*(previous.assignments if previous else ()), *held]),
    )
    best = solving.answer()
    if not may_spare(solving, give_up) or (stop is not None and stop()):
        return best
    return spare(solving, give_up, run(time_limit - first.elapsed)) or best


def _slots(layout: Layout, assignments: Iterable[Assignment]) -> dict[int, int]:
    """Meeting -> slot, of those that the event still has."""
    meetings = {one.id: at for at, one in enumerate(layout.instance.meetings)}
    slots = {one.id: at for at, one in enumerate(layout.instance.slots)}
    return {
        meetings[one.meeting]: slots[one.slot] for one in assignments if one.meeting in meetings and one.slot in slots
    }


def _tables(layout: Layout, assignments: Iterable[Assignment]) -> dict[int, str]:
    meetings = {one.id: at for at, one in enumerate(layout.instance.meetings)}
    return {meetings[one.meeting]: one.table for one in assignments if one.meeting in meetings and one.table}
