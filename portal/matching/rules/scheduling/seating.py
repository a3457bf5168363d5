"""Tables for a schedule whose slots are known: always possible, and few changes."""

from collections.abc import Iterator, Mapping

from portal.matching.rules.scheduling.layout import Layout, When, Where


def seat(layout: Layout, when: When, wanted: Where | None = None) -> dict[int, str]:
    """Each meeting's table. One that is `wanted` and free is given; otherwise people stay where they sat."""
    where: dict[int, str] = {}
    last: dict[tuple[int, int], str] = {}  # participant, day -> the table of the last meeting
    day_of = {slot: day for day, slots in enumerate(layout.days) for slot in slots}
    for slot in sorted(set(when.values())):
        meetings = sorted(meeting for meeting, at in when.items() if at == slot)
        sat = {
            meeting: [last[who, day_of[slot]] for who in layout.pairs[meeting] if (who, day_of[slot]) in last]
            for meeting in meetings
        }
        where |= _seat_slot(layout, slot, sat, wanted or {})
        last |= {(who, day_of[slot]): where[meeting] for meeting in meetings for who in layout.pairs[meeting]}
    return where


def _seat_slot(layout: Layout, slot: int, sat: Mapping[int, list[str]], wanted: Where) -> dict[int, str]:
    """The tables of one slot: own ones, wanted ones, those that both kept, that one kept, any."""
    given = {meeting: own for meeting in sat if (own := layout.own_table[meeting]) is not None}
    free = {f"T{nth}" for nth in range(1, min(layout.pool[slot], len(layout.meetings)) + 1)}
    for meeting, table in _wishes(sat, wanted):
        if meeting not in given and table in free:
            given[meeting] = table
            free.remove(table)
    rest = iter(sorted(free, key=lambda table: int(table[1:])))
    return given | {meeting: next(rest) for meeting in sat if meeting not in given}


def _wishes(sat: Mapping[int, list[str]], wanted: Where) -> Iterator[tuple[int, str]]:
    yield from ((meeting, wanted[meeting]) for meeting in sat if meeting in wanted)
    yield from ((meeting, tables[0]) for meeting, tables in sat.items() if len(tables) > 1 and len(set(tables)) == 1)
    yield from ((meeting, table) for meeting, tables in sat.items() for table in tables)
