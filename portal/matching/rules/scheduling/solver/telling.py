"""What is said of a schedule: figures, what is proven and of what, and what was left out (decision 0111)."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from portal.matching.rules.scheduling.figures import rank
from portal.matching.rules.scheduling.instance import Weighted
from portal.matching.rules.scheduling.layout import Layout
from portal.matching.rules.scheduling.reasons import left_out
from portal.matching.rules.scheduling.solution import Assignment, Conflict, Reached, Solution
from portal.matching.rules.scheduling.solver.keeping import Keeper
from portal.matching.rules.scheduling.solver.running import Run

TIGHT = 0.95  # of the tables or interpreters used: beyond, proofs fail and there is no room for a change
ADVICE = "{what} are used to {percent} %: with 10 to 20 % to spare, better schedules exist and are proven sooner."


def tell(
    layout: Layout,
    run: Run,
    keeper: Keeper,
    names: Sequence[str],
    *,
    over_all: Mapping[str, int],
    of_choice: Mapping[str, int],
) -> Solution:
    """The schedule kept, as an answer."""
    when = keeper.when or {}
    bounds = {name: min(over_all.get(name, 0), keeper.value(name)) for name in names}
    proven = [name for name in names if bounds[name] == keeper.value(name)]
    chosen = [name for name in names if name not in proven and of_choice.get(name) == keeper.value(name)]
    stats = {
        **_stats(run),
        "proven_terms": proven,
        "proven_for_this_choice": chosen,
        "words": [*_words(keeper, names, bounds, chosen), *_advice(layout, when)],
    }
    if keeper.before is not None:
        stats["agendas_changed"] = {"value": keeper.changed, "bound": bounds["changed"]}
    return Solution(
        instance=layout.instance.id,
        status="optimal" if len(proven) == len(names) else "feasible",
        assignments=_assignments(layout, when, keeper.where),
        objective=_reached(layout, keeper, bounds),
        unscheduled=left_out(layout, when),
        stats=stats,
    )


def nothing(layout: Layout, run: Run, refused: Conflict | None) -> Solution:
    """No schedule: none exists, or none was found in time."""
    return Solution(
        instance=layout.instance.id,
        status="infeasible" if refused else "unknown",
        conflict=refused,
        stats={**_stats(run), "words": [] if refused else ["No schedule was found in the time given."]},
    )


def _reached(layout: Layout, keeper: Keeper, bounds: Mapping[str, int]) -> Reached:
    terms = {term.value: value for term, value in keeper.reached.items()}
    if isinstance(layout.instance.objective, Weighted):
        return Reached(terms=terms, value=rank(layout, keeper.reached)[0], bound=bounds["value"])
    return Reached(terms=terms, bounds={name: bound for name, bound in bounds.items() if name != "changed"})


def _assignments(layout: Layout, when: Mapping[int, int], where: Mapping[int, str]) -> tuple[Assignment, ...]:
    """By slot, then in the order of the file."""
    slots = layout.instance.slots
    return tuple(
        Assignment(meeting=layout.meeting(at).id, slot=slots[slot].id, table=where[at])
        for at, slot in sorted(when.items(), key=lambda place: (place[1], place[0]))
    )


def _stats(run: Run) -> dict[str, Any]:
    return {
        "solver": "ortools-cpsat",
        "version": version("ortools"),
        "seed": run.seed,
        "workers": run.workers,
        "time_limit_s": run.time_limit,
        "wall_time_s": round(run.elapsed, 3),
        "work": round(run.work, 3),
        "ended_by": run.ended_by,
        "repeatable": run.workers == 1 and run.ended_by in {"proof", "work"},
        "stages": run.stages,
    }


def _words(keeper: Keeper, names: Sequence[str], bounds: Mapping[str, int], chosen: Sequence[str]) -> list[str]:
    """One sentence for each aim that isn't proven over all choices; one for all where every one is."""
    words = []
    for nth, name in enumerate(names):
        value, bound = keeper.value(name), bounds[name]
        if value == bound:
            continue
        given = f", with {' and '.join(names[:nth])} as they are" if nth else ""
        scope = (
            "is the least for this choice of meetings; over all choices it"
            if name in chosen
            else "may not be the least:"
        )
        words.append(f"{name}: {value} {scope} can't be below {bound}{given}.")
    return words or ["Proven: no schedule is better by this objective."]


def _advice(layout: Layout, when: Mapping[int, int]) -> list[str]:
    pooled = sum(layout.own_table[at] is None for at in when)
    uses = {"The tables of the pool": (pooled, sum(layout.pool))}
    for language, counts in layout.interpreters.items():
        spoken = sum(layout.meeting(at).interpreter == language for at in when)
        uses[f"The interpreters of {language}"] = (spoken, sum(counts))
    return [
        ADVICE.format(what=what, percent=round(100 * used / there))
        for what, (used, there) in uses.items()
        if there and used >= TIGHT * there
    ]
