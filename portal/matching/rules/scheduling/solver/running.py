"""One run of the solver: its time and work, what it tells meanwhile, and how it is stopped."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError as NotYet
from dataclasses import dataclass, field
from enum import Enum
from math import ceil, isfinite
from typing import Any

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model_helper import Literal

POLL_S = 0.1
WORK_PER_S = 1.0  # deterministic seconds allowed for each second of the limit
ROUNDING = 1e-6


class How(Enum):
    """What a call is for."""

    PROVE = "prove"  # core-guided: the bound rises until a schedule meets it
    FIND = "find"  # any schedule, soon
    FIT = "fit"  # a schedule where few are: presolve pays, probing doesn't
    IMPROVE = "improve"  # from the best schedule, better ones
    SUMS = "sums"  # a model of sums, not of clauses


@dataclass(frozen=True)
class Progress:
    """Where a run stands. `best` and `bound` are of `term`, in the schedule kept and as proven so far."""

    stage: str
    term: str | None
    best: int | None
    bound: int | None
    elapsed: float

    @property
    def gap(self) -> int | None:
        """How far the best may be from what is possible."""
        return None if self.best is None or self.bound is None else self.best - self.bound

    def in_words(self) -> str:
        """One line for a terminal."""
        figures = f"{self.term} {self.best if self.best is not None else '?'}, at least {self.bound or 0}"
        return f"{self.elapsed:.0f} s  {self.stage}" + (f"  {figures}" if self.term else "")


@dataclass(frozen=True)
class Answer:
    """What one call found."""

    solver: cp_model.CpSolver
    status: Any
    bound: int
    ended_by: str

    @property
    def found(self) -> bool:
        """There is a solution."""
        return self.status in {cp_model.OPTIMAL, cp_model.FEASIBLE}

    @property
    def proven(self) -> bool:
        """Nothing better exists."""
        return bool(self.status == cp_model.OPTIMAL)

    @property
    def impossible(self) -> bool:
        """There is no solution."""
        return bool(self.status == cp_model.INFEASIBLE)

    @property
    def value(self) -> int:
        """The objective's value."""
        return round(self.solver.objective_value)

    def holds(self, literal: Literal) -> bool:
        """Whether it holds in the solution."""
        return self.solver.boolean_value(literal)


@dataclass
class Run:
    """The limits of one `solve`, shared by its calls."""

    seed: int
    time_limit: float
    workers: int = 1
    on_progress: Callable[[Progress], None] | None = None
    stop: Callable[[], bool] | None = None
    stages: list[dict[str, Any]] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    work: float = 0.0
    stopped: bool = False

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.started

    @property
    def left(self) -> float:
        """Seconds that remain."""
        return max(0.0, self.time_limit - self.elapsed)

    @property
    def work_left(self) -> float:
        """Deterministic seconds that remain."""
        return max(0.0, self.time_limit * WORK_PER_S - self.work)

    @property
    def over(self) -> bool:
        """Nothing more may be begun."""
        return self.stopped or not self.left or not self.work_left

    @property
    def ended_by(self) -> str:
        """What cut it short: the person, the clock, or the work allowed. With the last, a repeat gives the same."""
        if self.stopped:
            return "stop"
        cuts = {stage["ended_by"] for stage in self.stages}
        return next((cut for cut in ("clock", "work") if cut in cuts), "proof")

    def solve(
        self,
        model: cp_model.CpModel,
        *,
        stage: str,
        term: str | None = None,
        best: int | None = None,
        how: How,
        share: float = 1.0,
        work: float | None = None,
    ) -> Answer:
        """One call, within `share` of what is left, and of `work` at most."""
        solver = cp_model.CpSolver()
        self._set_up(solver, how=how, share=share)
        if work is not None:
            solver.parameters.max_deterministic_time = min(work, solver.parameters.max_deterministic_time)
        told = _Told(best)
        solver.best_bound_callback = told.bounded
        begun, allowed = self.elapsed, solver.parameters.max_time_in_seconds
        with ThreadPoolExecutor(max_workers=1) as thread:
            running = thread.submit(solver.solve, model, told)
            try:
                self._watch(solver, running, told, stage=stage, term=term)
            finally:
                solver.stop_search()  # whatever interrupts the watch also ends the search
        status = running.result()
        self.work += solver.response_proto.deterministic_time
        cut = self._cut(status, took=self.elapsed - begun, allowed=allowed)
        answer = Answer(solver, status, _bound(solver, status, model), cut)
        self._note(answer, stage=stage, term=term, begun=begun)
        return answer

    def tell(self, stage: str, term: str | None, *, best: int | None, bound: int | None) -> None:
        """Say where it stands."""
        if self.on_progress:
            self.on_progress(Progress(stage, term, best, bound, self.elapsed))

    def _set_up(self, solver: cp_model.CpSolver, *, how: How, share: float) -> None:
        parameters = solver.parameters
        parameters.random_seed = self.seed
        parameters.num_workers = self.workers
        parameters.max_time_in_seconds = self.left * share
        parameters.max_deterministic_time = self.work_left * share
        parameters.linearization_level = 1 if how is How.SUMS else 0
        if how is How.PROVE:
            parameters.optimize_with_core = self.workers == 1
            parameters.extra_subsolvers.extend(["core"] * (self.workers > 1))
            parameters.max_presolve_iterations = 1  # the second and third find little, and cost as much as the proof
        if how is How.FIT:
            parameters.max_presolve_iterations = 1
            parameters.cp_model_probing_level = 0
        if how is How.FIND:
            parameters.cp_model_presolve = False  # the clauses are small already

    def _watch(
        self, solver: cp_model.CpSolver, running: "Future[Any]", told: "_Told", *, stage: str, term: str | None
    ) -> None:
        """In the caller's own thread: tell, ask whether to stop."""
        while True:
            try:
                running.result(timeout=POLL_S)
            except NotYet:
                self.tell(stage, term, best=told.best, bound=told.bound)
                if self.stop and not self.stopped and self.stop():
                    self.stopped = True
                    solver.stop_search()
            else:
                return

    def _cut(self, status: Any, *, took: float, allowed: float) -> str:  # noqa: ANN401 - theirs
        if status in {cp_model.OPTIMAL, cp_model.INFEASIBLE}:
            return "proof"
        if self.stopped:
            return "stop"
        return "clock" if took >= allowed * 0.99 else "work"

    def _note(self, answer: Answer, *, stage: str, term: str | None, begun: float) -> None:
        solver = answer.solver
        note = {
            "stage": stage,
            "term": term,
            "status": solver.status_name(answer.status),
            "value": answer.value if term and answer.found else None,
            "bound": answer.bound if term else None,
            "wall_s": round(self.elapsed - begun, 3),
            "work": round(solver.response_proto.deterministic_time, 3),
            "ended_by": answer.ended_by,
        }
        self.stages.append({key: value for key, value in note.items() if value is not None})


class _Told(cp_model.CpSolverSolutionCallback):
    """What the search has said so far."""

    def __init__(self, best: int | None) -> None:
        super().__init__()
        self.best = best
        self.bound: int | None = None

    def on_solution_callback(self) -> None:
        """A better one was found."""
        value = round(self.objective_value)
        self.best = value if self.best is None else min(self.best, value)

    def bounded(self, bound: float) -> None:
        """A better bound was proven."""
        self.bound = ceil(bound - ROUNDING)


def _bound(solver: cp_model.CpSolver, status: Any, model: cp_model.CpModel) -> int:  # noqa: ANN401 - theirs
    """What is proven of the objective; 0 where it says nothing, since no term is less."""
    if status == cp_model.MODEL_INVALID:
        raise ValueError(model.validate())
    if status == cp_model.INFEASIBLE or not isfinite(solver.best_objective_bound):
        return 0
    return max(0, ceil(solver.best_objective_bound - ROUNDING))
