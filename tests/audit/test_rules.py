"""The chain, by property: whatever is done to a good one shows."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given, strategies as st

from portal.audit.rules import START, Line, Tip, digest, verify

words = st.text(st.characters(codec="utf-8", exclude_characters="\x1f\x00"), max_size=12)
instants = st.datetimes(timezones=st.just(UTC))


@st.composite
def chains(draw: st.DrawFn, least: int = 0) -> list[Line]:
    """A chain as the database makes it."""
    lines: list[Line] = []
    facts = st.tuples(instants, words, words, words, words, words)
    for number, (at, action, kind, subject, by, detail) in enumerate(
        draw(st.lists(facts, min_size=least, max_size=8)), 1
    ):
        before = lines[-1].hash if lines else START
        line = Line(number, at, action, kind, subject, by, detail, before, "")
        lines.append(replace(line, hash=digest(line)))
    return lines


def tip(lines: list[Line]) -> Tip:
    return Tip(lines[-1].seq, lines[-1].hash) if lines else Tip(0, START)


@given(chains())
def test_a_good_chain_holds_and_passes_through_each_of_its_ends(lines: list[Line]):
    for length in range(len(lines) + 1):
        found = verify(lines, head=tip(lines), known=tip(lines[:length]))
        assert (found.holds, found.entries, found.tip) == (True, len(lines), tip(lines))


@given(chains(least=1), st.data())
def test_an_edited_line_is_named(lines: list[Line], data: st.DataObject):
    at = data.draw(st.integers(0, len(lines) - 1))
    field = data.draw(st.sampled_from(["action", "subject_type", "subject_id", "by", "detail"]))
    other = data.draw(words)
    assume(other != getattr(lines[at], field))
    change: dict[str, Any] = {field: other}
    changed = [*lines[:at], replace(lines[at], **change), *lines[at + 1 :]]

    assert verify(changed, head=tip(lines)).broken == lines[at].seq


@given(chains(least=1), st.data())
def test_a_removed_line_is_missed(lines: list[Line], data: st.DataObject):
    at = data.draw(st.integers(0, len(lines) - 1))

    assert verify([*lines[:at], *lines[at + 1 :]], head=tip(lines)).broken == lines[at].seq


@given(chains(least=2), st.data())
def test_lines_that_changed_places_are_found(lines: list[Line], data: st.DataObject):
    first = data.draw(st.integers(0, len(lines) - 2))
    one, two = lines[first], lines[first + 1]
    swapped = [replace(two, seq=one.seq), replace(one, seq=two.seq)]

    assert verify([*lines[:first], *swapped, *lines[first + 2 :]], head=tip(lines)).broken == one.seq


@given(chains(least=2), st.data())
def test_a_tail_cut_with_the_head_is_found_by_a_head_kept_elsewhere(lines: list[Line], data: st.DataObject):
    short = lines[: data.draw(st.integers(0, len(lines) - 1))]

    assert verify(short, head=tip(short)).holds
    assert not verify(short, head=tip(short), known=tip(lines)).holds


def test_a_history_rewritten_from_some_line_on_is_found_by_a_head_kept_elsewhere():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    first = Line(1, at, "a", "t", "s", "who", "{}", START, "")
    first = replace(first, hash=digest(first))
    other = replace(first, by="another")
    other = replace(other, hash=digest(other))

    found = verify([other], head=tip([other]), known=tip([first]))

    assert (found.broken, found.why) == (1, "line 1 is not the one seen before: history was rewritten")


@pytest.mark.parametrize("known", [None, Tip(0, START)])
def test_an_empty_chain_holds(known: Tip | None):
    assert verify([], head=Tip(0, START), known=known).holds
