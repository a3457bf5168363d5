"""The clock of a proceeding: what counts, what does not, when it ends."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, strategies as st

from portal.applications.rules.procedure import Asked, Hold, RequestKind, clock, spans, starts_at
from portal.calls.rules import deadlines
from portal.calls.rules.content import Proceeding
from portal.kernel.clock import ROME
from tests.factories.calls import content

S, N = RequestKind.SUPPLEMENT, RequestKind.NOTICE
CALL = content()
CLOSES = datetime(2026, 2, 2, 16, tzinfo=ROME)
SENT = datetime(2026, 1, 20, 11, tzinfo=ROME)


def on(text, hour=10):
    return datetime.combine(date.fromisoformat(text), time(hour), tzinfo=ROME)


def ask(kind, at, due, ended=None, *, is_called_off=False):
    return Asked(kind, on(at), on(due, 23), on(ended) if ended else None, is_called_off)


def at(now, *asked, call=CALL):
    return clock(call, asked, submitted_at=SENT, closes_at=CLOSES, now=on(now))


def test_a_ranking_counts_from_its_closing_and_the_rest_from_registration():
    first_come = CALL.model_copy(update={"procedure": "first_come_first_served"})
    other = CALL.model_copy(update={"proceeding": Proceeding(counts_from="registration")})

    found = [starts_at(one, submitted_at=SENT, closes_at=CLOSES) for one in (CALL, first_come, other)]

    assert found == [CLOSES, SENT, SENT]


def test_days_used_and_left_and_the_end():
    before, day_0, day_1, day_90, after = (
        at(day) for day in ("2026-01-25", "2026-02-02", "2026-02-03", "2026-05-03", "2026-05-05")
    )

    assert [(one.used, one.left, one.hold) for one in (before, day_0, day_1, day_90, after)] == [
        (0, 90, Hold.AHEAD),
        (0, 90, Hold.RUNNING),
        (1, 89, Hold.RUNNING),
        (90, 0, Hold.RUNNING),
        (92, -2, Hold.OVER),
    ]
    # the ninetieth day is Sunday 3 May
    assert day_1.ends_at == datetime(2026, 5, 4, 23, 59, 59, tzinfo=ROME)
    assert [one.is_at_risk for one in (before, day_1, at("2026-04-18"), at("2026-04-17"))] == [
        False,
        False,
        True,
        False,
    ]


def test_a_supplement_stops_the_clock_from_the_request_to_the_answer():
    asked = ask(S, "2026-02-10", "2026-02-20", "2026-02-16")

    assert at("2026-02-12", ask(S, "2026-02-10", "2026-02-20")).hold is Hold.SUSPENDED
    assert (at("2026-02-12", asked).used, at("2026-02-12", asked).suspended) == (8, 2)
    assert (at("2026-02-16", asked).used, at("2026-02-16", asked).suspended) == (8, 6)
    assert at("2026-02-17", asked).used == 9
    assert deadlines.day_of(at("2026-02-17", asked).ends_at) == date(2026, 5, 9)


def test_it_stops_once_and_for_thirty_days_at_most():
    long = ask(S, "2026-02-10", "2026-03-20", "2026-03-20")
    second = ask(S, "2026-04-01", "2026-04-11", "2026-04-11")

    assert [(one.since, one.until) for one in spans([second, long])] == [(date(2026, 2, 10), date(2026, 3, 12))]


def test_a_notice_stops_it_to_the_tenth_day_after_the_observations_or_the_term():
    observed = ask(N, "2026-02-10", "2026-02-20", "2026-02-13")
    silent = ask(N, "2026-02-10", "2026-02-20", "2026-02-20")
    called_off = ask(N, "2026-02-10", "2026-02-20", "2026-02-12", is_called_off=True)

    assert [spans([one])[0].until for one in (observed, silent, called_off)] == [
        date(2026, 2, 23),
        date(2026, 3, 2),
        date(2026, 2, 12),
    ]


def test_a_supplement_and_a_notice_that_touch_count_once():
    found = spans([ask(S, "2026-02-10", "2026-02-20", "2026-02-14"), ask(N, "2026-02-12", "2026-02-22", "2026-02-15")])

    assert [(one.since, one.until) for one in found] == [(date(2026, 2, 10), date(2026, 2, 25))]


def test_what_was_asked_before_the_clock_began_does_not_stop_it():
    early = ask(S, "2026-01-22", "2026-01-30", "2026-01-28")
    across = ask(S, "2026-01-28", "2026-02-07", "2026-02-05")

    assert at("2026-02-12", early) == at("2026-02-12")
    assert (at("2026-02-12", across).used, at("2026-02-12", across).suspended) == (7, 3)


def _plus(day, days):
    return datetime.combine(day + timedelta(days=days), time(12), tzinfo=ROME)


@st.composite
def stories(draw):
    """A call of some days, requests one after the other, an instant to look at; summer time begins and ends within."""
    closes_on = draw(st.dates(date(2025, 1, 1), date(2026, 12, 31)))
    asked, day = [], closes_on + timedelta(days=draw(st.integers(-20, 60)))
    for _ in range(draw(st.integers(0, 4))):
        kind, lasts = draw(st.sampled_from(RequestKind)), draw(st.integers(1, 45))
        ended = draw(st.one_of(st.none(), st.integers(0, lasts)))
        due_at = _plus(day, lasts)
        asked.append(
            Asked(kind, _plus(day, 0), due_at, None if ended is None else _plus(day, ended), draw(st.booleans()))
        )
        day += timedelta(days=lasts + draw(st.integers(0, 10)))
        if ended is None:
            break
    days = CALL.days.model_copy(update={"procedure": draw(st.integers(30, 90))})
    now = _plus(closes_on, draw(st.integers(-30, 250)))
    call = CALL.model_copy(update={"days": days})
    return call, asked, _plus(closes_on, 0), now


def read(story, now=None, asked=None):
    call, own, closes_at, then = story
    asked = own if asked is None else asked
    return clock(call, asked, submitted_at=SENT, closes_at=closes_at, now=now or then)


@given(stories())
def test_used_and_left_are_what_was_given(story):
    found = read(story)

    assert found.used + found.left == found.given == story[0].days.procedure
    assert found.used >= 0
    elapsed = max(0, (deadlines.day_of(story[3]) - deadlines.day_of(story[2])).days)
    assert found.used + found.suspended == elapsed


@given(stories())
def test_a_day_is_either_used_or_suspended_and_a_suspended_one_never_counts(story):
    today, tomorrow = read(story), read(story, now=story[3] + timedelta(days=1))

    used, suspended = tomorrow.used - today.used, tomorrow.suspended - today.suspended
    if today.hold is Hold.SUSPENDED:
        assert (used, suspended) == (0, 1)
    elif today.hold is Hold.RUNNING:
        assert (used, suspended) == (1, 0)


@given(stories())
def test_the_days_left_run_out_on_the_day_it_ends_but_for_holidays(story):
    ends_at = read(story).ends_at
    last = read(story, now=ends_at)
    moved = deadlines.day_of(ends_at)

    assert last.hold is not Hold.OVER
    assert read(story, now=ends_at + timedelta(seconds=1)).hold is Hold.OVER
    assert -6 < last.left <= 0 or last.hold is Hold.SUSPENDED
    assert not deadlines.is_holiday(moved)


@given(stories(), st.integers(0, 3))
def test_one_more_request_never_brings_the_end_nearer(story, number):
    assert read(story, asked=story[1][:number]).ends_at <= read(story).ends_at


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_day_of_23_or_of_25_hours_is_a_day(day):
    closes_at = datetime.combine(date.fromisoformat(day) - timedelta(days=1), time(23, 59, 59), tzinfo=ROME)
    next_noon = closes_at.astimezone(UTC) + timedelta(hours=36)

    found = clock(CALL, [], submitted_at=closes_at, closes_at=closes_at, now=next_noon)

    assert found.used == 2
