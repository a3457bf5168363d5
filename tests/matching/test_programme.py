"""From rows to an event that can be scheduled, and back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings, strategies as st

from portal.matching.rules.programme import Pair, Person, Place, Programme, Table, Turn, Voice
from portal.matching.rules.scheduling import Assignment, check
from portal.matching.rules.scheduling.solver.solve import solve
from portal.matching.rules.settings import Settings

NOON = datetime(2027, 3, 9, 12, tzinfo=UTC)


@st.composite
def programmes(draw):
    """Small events with tables of their own, interpreters, people who are away, meetings that stand."""
    turns = tuple(
        Turn(f"s{nth}", NOON.date(), "AM" if nth < 2 else "PM", NOON + timedelta(hours=nth - 1)) for nth in range(5)
    )
    names = [one.id for one in turns]
    away = st.frozensets(st.sampled_from(names), max_size=2)
    firms = [Person(f"f{nth}", "company", least=1, most=draw(st.integers(1, 4)), away=draw(away)) for nth in range(3)]
    buyers = [Person(f"b{nth}", "buyer", away=draw(away)) for nth in range(2)]
    tables = (Table("one"), Table("own", draw(st.sampled_from([None, "b0", "f0", "gone"]))), Table("two", "b0"))
    pairs = tuple(
        Pair(
            f"{firm.id}{buyer.id}",
            firm.id,
            buyer.id,
            weight=draw(st.integers(0, 2_000_000)),
            language=draw(st.sampled_from([None, "ru"])),
            fixed_slot=draw(st.sampled_from([None, None, None, *names])),
            session=draw(st.sampled_from([None, None, "AM", "PM"])),
        )
        for firm in [*firms, Person("gone", "company")]
        for buyer in buyers
    )
    voices = (Voice("olga", "ru", draw(away)), Voice("ivan", "ru", draw(away)), Voice("aziz", "uz"))
    return Programme("e", NOON, Settings(), turns, tables, voices, (*firms, *buyers), pairs)


@settings(max_examples=40)
@given(programmes())
def test_every_schedule_holds_and_breaks_no_key(programme):
    solution = solve(programme.instance, time_limit=5)
    assert check(programme.instance, solution) == []
    places = programme.places(solution.assignments)
    pairs = {pair.id: pair for pair in programme.pairs}
    assert len({(one.slot, one.table) for one in places.values()}) == len(places)
    voices = [(one.slot, one.voice) for one in places.values() if one.voice]
    assert len(set(voices)) == len(voices)
    seats = [(who, one.slot) for id_, one in places.items() for who in (pairs[id_].firm, pairs[id_].buyer)]
    assert len(set(seats)) == len(seats)
    away = {one.id: one.away for one in programme.voices}
    for id_, place in places.items():
        assert (pairs[id_].language is None) == (place.voice is None)
        assert place.voice is None or place.slot not in away[place.voice]
        assert place.slot not in {"s0", "s1"}


@settings(max_examples=20)
@given(programmes())
def test_a_schedule_that_stands_is_read_as_it_was_written(programme):
    places = programme.places(solve(programme.instance, time_limit=5).assignments)
    seated = replace(programme, pairs=tuple(replace(one, place=places.get(one.id)) for one in programme.pairs))
    assert seated.places(seated.standing.assignments) == places
    assert check(seated.instance, seated.standing) == []
    assert (seated.digest == programme.digest) == (not places)


def test_what_has_begun_counts_against_the_quota():
    turns = (Turn("s0", NOON.date(), "AM", NOON), Turn("s1", NOON.date(), "AM", NOON + timedelta(hours=1)))
    people = (Person("f", "company", least=2, most=2), Person("b", "buyer"), Person("c", "buyer"))
    pairs = (Pair("held", "f", "b", place=Place("s0", "t")), Pair("next", "f", "c"))
    programme = Programme("e", NOON, Settings(), turns, (Table("t"),), (), people, pairs)
    firm = programme.instance.participants[0]
    assert [one.id for one in programme.instance.slots] == ["s1"]
    assert [one.id for one in programme.instance.meetings] == ["next"]
    assert (firm.min_meetings, firm.max_meetings) == (1, 1)


def test_an_interpreter_stays_with_the_meeting():
    turns = (Turn("s1", NOON.date(), "AM", NOON + timedelta(hours=1)),)
    people = (Person("f", "company"), Person("g", "company"), Person("b", "buyer"), Person("c", "buyer"))
    pairs = (
        Pair("new", "f", "b", language="ru"),
        Pair("old", "g", "c", language="ru", place=Place("s1", "t", "olga")),
    )
    voices = (Voice("olga", "ru"), Voice("ivan", "ru"))
    programme = Programme("e", NOON, Settings(), turns, (Table("t"), Table("u")), voices, people, pairs)
    assert programme.interpreted("s1", pairs) == {"old": "olga", "new": "ivan"}


def test_whoever_stays_in_a_slot_keeps_the_table_where_that_is_asked():
    turns = (Turn("s0", NOON.date(), "PM", NOON + timedelta(hours=1)),)
    people = tuple(Person(id_, side) for id_, side in (("f0", "company"), ("f1", "company"), ("b0", "b"), ("b1", "b")))
    here = (Place("s0", "one"), Place("s0", "two"))
    pairs = (Pair("m0", "f0", "b0", place=here[0]), Pair("m1", "f1", "b1", place=here[1]))
    programme = Programme("e", NOON, Settings(), turns, (Table("one"), Table("two")), (), people, pairs)
    crossed = (Assignment(meeting="m0", slot="s0", table="T2"), Assignment(meeting="m1", slot="s0", table="T1"))
    assert programme.places(crossed) == {"m0": here[1], "m1": here[0]}
    assert programme.places(crossed, keep_tables=True) == {"m0": here[0], "m1": here[1]}
