"""A first schedule without any solver: meetings put one by one where they disturb least."""

from collections.abc import Iterator, Mapping

from portal.matching.rules.scheduling.layout import Layout
from portal.matching.rules.scheduling.placing import Standing


def fill(layout: Layout, kept: Mapping[int, int], *, only: bool = False) -> dict[int, int]:
    """`kept` as far as it holds, then the required meetings, then (unless `only`) the others, as many as fit."""
    standing = Standing(layout, {})
    for meeting, slot in kept.items():
        _try(standing, meeting, [slot])
    required = [at for at in layout.meetings if layout.meeting(at).required and at not in standing.when]
    for meeting in sorted(required, key=lambda at: (len(layout.possible[at]), at)):
        _try(standing, meeting, _by_trouble(standing, meeting))
    if not only:
        _fill_up(standing)
    return standing.when


def _fill_up(standing: Standing) -> None:
    """First who is short of meetings, then by weight."""
    layout = standing.layout
    rest = {at for at in layout.meetings if at not in standing.when and layout.possible[at]}
    heaviest = sorted(rest, key=lambda at: (-layout.meeting(at).weight, at))
    for needed in (True, False):
        for meeting in heaviest:
            short = any(len(standing.mine[who]) < layout.at_least(who) for who in layout.pairs[meeting])
            if meeting not in standing.when and short >= needed:
                _try(standing, meeting, _by_trouble(standing, meeting))


def _by_trouble(standing: Standing, meeting: int) -> Iterator[int]:
    """Free slots, those that make fewest breaks first."""
    layout = standing.layout
    free = [slot for slot in layout.possible[meeting] if next(standing.clashes(meeting, slot), None) is None]
    trouble = {}
    for slot in free:
        standing.put(meeting, slot)
        trouble[slot] = sum(standing.breaks(who) for who in layout.pairs[meeting])
        standing.take(meeting)
    return iter(sorted(free, key=lambda slot: (trouble[slot], slot)))


def _try(standing: Standing, meeting: int, slots: Iterator[int] | list[int]) -> None:
    """Put it in the first slot that leaves every limit kept."""
    instance = standing.layout.instance
    limited = instance.constraints.max_break_difference is not None or any(
        one.max_breaks is not None for one in instance.participants
    )
    for slot in slots:
        if next(standing.clashes(meeting, slot), None) is not None:
            continue
        standing.put(meeting, slot)
        if not limited or next(standing.strains(), None) is None:
            return
        standing.take(meeting)


def is_whole(layout: Layout, when: Mapping[int, int]) -> bool:
    """Whether it keeps what must be kept: required meetings, hard minima."""
    if any(layout.meeting(at).required and at not in when for at in layout.meetings):
        return False
    if not layout.instance.constraints.hard_min_meetings:
        return True
    counts = [sum(at in when for at in layout.meetings_of[who]) for who in layout.people]
    return all(counts[who] >= layout.at_least(who) for who in layout.people)
