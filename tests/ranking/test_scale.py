"""A list of many rows costs the statements that one of few does, from the draw to the page."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.notifications import service as notifications
from portal.ranking import service
from tests.accounts_help import sign_in
from tests.counting import statements
from tests.factories.accounts import staff
from tests.factories.calls import around, make_call
from tests.factories.evaluation import OFFICE, SECOND, admitted, reviewer, scored

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
FEW, MANY = 10, 40


@pytest.fixture
def call(session):
    return make_call(session, window=around(NOW - timedelta(days=30)))


@pytest.fixture
def versions(session, call):
    """After a first version of one row, the statements of the next with few rows and the next with many."""
    anna, there, counted = reviewer(), 0, []
    for rows in (1, FEW, MANY):
        for _ in range(rows - there):
            scored(call, admitted(call), anna, shares=["1"])
        there = rows
        session.commit()
        session.expunge_all()
        counted.append(_published(session, call.id))
    return counted[1:]


def _published(session, call_id):
    """Statements of every verb on the way of a version, and the version."""
    sent = {}
    with statements() as sent["draw_up"]:
        drawn = service.draw_up(session, call_id, reason="Domande arrivate per posta", by=OFFICE, now=NOW)
    with statements() as sent["approve"]:
        service.approve(session, drawn.id, by=SECOND, now=NOW)
    with statements() as sent["publish"]:
        service.publish(session, drawn.id, by=OFFICE, now=NOW)
    with statements() as sent["tell"]:
        notifications.tell(session, "ranking.published", {"ranking_id": str(drawn.id)}, occurrence="", now=NOW)
    session.commit()
    return {verb: len(each) for verb, each in sent.items()}, drawn.id


def test_no_verb_asks_once_for_each_row(versions):
    (few, _), (many, _) = versions

    assert few == many
    assert max(many.values()) <= 25


def test_no_page_asks_once_for_each_row(session, client, call, versions):
    sign_in(client, staff())
    (_, few), (_, many) = versions

    for version in (few, many):
        client.get(f"/ufficio/graduatorie/{version}")
    counted = []
    for address in (f"/ufficio/graduatorie/{few}", f"/ufficio/graduatorie/{many}", f"/bandi/{call.slug}/graduatoria"):
        session.expunge_all()
        with statements() as sent:
            assert client.get(address).status_code == 200
        counted.append(len(sent))

    assert counted[0] == counted[1] <= 8
    assert counted[2] <= 8
