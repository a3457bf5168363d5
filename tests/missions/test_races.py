"""Places asked for, confirmed and given up at once, on a real database with real transactions."""

import pytest

from benchmarks.rig.boarding import Boarding
from benchmarks.rig.racing import crowd_engine
from portal import db
from portal.kernel.clock import utcnow
from portal.missions import queries
from portal.missions.models import Mission
from tests.factories.calls import make_call
from tests.journeys.live import live_url, portal, running

__all__ = ["live_url", "portal", "running"]
pytestmark = [pytest.mark.xdist_group("journeys"), pytest.mark.slow]


@pytest.fixture(scope="module")
def boardings():
    """One boarding a database, since its firms are numbered from one."""
    return {}


@pytest.fixture
def boarding(portal, boardings):
    if "call" not in boardings:
        call = make_call(db.session(), code="IMBARCO-2025", slug="imbarco-2025", at=utcnow())
        db.session.commit()
        boardings["call"] = (call.id, call.version_id)
    with crowd_engine(portal.engine.url.render_as_string(hide_password=False)) as engine:
        if "boarding" not in boardings:
            boardings["boarding"] = Boarding(engine, *boardings["call"])
        boardings["boarding"].engine = engine
        yield boardings["boarding"]


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
