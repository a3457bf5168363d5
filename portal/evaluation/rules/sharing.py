"""Sharing applications out among reviewers: balanced, within caps, never across a conflict."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A reviewer: at most `cap` applications in all, `load` of them given already."""

    reviewer: UUID
    cap: int
    load: int = 0


@dataclass(frozen=True, kw_only=True)
class ToReview:
    """An application: who has it already, and who must never have it."""

    application: UUID
    has: frozenset[UUID] = frozenset()
    barred: frozenset[UUID] = frozenset()


class Given(NamedTuple):
    application: UUID
    reviewer: UUID


@dataclass(frozen=True)
class Sharing:
    """What to give whom, and how many reviewers each application still lacks."""

    given: tuple[Given, ...]
    lacking: dict[UUID, int]


def share(cases: Sequence[ToReview], seats: Sequence[Seat], *, each: int) -> Sharing:
    """Give every application reviewers until it has `each`, always to whom has least to do.

    Applications with the fewest possible reviewers choose first; among the equally loaded the order of `seats`
    decides. The same input gives the same sharing.
    """
    load = Counter({seat.reviewer: seat.load for seat in seats})
    order = {seat.reviewer: place for place, seat in enumerate(seats)}

    def possible(case: ToReview) -> list[Seat]:
        taken = case.has | case.barred
        return [seat for seat in seats if seat.reviewer not in taken and load[seat.reviewer] < seat.cap]

    given: list[Given] = []
    lacking: dict[UUID, int] = {}
    for case in sorted(cases, key=lambda case: len(possible(case))):
        wanted = max(0, each - len(case.has))
        chosen = sorted(possible(case), key=lambda seat: (load[seat.reviewer], order[seat.reviewer]))[:wanted]
        for seat in chosen:
            load[seat.reviewer] += 1
            given.append(Given(case.application, seat.reviewer))
        if len(chosen) < wanted:
            lacking[case.application] = wanted - len(chosen)
    return Sharing(tuple(given), lacking)
