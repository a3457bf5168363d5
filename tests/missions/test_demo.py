"""The demonstration's mission is made by the verbs that pages call."""

from datetime import timedelta

from portal.demo.missions import make_mission
from portal.missions.queries import cases, lists
from portal.missions.rules.waiting import TravellerState
from tests.factories.calls import around, make_call
from tests.factories.companies import CompanyFactory
from tests.factories.missions import NOW, application


def test_it_is_full_has_a_waiting_list_and_lists_drawn_up(session):
    call = make_call(session, window=around(NOW - timedelta(days=90)), at=NOW - timedelta(days=90))
    assert make_mission(call.id, print) is None
    for _ in range(12):
        application(call, CompanyFactory())

    mission_id = make_mission(call.id, print, places=10)
    states = [one.state for one in cases.travellers(session, mission_id)]

    assert states.count(TravellerState.WAITING) == 6
    assert states.count(TravellerState.CONFIRMED) + states.count(TravellerState.OFFERED) == 10
    assert TravellerState.CONFIRMED in states
    assert {one.purpose.value for one in lists.of_mission(session, mission_id)} == {"airline", "hotel", "door"}
