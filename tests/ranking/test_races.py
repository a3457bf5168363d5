"""A call's money granted, given up and drawn again at once, on a real database with real transactions."""

from importlib import import_module
from random import Random

import pytest

from benchmarks.rig.spending import Spending
from portal.calls import queries as calls
from tests.crowds import MARKS, grounds, live_url, portal, running

__all__ = ["grounds", "live_url", "portal", "running"]
pytestmark = MARKS


@pytest.fixture
def spending(grounds):
    return Spending(grounds.engine, random=Random(5217))


def test_a_call_never_promises_and_grants_more_than_its_money(spending):
    told = spending.run(callers=60)

    assert told.failed == ()
    assert told.holds(), told
    assert told.versions > 1
    assert told.granted > 0


def test_without_the_lock_and_the_second_look_the_database_still_draws_no_place_twice(spending, monkeypatch):
    monkeypatch.setattr(calls, "lock", calls.get)
    monkeypatch.setattr(import_module("portal.ranking.service.publish"), "_check_still_holds", lambda *_: None)

    told = spending.run(callers=60)

    assert told.eur <= told.budget_eur
    assert told.astray == 0
    assert all("uq_rankings_call_id_number" in fault for fault in told.failed), told.failed
