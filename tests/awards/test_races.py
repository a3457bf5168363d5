"""Many grants at once, on a real database with real transactions."""

from decimal import Decimal

import pytest

from benchmarks.rig.racing import CEILING, Race
from portal.awards.queries import ledger
from tests.crowds import MARKS, grounds, live_url, portal, running

__all__ = ["grounds", "live_url", "portal", "running"]
pytestmark = MARKS


@pytest.fixture
def race(grounds):
    return Race(grounds.engine, grounds.call_id, grounds.version_id)


@pytest.mark.parametrize(("callers", "eur"), [(40, "11500"), (24, "100000.01"), (12, "25000")])
def test_grants_to_one_undertaking_never_pass_its_ceiling(race, callers, eur):
    told = race.run(callers=callers, eur=Decimal(eur))

    assert told.failed == ()
    assert told.holds(), told


def test_without_the_lock_the_database_still_lets_nothing_through(race, monkeypatch):
    monkeypatch.setattr(ledger, "lock", lambda *_: None)

    told = race.run(callers=40, eur=Decimal(11_500))

    assert told.total <= CEILING
    assert told.failed, "the constraints had nothing to stop: the lock was not what held"
    assert all("one_at_a_time" in fault for fault in told.failed), told.failed
