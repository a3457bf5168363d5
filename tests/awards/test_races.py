"""Many grants at once, on a real database with real transactions."""

from decimal import Decimal

import pytest

from benchmarks.rig.racing import CEILING, Race, crowd_engine
from portal import db
from portal.awards.queries import ledger
from portal.kernel.clock import utcnow
from tests.factories.calls import make_call
from tests.journeys.live import live_url, portal, running

__all__ = ["live_url", "portal", "running"]
pytestmark = [pytest.mark.xdist_group("journeys"), pytest.mark.slow]


@pytest.fixture(scope="module")
def races():
    """One race a database, since its firms are numbered from one."""
    return {}


@pytest.fixture
def race(portal, races):
    if "race" not in races:
        call = make_call(db.session(), code="GARA-2025", slug="gara-2025", at=utcnow())
        db.session.commit()
        races["call"] = (call.id, call.version_id)
    with crowd_engine(portal.engine.url.render_as_string(hide_password=False)) as engine:
        if "race" not in races:
            races["race"] = Race(engine, *races["call"])
        races["race"].engine = engine
        yield races["race"]


@pytest.mark.parametrize(("callers", "eur"), [(40, "11500"), (24, "100000.01"), (12, "25000")])
def test_grants_to_one_undertaking_never_pass_its_ceiling(race, callers, eur):
    told = race.run(callers=callers, eur=Decimal(eur))

    assert told.failed == ()
    assert told.holds(Decimal(eur)), told


def test_without_the_lock_the_database_still_lets_nothing_through(race, monkeypatch):
    monkeypatch.setattr(ledger, "lock", lambda *_: None)

    told = race.run(callers=40, eur=Decimal(11_500))

    assert told.total <= CEILING
    assert all("one_at_a_time" in fault for fault in told.failed), told.failed
