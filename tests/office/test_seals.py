"""What is sealed for reviewers is sealed for the office too, and who is in conflict reads no case in any role."""

from datetime import UTC, datetime

import pytest

from portal.accounts.rules import StaffRoleName
from portal.evaluation import service
from tests.accounts_help import sign_in
from tests.factories.accounts import StaffRoleFactory, staff
from tests.factories.calls import make_call
from tests.factories.evaluation import OFFICE, admitted, marks, reviewer

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
NOTE = "Una nota che nessuno deve leggere prima"


@pytest.fixture
def call(session):
    return make_call(session)


def give(session, application, person):
    return service.assign(session, application.id, person.id, by=OFFICE, now=NOW)


def test_marks_open_to_the_office_when_all_are_in(session, client, call):
    application, anna, bruno = admitted(call), reviewer(), reviewer()
    first, second = give(session, application, anna), give(session, application, bruno)
    for given, person in ((first, anna), (second, bruno)):
        service.declare(session, given.id, has_conflict=False, by=person.email, now=NOW)
    service.submit(session, first.id, marks(call), comment=NOTE, by=anna.email, now=NOW)
    sign_in(client, staff())
    address = f"/ufficio/domande/{application.id}"

    sealed = client.get(address).text
    service.submit(session, second.id, marks(call), by=bruno.email, now=NOW)
    session.commit()
    opened = client.get(address).text

    assert "Schede consegnate: 1 su 2" in sealed
    assert NOTE not in sealed
    assert NOTE in opened
    assert "Scheda di valutazione consegnata" in opened


def test_a_manager_in_conflict_as_a_reviewer_reads_the_case_in_no_role(session, client, call):
    application, anna = admitted(call), reviewer()
    StaffRoleFactory(user=anna, role=StaffRoleName.MANAGER)
    given = give(session, application, anna)
    service.declare(session, given.id, has_conflict=True, reason="Sorella del titolare", by=anna.email, now=NOW)
    sign_in(client, anna)

    for address in ("", f"/allegati/{given.id}", "/valutazione"):
        assert client.get(f"/ufficio/domande/{application.id}{address}").status_code == 404
