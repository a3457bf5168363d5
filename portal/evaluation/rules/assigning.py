"""Giving applications to reviewers: balanced, within caps, never across a conflict, moving nothing needlessly.

A flow of least cost. What is wanted, each only among the best by the one before: the fewest seats left empty, the
fewest assignments moved, the evenest loads (the least sum of their squares), the best match of expertise.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

BEST_MATCH = 20
"""What a match of expertise is worth at most."""


class Why(StrEnum):
    """Why somebody of the panel cannot take an application."""

    CONFLICT = "conflict"
    LEFT = "left"
    AWAY = "away"
    FULL = "full"


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A reviewer of the panel: `cap` applications of the call at most, `done` of them on cases closed already.

    `is_away` takes nothing new.
    """

    reviewer: UUID
    cap: int
    done: int = 0
    is_away: bool = False


@dataclass(frozen=True, kw_only=True)
class ToReview:
    """An application: who has it for good, who has it but could be spared, who must not have it and why.

    `fixed` given by hand, or begun; `loose` told but not yet answered; `match` 0 to BEST_MATCH by reviewer.
    """

    application: UUID
    fixed: frozenset[UUID] = frozenset()
    loose: frozenset[UUID] = frozenset()
    barred: Mapping[UUID, Why] = field(default_factory=dict)
    match: Mapping[UUID, int] = field(default_factory=dict)


class Given(NamedTuple):
    """An application and who is given it."""

    application: UUID
    reviewer: UUID


@dataclass(frozen=True, kw_only=True)
class Lack:
    """Reviewers that an application still lacks, and how many of the panel cannot take it, by reason."""

    application: UUID
    missing: int
    reasons: Mapping[Why, int]


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """What to give whom, what to take from whom to make it possible, and what cannot be had."""

    given: tuple[Given, ...] = ()
    taken: tuple[Given, ...] = ()
    lacking: tuple[Lack, ...] = ()


class Worth(NamedTuple):
    """How good a whole assignment is; the least is best, from left to right."""

    empty: int
    moved: int
    unevenness: int
    mismatch: int


@dataclass(frozen=True)
class Problem:
    """Cases, seats and how many each case should have, in an order that no input order changes."""

    cases: tuple[ToReview, ...]
    seats: tuple[Seat, ...]
    each: int

    def wanted(self, case: ToReview) -> int:
        """Seats of a case beside those filled for good; none that somebody has already is closed."""
        staying = sum(reviewer not in case.barred for reviewer in case.loose)
        return max(0, self.each - len(case.fixed), staying)

    def may(self, case: ToReview, seat: Seat) -> bool:
        """Whether the case may be, or stay, with the reviewer."""
        if seat.reviewer in case.fixed or seat.reviewer in case.barred:
            return False
        return seat.reviewer in case.loose or not seat.is_away

    def base(self) -> Counter[UUID]:
        """What each has for good."""
        done = Counter({seat.reviewer: seat.done for seat in self.seats})
        return done + Counter(reviewer for case in self.cases for reviewer in case.fixed)


def problem(cases: Sequence[ToReview], seats: Sequence[Seat], *, each: int) -> Problem:
    """The same problem whatever the order of its parts."""
    by_id = sorted(cases, key=lambda case: case.application.int)
    return Problem(tuple(by_id), tuple(sorted(seats, key=lambda seat: seat.reviewer.int)), each)


def worth(found: frozenset[Given], of: Problem) -> Worth:
    """How good it is to have `found` beside what is fixed."""
    loads = of.base() + Counter(given.reviewer for given in found)
    by_case = Counter(given.application for given in found)
    loose = {Given(case.application, reviewer) for case in of.cases for reviewer in case.loose}
    match = {case.application: case.match for case in of.cases}
    return Worth(
        empty=sum(max(0, of.wanted(case) - by_case[case.application]) for case in of.cases),
        moved=len(loose - found),
        unevenness=sum(loads[seat.reviewer] ** 2 for seat in of.seats),
        mismatch=sum(BEST_MATCH - match[application].get(reviewer, 0) for application, reviewer in found),
    )


def share(cases: Sequence[ToReview], seats: Sequence[Seat], *, each: int) -> Sharing:
    """The best assignment of `cases` to `seats` with `each` reviewers a case, as changes to what there is.

    The same facts in any order give the same answer.
    """
    asked = problem(cases, seats, each=each)
    found = _solve(asked)
    loose = {Given(case.application, reviewer) for case in asked.cases for reviewer in case.loose}
    have = Counter(given.application for given in found)
    loads = asked.base() + Counter(given.reviewer for given in found)
    return Sharing(
        given=tuple(sorted(found - loose)),
        taken=tuple(sorted(loose - found)),
        lacking=tuple(
            Lack(application=case.application, missing=missing, reasons=dict(_reasons(case, asked, loads)))
            for case in asked.cases
            if (missing := each - len(case.fixed) - have[case.application]) > 0
        ),
    )


def _reasons(case: ToReview, asked: Problem, loads: Counter[UUID]) -> Counter[Why]:
    """Why those of the panel who don't have the case can't take it."""
    found: Counter[Why] = Counter()
    for seat in asked.seats:
        if seat.reviewer in case.barred:
            found[case.barred[seat.reviewer]] += 1
        elif seat.is_away and seat.reviewer not in case.fixed | case.loose:
            found[Why.AWAY] += 1
        elif loads[seat.reviewer] >= seat.cap and seat.reviewer not in case.fixed | case.loose:
            found[Why.FULL] += 1
    return found


class _Costs(NamedTuple):
    """Prices so far apart that no chain of cheaper changes outweighs one dearer; see the decision record."""

    even: int
    move: int
    empty: int


def _costs(asked: Problem) -> _Costs:
    steps = 2 * len(asked.seats) + 2
    even = BEST_MATCH * steps + 1
    heaviest = max(asked.base().values(), default=0) + len(asked.cases)
    move = even * (2 * heaviest + 2) + BEST_MATCH * steps + 1
    return _Costs(even=even, move=move, empty=move * (steps + 2))


def _arcs(asked: Problem) -> Iterator[tuple[int, int, int, int]]:
    """(from, to, capacity, cost): 0 is the sink, then cases, then seats. A case that stays short pays for it."""
    costs, first_seat, base = _costs(asked), len(asked.cases) + 1, asked.base()
    for at, case in enumerate(asked.cases, start=1):
        yield at, 0, asked.wanted(case), costs.empty
        for place, seat in enumerate(asked.seats):
            if asked.may(case, seat):
                stays = seat.reviewer in case.loose
                cost = BEST_MATCH - case.match.get(seat.reviewer, 0) + (0 if stays else costs.move)
                yield at, first_seat + place, 1, cost
    for place, seat in enumerate(asked.seats):
        have = base[seat.reviewer]
        for load in range(have, min(seat.cap, have + len(asked.cases))):
            yield first_seat + place, 0, 1, costs.even * (2 * load + 1)


def _solve(asked: Problem) -> frozenset[Given]:
    from ortools.graph.python import min_cost_flow  # noqa: PLC0415 - heavy: only who shares out pays for it

    if not asked.cases:
        return frozenset()
    flow, first_seat = min_cost_flow.SimpleMinCostFlow(), len(asked.cases) + 1
    arcs = list(_arcs(asked))
    for arc in arcs:
        flow.add_arc_with_capacity_and_unit_cost(*arc)
    wanted = [asked.wanted(case) for case in asked.cases]
    flow.set_node_supply(0, -sum(wanted))
    for at, supply in enumerate(wanted, start=1):
        flow.set_node_supply(at, supply)
    status = flow.solve()
    if status != flow.OPTIMAL:
        msg = f"the flow ended as {status}"
        raise RuntimeError(msg)
    return frozenset(
        Given(asked.cases[tail - 1].application, asked.seats[head - first_seat].reviewer)
        for at, (tail, head, _capacity, _cost) in enumerate(arcs)
        if head >= first_seat and flow.flow(at)
    )
