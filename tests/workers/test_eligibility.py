"""The tasks of the eligibility check do what their services do, and mend what the queue forgot."""

from datetime import timedelta

import pytest

from portal.applications.rules import Status
from portal.eligibility import queries, service
from portal.kernel.clock import utcnow
from tests.factories.calls import make_call
from tests.factories.eligibility import handed_in
from workers.tasks import eligibility as tasks


@pytest.fixture
def call(session):
    return make_call(session)


def test_check_comes_once_or_more(session, call):
    application = handed_in(session, call)
    session.commit()
    for _ in range(2):
        tasks.check(event="applications.submitted", application_id=str(application.id))
    assert queries.last_number(session, application.id) == 1


def test_recheck_goes_to_the_end(session, call):
    applications = [handed_in(session, call) for _ in range(3)]
    recheck = service.ask_recheck(session, call.id, by="ufficio@unioncamere.example", now=utcnow())
    session.commit()
    tasks.recheck(event="eligibility.recheck_asked", recheck_id=str(recheck.id))
    assert [queries.last_number(session, one.id) for one in applications] == [1, 1, 1]
    assert queries.latest_recheck(session, call.id).finished_at is not None


def test_a_turn_ends_though_the_call_does_not(session, call, monkeypatch):
    handed_in(session, call)
    recheck = service.ask_recheck(session, call.id, by="ufficio@unioncamere.example", now=utcnow())
    session.commit()
    monkeypatch.setattr(tasks, "BATCHES_A_TURN", 0)
    tasks.recheck(recheck_id=str(recheck.id))
    assert queries.latest_recheck(session, call.id).finished_at is None


def test_the_sweeper_does_what_was_forgotten(session, call):
    before = utcnow() - timedelta(hours=1)
    late = handed_in(session, call, at=before)
    recheck = service.ask_recheck(session, call.id, by="ufficio@unioncamere.example", now=before)
    session.commit()
    tasks.sweep()
    assert session.get(type(late), late.id).status is Status.ELIGIBILITY_CHECK
    assert queries.last_number(session, late.id) == 2
    assert queries.latest_recheck(session, call.id).id == recheck.id
    assert queries.latest_recheck(session, call.id).finished_at is not None
