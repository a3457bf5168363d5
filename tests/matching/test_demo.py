"""The demonstration's meetings are made by the verbs that pages call."""

from datetime import timedelta

from portal.demo import meetings
from portal.matching.queries import agenda, participants
from portal.matching.rules.states import MeetingState, ParticipantState, Side
from tests.factories.calls import around, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.missions import NOW, application


def test_everybody_wishes_an_agenda_is_published_and_mended(session, monkeypatch):
    monkeypatch.setattr(meetings, "SECONDS", 5)
    call = make_call(session, window=around(NOW - timedelta(days=90)), at=NOW - timedelta(days=90))
    for _ in range(8):
        application(call, CompanyFactory())
    said: list[str] = []

    event_id = meetings.make_meetings(call.id, said.append, how_many=6)

    people = participants.of_event(session, event_id)
    assert [one.side for one in people].count(Side.COMPANY) == 8
    assert [one.state for one in people].count(ParticipantState.LEFT) == 1
    standing = [one for one in agenda.meetings(session, event_id) if one.state is MeetingState.SCHEDULED]
    assert len(standing) >= 8
    version = agenda.latest_version(session, event_id)
    assert version is not None
    assert version.number == 2
    assert said[-1] == "agenda version 2 published"
