"""What is told, to whom, and what calendars make of it."""

from typing import Any

from hypothesis import given, strategies as st

from portal.matching.rules.versions import Entry, Kind, changes, follow, of


def entry(meeting="m", firm="f", buyer="b", slot="s0", table="1"):
    return Entry(meeting=meeting, firm=firm, buyer=buyer, slot=slot, starts_at=slot, ends_at=slot, table=table)


PEOPLE = {f"m{firm}{buyer}": (f"f{firm}", f"b{buyer}") for firm in range(3) for buyer in range(2)}
agendas = st.dictionaries(st.sampled_from(sorted(PEOPLE)), st.sampled_from(["s0", "s1", "s2"])).map(
    lambda placed: [entry(id_, *PEOPLE[id_], slot) for id_, slot in placed.items()]
)


@given(st.lists(agendas, min_size=2, max_size=5))
def test_only_those_are_told_whose_agenda_differs(tellings):
    previous: list[Any] = []
    for standing in tellings:
        following = follow(previous, standing)
        told = changes(previous, following)
        for who in ("f0", "f1", "f2", "b0", "b1"):
            before = {(one.meeting, one.slot) for one in of(previous, who)}
            after = {(one.meeting, one.slot) for one in of(following, who)}
            assert (who in told) == (before != after)
        sequences = {one.meeting: one for one in previous}
        for one in following:
            old = sequences.get(one.meeting)
            assert one.sequence == (0 if old is None else old.sequence + (not one.tells_the_same(old)))
        assert {one.meeting for one in previous} <= {one.meeting for one in following}
        previous = following


def test_each_kind_of_change_has_its_name():
    first = follow([], [entry("stays"), entry("moves", "g"), entry("goes", "h", slot="s2")])
    second = follow(first, [entry("stays"), entry("moves", "g", slot="s1"), entry("comes", "i")])
    told = changes(first, second)
    assert {who: [one.kind for one in lines] for who, lines in told.items()} == {
        "g": [Kind.MOVED],
        "h": [Kind.OFF],
        "i": [Kind.NEW],
        "b": [Kind.NEW, Kind.MOVED, Kind.OFF],
    }
    third = follow(second, [entry("goes", "h", slot="s2")])
    back = next(line for line in changes(second, third)["h"])
    assert (back.kind, back.after.sequence) == (Kind.NEW, 2)
