"""Places asked for, confirmed and given up at once, on a real database with real transactions."""

import pytest

from benchmarks.rig.boarding import Boarding
from portal.missions import queries
from portal.missions.models import Mission
from tests.crowds import MARKS, grounds, live_url, portal, running

__all__ = ["grounds", "live_url", "portal", "running"]
pytestmark = MARKS


@pytest.fixture
def boarding(grounds):
    return Boarding(grounds.engine, grounds.call_id, grounds.version_id)


@pytest.mark.parametrize(("callers", "places"), [(30, 6), (24, 12), (12, 30)])
def test_no_place_is_held_twice_and_none_is_left_while_somebody_waits(boarding, callers, places):
    told = boarding.run(callers=callers, places=places)

    assert told.failed == ()
    assert told.holds(), told


def test_without_the_lock_the_database_still_gives_no_place_twice(boarding, monkeypatch):
    unlocked = lambda session, mission_id: session.get(Mission, mission_id)  # noqa: E731
    monkeypatch.setattr(queries, "lock", unlocked)

    told = boarding.run(callers=30, places=6)

    assert told.held == told.seats <= told.places
