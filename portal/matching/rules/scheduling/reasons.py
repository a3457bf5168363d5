"""Why a meeting was left out of a schedule."""

from portal.matching.rules.scheduling.layout import Layout, When
from portal.matching.rules.scheduling.placing import Hindrance, Standing
from portal.matching.rules.scheduling.solution import LeftOut, Reason


def left_out(layout: Layout, when: When) -> tuple[LeftOut, ...]:
    """Each meeting that doesn't take place, with the first reason that keeps it from every slot."""
    standing = Standing(layout, when)
    return tuple(
        LeftOut(meeting=layout.meeting(at).id, reason=_reason(standing, at)) for at in layout.meetings if at not in when
    )


def _reason(standing: Standing, meeting: int) -> Reason:
    """In the order in which a person would ask: can both come, have they time, is there a table, an interpreter."""
    slots = [{clash.kind for clash in standing.clashes(meeting, slot)} for slot in standing.layout.open[meeting]]
    if not slots:
        return "no_common_slot"
    if any(Hindrance.FULL in kinds for kinds in slots):
        return "participant_full"
    steps: tuple[tuple[Hindrance, Reason], ...] = (
        (Hindrance.BUSY, "participant_full"),
        (Hindrance.TABLE, "capacity"),
        (Hindrance.INTERPRETER, "interpreter"),
        (Hindrance.ORDER, "precedence"),
    )
    for hindrance, reason in steps:
        slots = [kinds for kinds in slots if hindrance not in kinds]
        if not slots:
            return reason
    return "objective"
