"""The request of access that the demonstration makes."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.access.models import Request
from portal.access.rules import State
from portal.demo import access
from tests.factories.calls import around, make_call
from tests.factories.evaluation import reviewer
from tests.factories.ranking import entered, publish

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.fixture
def call(session):
    return make_call(session, window=around(NOW - timedelta(days=30)))


@pytest.mark.parametrize(
    ("shares", "asker", "asked"),
    [(["1", "0.9", "0"], 2, 1), (["1", "0.9"], 0, 1), (["1"], None, None), (["0"], None, None)],
)
def test_who_got_nothing_asks_for_the_acts_of_the_last_that_did(session, call, shares, asker, asked):
    anna = reviewer()
    firms = [entered(call, anna, share=share) for share in shares]
    publish(call)
    session.commit()

    assert [access.ask(call.id), access.ask(call.id)] == [asker is not None] * 2

    made = session.scalars(select(Request)).all()
    expected = [] if asker is None else [(firms[asker].id, firms[asked].id, State.NOTIFIED)]
    assert [(one.application_id, one.target_id, one.state) for one in made] == expected


def test_without_a_ranking_nobody_asks(session, call):
    session.commit()

    assert not access.ask(call.id)
