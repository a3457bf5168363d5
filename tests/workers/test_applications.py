"""The tasks of the applications do their one line of work."""

from datetime import timedelta

from sqlalchemy import update

from portal.applications.models import Application
from portal.applications.rules import Status
from tests.factories.applications import make
from workers.tasks import applications as tasks


def test_an_application_handed_in_is_registered(session):
    application = make(upto="submitted")
    tasks.register(str(application.id), event="applications.submitted")
    tasks.register(str(application.id))
    session.refresh(application)
    assert application.status is Status.REGISTERED


def test_what_the_queue_forgot_is_registered_later(session):
    fresh, forgotten = make(upto="submitted"), make(upto="submitted")
    session.execute(update(Application).where(Application.id == forgotten.id).values(status=Status.SUBMITTED))
    tasks.FORGOTTEN, usual = timedelta(0), tasks.FORGOTTEN
    try:
        tasks.register_forgotten()
    finally:
        tasks.FORGOTTEN = usual
    session.refresh(fresh)
    session.refresh(forgotten)
    assert {fresh.status, forgotten.status} == {Status.REGISTERED}
