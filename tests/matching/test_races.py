"""Meetings moved by many hands at once, on a real database with real transactions."""

import pytest

from benchmarks.rig.racing import crowd_engine
from benchmarks.rig.shuffling import Shuffle
from portal import db
from portal.kernel.clock import utcnow
from portal.matching.models import MatchingEvent
from portal.matching.queries import agenda, events
from tests.factories.calls import make_call
from tests.journeys.live import live_url, portal, running

__all__ = ["live_url", "portal", "running"]
pytestmark = [pytest.mark.xdist_group("journeys"), pytest.mark.slow]


@pytest.fixture(scope="module")
def calls():
    return []


@pytest.fixture
def shuffle(portal, calls):
    if not calls:
        calls.append(make_call(db.session(), code="GARA-INCONTRI", slug="gara-incontri", at=utcnow()).id)
        db.session.commit()
    with crowd_engine(portal.engine.url.render_as_string(hide_password=False)) as engine:
        yield Shuffle(engine, calls[0], seed=5217)


def test_nobody_no_table_and_no_interpreter_is_in_two_meetings_at_once(shuffle):
    told = shuffle.run(callers=60)

    assert told.failed == ()
    assert told.holds(), told
    assert told.done > 10
    assert told.refused > 10


def test_without_the_locks_the_database_still_lets_nobody_be_in_two_meetings(shuffle, monkeypatch):
    monkeypatch.setattr(events, "lock", lambda session, event_id: session.get(MatchingEvent, event_id))
    monkeypatch.setattr(agenda, "lock_meetings", agenda.meetings)

    told = shuffle.run(callers=60)

    assert told.twice == ()
    assert told.failed, "the constraints had nothing to stop: the locks were not what held"
