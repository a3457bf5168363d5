"""A call and the clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from portal.calls.rules.clock import Phase, due_reminders, last_day, moved, phase, weeks_to_open
from portal.calls.rules.content import Window
from portal.calls.rules.refusals import NotMovable
from portal.calls.rules.yaml_io import shipped
from portal.kernel.clock import ROME
from tests.factories.calls import MISURA, UZBEKISTAN, content

OPENS = datetime(2025, 11, 3, 11, tzinfo=ROME)
CLOSES = datetime(2025, 11, 21, 16, tzinfo=ROME)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("now", "answer"),
    [
        (OPENS - timedelta(microseconds=1), Phase.COMING),
        (OPENS, Phase.OPEN),
        (CLOSES - timedelta(microseconds=1), Phase.OPEN),
        (CLOSES, Phase.CLOSED),
    ],
)
def test_a_window_holds_its_first_instant_and_not_its_last(now, answer):
    assert phase(OPENS, CLOSES, now=now) is answer
    assert shipped(MISURA).is_open(now) is (answer is Phase.OPEN)


@given(now=INSTANTS)
def test_a_moved_call_is_open_now_at_the_same_hour_in_rome(now):
    for code in (MISURA, UZBEKISTAN):
        original = shipped(code)
        weeks = weeks_to_open(original, now=now)
        call = moved(original, weeks=weeks)

        assert call.is_open(now)
        for name in ("opens_at", "closes_at"):
            there, here = (getattr(each.window, name).astimezone(ROME) for each in (original, call))
            assert (here.weekday(), here.time()) == (there.weekday(), there.time())
            assert (here.date() - there.date()).days == 7 * weeks


@given(now=INSTANTS)
def test_of_all_the_weeks_that_open_it_the_latest_is_taken(now):
    weeks = weeks_to_open(shipped(MISURA), now=now)
    assert not moved(shipped(MISURA), weeks=weeks + 1).is_open(now)


@given(weeks=st.integers(-200, 200))
def test_moving_there_and_back_changes_nothing(weeks):
    assert moved(moved(shipped(UZBEKISTAN), weeks=weeks), weeks=-weeks) == shipped(UZBEKISTAN)


def test_milestones_move_along_and_the_programme_does_not():
    call = moved(shipped(UZBEKISTAN), weeks=54)
    assert [each.on.isoformat() for each in call.milestones] == ["2026-12-21"]
    assert call.programme == shipped(UZBEKISTAN).programme


def test_a_window_of_three_days_may_not_be_movable():
    short = content(
        window=Window(opens_at=OPENS, closes_at=OPENS + timedelta(days=3), source=shipped(MISURA).window.source)
    )
    with pytest.raises(NotMovable):
        weeks_to_open(short, now=OPENS + timedelta(days=5))


@pytest.mark.parametrize(
    ("left", "answer"),
    [(timedelta(hours=169), []), (timedelta(hours=168), [168]), (timedelta(hours=40), [48, 168]), (timedelta(0), [])],
)
def test_reminders_come_due_and_the_nearest_is_first(left, answer):
    assert due_reminders([168, 48, 4], opens_at=OPENS, closes_at=CLOSES, now=CLOSES - left) == answer


def test_no_reminder_whose_moment_was_before_the_opening():
    opens = CLOSES - timedelta(hours=50)
    assert due_reminders([168, 48], opens_at=opens, closes_at=CLOSES, now=opens + timedelta(hours=1)) == []


@given(now=INSTANTS, hours=st.lists(st.integers(1, 2000), unique=True, max_size=5))
@settings(max_examples=200)
def test_a_reminder_is_only_for_an_open_call_and_never_late(now, hours):
    for each in due_reminders(hours, opens_at=OPENS, closes_at=CLOSES, now=now):
        assert OPENS <= now < CLOSES
        assert CLOSES - now <= timedelta(hours=each)


def test_the_last_day_is_rome_s():
    assert last_day(shipped(MISURA)).isoformat() == "2025-11-21"
