"""A call and connections for many callers at once, on a real database with real transactions."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from benchmarks.rig.crowd import crowd_engine
from portal import db
from portal.kernel.clock import utcnow
from tests.factories.calls import make_call
from tests.journeys.live import Portal, live_url, portal, running

__all__ = ["MARKS", "Grounds", "grounds", "live_url", "portal", "running"]
MARKS = [pytest.mark.xdist_group("journeys"), pytest.mark.slow]


@dataclass(frozen=True)
class Grounds:
    """Where a race is held: the callers' connections, and a call of its own."""

    engine: Engine
    call_id: UUID
    version_id: UUID


@pytest.fixture
def grounds(portal: Portal) -> Iterator[Grounds]:
    """Grounds that nobody else uses."""
    name = f"gara-{uuid4().hex[:8]}"
    call = make_call(db.session(), code=name.upper(), slug=name, at=utcnow())
    db.session.commit()
    with crowd_engine(portal.engine.url.render_as_string(hide_password=False)) as engine:
        yield Grounds(engine, call.id, call.version_id)
