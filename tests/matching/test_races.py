"""Meetings moved by many hands at once, on a real database with real transactions."""

from random import Random

import pytest

from benchmarks.rig.shuffling import Shuffle
from portal.matching.models import MatchingEvent
from portal.matching.queries import agenda, events
from tests.crowds import MARKS, grounds, live_url, portal, running

__all__ = ["grounds", "live_url", "portal", "running"]
pytestmark = MARKS


@pytest.fixture
def shuffle(grounds):
    return Shuffle(grounds.engine, grounds.call_id, random=Random(5217))


def test_nobody_no_table_and_no_interpreter_is_in_two_meetings_at_once(shuffle):
    told = shuffle.run(callers=60)

    assert told.failed == ()
    assert told.holds(), told
    assert told.booked > 2
    assert told.moved > 0
    assert told.refused > 10


def test_without_the_locks_the_database_still_lets_nobody_be_in_two_meetings(shuffle, monkeypatch):
    monkeypatch.setattr(events, "lock", lambda session, event_id: session.get(MatchingEvent, event_id))
    monkeypatch.setattr(agenda, "lock_meetings", agenda.meetings)

    told = shuffle.run(callers=60)

    assert told.twice == ()
    assert told.failed, "the constraints had nothing to stop: the locks were not what held"
