"""The six terms of a schedule, and the breaks of one agenda."""

from collections.abc import Collection, Iterable
from itertools import pairwise

from portal.matching.rules.scheduling.instance import Term, Weighted
from portal.matching.rules.scheduling.layout import Layout, When, Where


def gaps(used: Collection[int], scope: Iterable[int]) -> list[int]:
    """The lengths of the breaks in a scope: slots without a meeting, between two meetings."""
    at = [place for place, slot in enumerate(scope) if slot in used]
    return [second - first - 1 for first, second in pairwise(at) if second - first > 1]


def gaps_of(layout: Layout, used: Collection[int]) -> list[int]:
    """Every break of an agenda that occupies the slots `used`."""
    return [length for scope in layout.scopes for length in gaps(used, scope)]


def agenda(layout: Layout, when: When, who: int) -> dict[int, int]:
    """Slot -> meeting of one participant, in order."""
    return dict(sorted((when[meeting], meeting) for meeting in layout.meetings_of[who] if meeting in when))


def changes_of(layout: Layout, mine: dict[int, int], where: Where) -> int:
    """How often a participant goes to another table from one meeting to the next of the same day."""
    days = [[mine[slot] for slot in day if slot in mine] for day in layout.days]
    return sum(where[first] != where[second] for meetings in days for first, second in pairwise(meetings))


def terms(layout: Layout, when: When, where: Where) -> dict[Term, int]:
    """Every term, whether the objective has it or not."""
    agendas = [agenda(layout, when, who) for who in layout.people]
    breaks = [gaps_of(layout, mine) for mine in agendas]
    return {
        Term.SHORTFALL: sum(max(0, layout.at_least(who) - len(agendas[who])) for who in layout.people),
        Term.LOST_WEIGHT: sum(layout.meeting(at).weight for at in layout.meetings if at not in when),
        Term.BREAKS: sum(map(len, breaks)),
        Term.IDLE_SLOTS: sum(map(sum, breaks)),
        Term.MAX_BREAKS: max(map(len, breaks), default=0),
        Term.TABLE_CHANGES: sum(changes_of(layout, mine, where) for mine in agendas),
    }


def rank(layout: Layout, reached: dict[Term, int]) -> tuple[int, ...]:
    """What is compared: the terms in their order, or their weighted sum. Less is better."""
    objective = layout.instance.objective
    if isinstance(objective, Weighted):
        return (sum(weight * reached[term] for term, weight in objective.weights.items()),)
    return tuple(reached[term] for term in objective.terms)
