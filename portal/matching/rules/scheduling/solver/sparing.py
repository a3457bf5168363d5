"""A little weight given up for fewer breaks: what the best choice of meetings leaves in the way, a near one may not."""

from portal.matching.rules.scheduling.instance import Lexicographic, Term
from portal.matching.rules.scheduling.layout import lay_out
from portal.matching.rules.scheduling.solution import Solution
from portal.matching.rules.scheduling.solver import telling
from portal.matching.rules.scheduling.solver.keeping import Keeper
from portal.matching.rules.scheduling.solver.running import Run
from portal.matching.rules.scheduling.solver.solving import Solving


def may_spare(base: Solving, percent: int) -> bool:
    """Whether there is something to win: terms after the lost weight that are not at nothing."""
    objective = base.layout.instance.objective
    if not percent or not isinstance(objective, Lexicographic) or base.keeper.when is None or base.before is not None:
        return False
    return Term.LOST_WEIGHT in objective.terms and any(base.keeper.value(term) for term in _after(objective))


def spare(base: Solving, percent: int, run: Run) -> Solution | None:
    """The best by the later terms, with at most `percent` of all weight lost beyond what `base` lost.

    None where nothing was won. Its bounds are those of `base` up to the lost weight; none is claimed of what follows.
    """
    instance = base.layout.instance
    objective = instance.objective
    assert isinstance(objective, Lexicographic)  # noqa: S101 - may_spare was asked
    lost, total = base.keeper.value(Term.LOST_WEIGHT), sum(one.weight for one in instance.meetings)
    after = _after(objective)
    first = tuple(term for term in objective.terms if term not in after and term is not Term.LOST_WEIGHT)
    order = Lexicographic(mode="lexicographic", terms=(*first, *after, Term.LOST_WEIGHT))
    other = Solving(lay_out(instance.model_copy(update={"objective": order})), run, pinned=base.pinned)
    other.keeper.offer(dict(base.keeper.when or {}), dict(base.keeper.where))
    aims = other.whole
    aims.of(Term.LOST_WEIGHT).limit(aims.board, lost + total * percent // 100)
    other.descend(aims, stage="sparing")
    if all(other.keeper.value(term) == base.keeper.value(term) for term in after):
        return None
    return _tell(base, other.keeper, run, after, given=other.keeper.value(Term.LOST_WEIGHT) - lost, total=total)


def _after(objective: Lexicographic) -> tuple[Term, ...]:
    return objective.terms[objective.terms.index(Term.LOST_WEIGHT) + 1 :]


def _tell(base: Solving, kept: Keeper, run: Run, after: tuple[Term, ...], *, given: int, total: int) -> Solution:
    keeper = Keeper(base.layout, when=kept.when, where=kept.where, reached=kept.reached)
    proven = {name: bound for name, bound in base.bounds.items() if name not in set(after)}
    told = telling.tell(base.layout, run, keeper, base.names, over_all=proven, of_choice={})
    won = {term.value: base.keeper.value(term) - kept.value(term) for term in after}
    words = f"{given} of a weight of {total} were given up; " + ", ".join(
        f"{name} {base.keeper.value(name)} -> {kept.value(name)}" for name in won
    )
    given_up = {"weight": given, "of": total, "won": won}
    return told.model_copy(
        update={"stats": {**told.stats, "given_up": given_up, "words": [words, *told.stats["words"]]}}
    )
