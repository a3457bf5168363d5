"""Why there is no schedule: a small set of demands that don't go together, in words."""

from collections.abc import Iterable, Mapping, Sequence

from portal.matching.rules.scheduling.layout import Layout
from portal.matching.rules.scheduling.solution import Conflict
from portal.matching.rules.scheduling.solver.board import Board, Demand
from portal.matching.rules.scheduling.solver.running import How, Run


def explain(layout: Layout, run: Run, pinned: Mapping[int, int]) -> Conflict:
    """Find demands that can't hold together, leave out of them what isn't needed, and say the rest."""
    board = Board(layout, pinned=pinned, explaining=True)
    demands = _together(board, run, sorted(board.demands or {}))
    for demand in list(demands):
        if run.over or len(demands) == 1:
            break
        fewer = _together(board, run, [one for one in demands if one != demand])
        demands = fewer or demands
    return _say(layout, pinned, demands)


def plain(layout: Layout, pinned: Mapping[int, int]) -> Conflict | None:
    """The conflict that anybody can see, without a search."""
    demands = list(_crowded(layout, pinned))
    return _say(layout, pinned, demands) if demands else None


def _together(board: Board, run: Run, demands: Sequence[Demand]) -> list[Demand]:
    """Those of `demands` with which the solver has shown that all can't hold; none: it hasn't."""
    literals = {(board.demands or {})[demand]: demand for demand in demands}
    board.model.clear_assumptions()
    board.model.add_assumptions(list(literals))
    answer = run.solve(board.model, stage="conflict", how=How.FIND, share=0.2)
    if not answer.impossible:
        return []
    needed = set(answer.solver.sufficient_assumptions_for_infeasibility())
    return [demand for literal, demand in literals.items() if literal.index in needed]


def _crowded(layout: Layout, pinned: Mapping[int, int]) -> Iterable[Demand]:
    """A meeting that has no slot, two whose order leaves none, or more meetings of one participant than slots."""
    sure = [at for at in layout.meetings if layout.meeting(at).required or at in pinned]
    nowhere = next((at for at in sure if not layout.possible[at]), None)
    if nowhere is not None:
        return [("meeting" if layout.meeting(nowhere).required else "lock", nowhere)]
    for nth, (first, then) in enumerate(layout.before):
        both = layout.meeting(first).required and layout.meeting(then).required
        if both and layout.possible[then][-1] <= layout.possible[first][0]:
            return [("meeting", first), ("meeting", then), ("order", nth)]
    for who in layout.people:
        mine = [at for at in layout.meetings_of[who] if layout.meeting(at).required]
        slots = {slot for at in mine for slot in layout.possible[at]}
        if len(mine) > min(len(slots), layout.at_most(who)):
            return [("meeting", at) for at in mine]
    return []


def _say(layout: Layout, pinned: Mapping[int, int], demands: Sequence[Demand]) -> Conflict:
    meetings = [number for kind, number in demands if kind in {"meeting", "lock"}]
    ordered = any(kind == "order" for kind, _ in demands)
    meetings += [number for kind, at in demands if kind == "order" for number in layout.before[at]]
    meetings = list(dict.fromkeys(meetings))
    people = [number for kind, number in demands if kind in {"minimum", "breaks"}]
    shared = _shared(layout, meetings)
    names = [layout.instance.participants[who].id for who in dict.fromkeys([*people, *shared])]
    words = [*_asked(layout, pinned, demands), *_room(layout, meetings, shared, ordered=ordered)]
    return Conflict(
        meetings=tuple(layout.meeting(at).id for at in meetings),
        participants=tuple(names),
        message="These can't all hold: " + "; ".join(words) + "." if words else "No schedule keeps every demand.",
    )


def _asked(layout: Layout, pinned: Mapping[int, int], demands: Sequence[Demand]) -> list[str]:
    """The demands, each in words, those of meetings in one."""
    instance = layout.instance
    held = [layout.meeting(at).id for kind, at in demands if kind == "meeting"]
    words = [f"{_list(held)} {'take' if len(held) > 1 else 'takes'} place"] if held else []
    for kind, at in demands:
        match kind:
            case "lock":
                words.append(f"{layout.meeting(at).id} stays in {instance.slots[pinned[at]].id}")
            case "minimum":
                words.append(f"{instance.participants[at].id} has at least {layout.at_least(at)} meetings")
            case "breaks":
                one = instance.participants[at]
                words.append(f"{one.id} has at most {one.max_breaks} breaks")
            case "order":
                first, then = layout.before[at]
                words.append(f"{layout.meeting(first).id} comes before {layout.meeting(then).id}")
            case "difference":
                apart = instance.constraints.max_break_difference
                words.append(f"breaks differ by at most {apart} between participants")
    return words


def _room(layout: Layout, meetings: Sequence[int], shared: Sequence[int], *, ordered: bool) -> list[str]:
    """What they have to share: a span of slots where order matters, otherwise the slots of a participant."""
    if len(meetings) == 1:
        return [f"{layout.meeting(meetings[0]).id} has {_slots(layout, layout.possible[meetings[0]])}"]
    if ordered:
        spans = {at: [layout.instance.slots[slot].id for slot in layout.possible[at]] for at in meetings}
        return [
            f"{layout.meeting(at).id} can be from {names[0]} to {names[-1]}" for at, names in spans.items() if names
        ]
    words = []
    for who in shared:
        mine = [at for at in meetings if who in layout.pairs[at]]
        slots = sorted({slot for at in mine for slot in layout.possible[at]})
        most = layout.instance.participants[who].max_meetings
        limit = f", and at most {most} meetings" if most is not None and most < len(mine) else ""
        if limit or len(slots) < len(layout.slots):
            words.append(f"{layout.instance.participants[who].id} has for them {_slots(layout, slots)}{limit}")
    return words


def _slots(layout: Layout, slots: Sequence[int]) -> str:
    names = [layout.instance.slots[slot].id for slot in slots]
    return f"only {_list(names)}" if names else "no slot in which both can come and a table and an interpreter stand"


def _shared(layout: Layout, meetings: Sequence[int]) -> list[int]:
    """Participants with more than one of the meetings."""
    people = [who for at in meetings for who in layout.pairs[at]]
    return sorted({who for who in people if people.count(who) > 1})


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
