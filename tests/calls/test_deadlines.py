"""Terms in days: holidays, Saturdays, changes of the clocks, the last second."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, strategies as st

from portal.calls.rules import deadlines
from portal.kernel.clock import ROME

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("given_on", "days", "due_on"),
    [
        ("2026-03-02", 10, "2026-03-12"),
        ("2026-03-04", 10, "2026-03-16"),  # a Saturday
        ("2026-03-05", 10, "2026-03-16"),  # a Sunday
        ("2026-12-15", 10, "2026-12-28"),  # Christmas, St Stephen's, a Sunday
        ("2026-03-26", 10, "2026-04-07"),  # Easter and its Monday
        ("2026-11-26", 12, "2026-12-09"),  # the Immaculate Conception
        ("2026-12-07", 30, "2027-01-07"),  # the Epiphany
    ],
)
def test_a_term_of_a_firm_never_ends_on_a_holiday(given_on, days, due_on):
    at = datetime.combine(date.fromisoformat(given_on), time(9), tzinfo=ROME)

    due_at = deadlines.firm_term(at, days)

    assert due_at == datetime.combine(date.fromisoformat(due_on), time(23, 59, 59), tzinfo=ROME)


def test_the_day_is_that_of_rome():
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)

    assert deadlines.day_of(late) == date(2026, 3, 3)
    assert deadlines.firm_term(late, 10).date() == date(2026, 3, 13)


def test_the_last_second_is_whole_and_the_next_is_late():
    due_at = deadlines.firm_term(datetime(2026, 3, 2, 9, tzinfo=ROME), 10, hour=time(16))

    assert due_at.hour == 16
    assert not deadlines.is_over(due_at, now=due_at + timedelta(microseconds=999_999))
    assert deadlines.is_over(due_at, now=due_at + timedelta(seconds=1))


def test_the_authority_s_own_term_may_end_on_a_saturday():
    saturday = date(2026, 3, 14)

    assert deadlines.working_from(saturday, even_saturday=True) == saturday
    assert deadlines.working_from(saturday) == date(2026, 3, 16)


@given(DAYS)
def test_the_end_moves_by_less_than_a_week_and_only_where_it_must(day):
    moved = deadlines.working_from(day)

    assert day <= moved < day + timedelta(days=7)
    assert moved.weekday() < deadlines.SATURDAY
    assert not deadlines.is_holiday(moved)
    assert deadlines.working_from(moved) == moved


@given(INSTANTS, st.integers(1, 90))
def test_a_change_of_the_clocks_gives_no_day_and_takes_none(at, days):
    due_at = deadlines.firm_term(at, days)

    assert due_at.astimezone(ROME).time() == time(23, 59, 59)
    assert deadlines.day_of(due_at) >= deadlines.day_of(at) + timedelta(days=days)
    assert due_at > at
