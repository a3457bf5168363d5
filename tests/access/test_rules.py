"""When a request of access may be told on, answered and decided."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.access import rules
from portal.access.rules import Facts, State

NOW = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=11)


def facts(**more):
    known: dict[str, Any] = {
        "state": State.ASKED,
        "is_about_another": True,
        "objections_until": None,
        "is_answered": False,
        "files": 1,
    }
    return Facts(**known | more)


def test_terms_end_with_the_last_second_of_a_day_in_rome_across_the_change_of_hour():
    """23.30 in UTC is already the third of March in Rome; thirty days later the clocks have moved."""
    assert rules.decision_term(NOW).isoformat() == "2026-04-02T23:59:59+02:00"


def test_no_term_ends_on_a_holiday_and_a_firm_s_passes_saturdays():
    """Thirty days from the sixth of March end at Easter, and the day after is a holiday too."""
    asked, told = datetime(2026, 3, 6, 9, tzinfo=UTC), datetime(2026, 11, 25, 9, tzinfo=UTC)
    saturday = datetime(2026, 11, 5, 9, tzinfo=UTC)

    assert rules.decision_term(asked).isoformat() == "2026-04-07T23:59:59+02:00"
    assert rules.decision_term(saturday).isoformat() == "2026-12-05T23:59:59+01:00"
    assert rules.objection_term(told).isoformat() == "2026-12-07T23:59:59+01:00"


@pytest.mark.parametrize(
    ("state", "seconds", "silent"),
    [
        (State.ASKED, 1, True),
        (State.NOTIFIED, 1, True),
        (State.ASKED, 0, False),
        (State.DEFERRED, 1, False),
        (State.REFUSED, 1, False),
    ],
)
def test_silence_past_the_term_is_a_refusal(state, seconds, silent):
    assert rules.is_silent(state, due_at=NOW, now=NOW + timedelta(seconds=seconds)) is silent


def test_what_says_nothing_is_refused_beside_its_field():
    with pytest.raises(rules.SayMore) as refusal:
        rules.check_said("  perché sì  ", field="interest")

    assert (refusal.value.field, refusal.value.facts) == ("interest", {"least": 20})


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"is_about_another": False}, rules.NobodyConcerned),
        ({"objections_until": NOW}, rules.AlreadyNotified),
        ({"state": State.REFUSED}, rules.AlreadyDecided),
    ],
)
def test_a_firm_is_told_once_and_only_where_another_asks(more, refusal):
    rules.check_notifiable(facts())
    with pytest.raises(refusal):
        rules.check_notifiable(facts(**more))


@pytest.mark.parametrize(
    ("more", "now", "refusal"),
    [
        ({"is_answered": True, "objections_until": NOW}, NOW, rules.AlreadyAnswered),
        ({"objections_until": None}, NOW, rules.TooLateToObject),
        ({"objections_until": NOW}, NOW + timedelta(seconds=1), rules.TooLateToObject),
        ({"objections_until": NOW, "state": State.GRANTED}, NOW, rules.TooLateToObject),
    ],
)
def test_the_firm_concerned_answers_once_and_in_time(more, now, refusal):
    rules.check_objectable(facts(objections_until=NOW), now=NOW)
    with pytest.raises(refusal):
        rules.check_objectable(facts(**more), now=now)


@pytest.mark.parametrize("decision", sorted(rules.GIVING))
def test_nothing_of_another_is_given_before_it_was_heard(decision):
    with pytest.raises(rules.NotYet):
        rules.check_decidable(facts(), decision, until=None, now=LATER)
    with pytest.raises(rules.NotYet):
        rules.check_decidable(facts(objections_until=LATER), decision, until=None, now=LATER)

    rules.check_decidable(facts(objections_until=NOW), decision, until=None, now=LATER)
    rules.check_decidable(facts(objections_until=LATER, is_answered=True), decision, until=None, now=NOW)
    rules.check_decidable(facts(is_about_another=False), decision, until=None, now=NOW)


def test_a_refusal_waits_for_nobody_and_a_grant_has_something_to_give():
    rules.check_decidable(facts(files=0), State.REFUSED, until=None, now=NOW)
    with pytest.raises(rules.NothingToGive):
        rules.check_decidable(facts(is_about_another=False, files=0), State.GRANTED, until=None, now=NOW)


@pytest.mark.parametrize("until", [None, NOW])
def test_a_deferral_has_a_day_to_come(until):
    rules.check_decidable(facts(), State.DEFERRED, until=LATER, now=NOW)
    with pytest.raises(rules.DayNeeded):
        rules.check_decidable(facts(), State.DEFERRED, until=until, now=NOW)


@pytest.mark.parametrize("state", sorted(set(State) - rules.OPEN))
def test_a_decision_stands(state):
    with pytest.raises(rules.AlreadyDecided):
        rules.check_decidable(facts(state=state), State.REFUSED, until=None, now=NOW)
