"""Wishes, exclusions and proposals, on the database."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from portal.companies.models import Holding
from portal.kernel.errors import NotFound
from portal.matching.queries import board, events as queries
from portal.matching.rules.profiles import BuyerProfile
from portal.matching.rules.refusals import AlreadyScheduled, NotConfirmed, NotWished, TooManyWishes, WishesClosed
from portal.matching.rules.settings import Quota, Settings
from portal.matching.rules.states import EventState, Level, MeetingState
from portal.matching.service import events, participants, proposals, wishes
from tests.counting import statements
from tests.factories.agenda import put
from tests.factories.calls import make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE
from tests.factories.matching import NOW, buyer_at, firm_at, make_event

BY: dict[str, Any] = {"by": OFFICE, "now": NOW}


@pytest.fixture
def event(session):
    return make_event(make_call(session), settings=Settings(firms=Quota(wants=2, woulds=1), pairs=1))


def test_a_wish_is_said_changed_and_taken_back(session, event):
    firm, buyer = firm_at(event), buyer_at(event)

    for level in (Level.WANT, Level.NO, Level.NO, None, None):
        wishes.wish(session, firm.id, buyer.id, level, **BY)
        assert board.read(session, event).wishes.get((firm.id, buyer.id)) is level


def test_wishes_have_quotas(session, event):
    firm, (one, other, third) = firm_at(event), [buyer_at(event) for _ in range(3)]
    wishes.wish(session, firm.id, one.id, Level.WANT, **BY)
    wishes.wish(session, firm.id, other.id, Level.WANT, **BY)

    with pytest.raises(TooManyWishes) as no:
        wishes.wish(session, firm.id, third.id, Level.WANT, **BY)
    assert "2" in str(no.value)
    wishes.wish(session, firm.id, one.id, Level.NO, **BY)
    wishes.wish(session, firm.id, third.id, Level.WANT, **BY)
    wishes.wish(session, firm.id, one.id, Level.WOULD, **BY)
    with pytest.raises(TooManyWishes):
        wishes.wish(session, firm.id, other.id, Level.WOULD, **BY)


@pytest.mark.parametrize("shift", [timedelta(days=-2), timedelta(days=30)])
def test_wishes_have_their_time_and_staff_stand_above_it(session, event, shift):
    firm, buyer = firm_at(event), buyer_at(event)

    with pytest.raises(WishesClosed):
        wishes.wish(session, firm.id, buyer.id, Level.WANT, by=OFFICE, now=NOW + shift)
    wishes.wish(session, firm.id, buyer.id, Level.WANT, by=OFFICE, now=NOW + shift, is_staff=True)
    events.move(session, event.id, EventState.SCHEDULING, **BY)
    with pytest.raises(WishesClosed):
        wishes.wish(session, firm.id, buyer.id, Level.NO, **BY)


def test_only_who_comes_wishes_and_only_of_the_other_side(session, event):
    firm, other, buyer = firm_at(event), firm_at(event), buyer_at(event, confirmed=False)
    elsewhere = buyer_at(make_event(make_call(session, "UZBEKISTAN-2025")))

    with pytest.raises(NotConfirmed):
        wishes.wish(session, buyer.id, firm.id, Level.WANT, **BY)
    for wrong in (other.id, firm.id, elsewhere.id, uuid4()):
        with pytest.raises(NotFound):
            wishes.wish(session, firm.id, wrong, Level.WANT, **BY)
    participants.leave(session, buyer.id, reason="", **BY)
    with pytest.raises(NotFound):
        wishes.wish(session, firm.id, buyer.id, Level.WANT, **BY)


def test_proposals_hold_the_wished_and_the_best(session, event):
    firm, other = firm_at(event), firm_at(event)
    buyer = buyer_at(event)
    stranger = buyer_at(event, profile=BuyerProfile(products=({"hs": "22"},), kinds=("agent",), languages=("uz",)))
    wishes.wish(session, other.id, stranger.id, Level.WANT, **BY)

    done = proposals.propose(session, event.id, **BY)
    found = {(one.firm_id, one.buyer_id): one for one in board.meetings(session, event.id)}

    assert {(firm.id, buyer.id), (other.id, buyer.id), (other.id, stranger.id)} == set(found)
    assert (done.added, done.changed, done.dropped, done.total) == (3, 0, 0, 3)
    assert {one.state for one in found.values()} == {MeetingState.PROPOSED}
    assert all(one.weight == max(1, one.score["value"]) for one in found.values())
    assert found[firm.id, buyer.id].language is None
    again = proposals.propose(session, event.id, **BY)
    assert (again.added, again.changed, again.dropped) == (0, 0, 0)


def test_proposals_follow_what_is_said_since(session, event):
    firm, buyer, other = firm_at(event), buyer_at(event), buyer_at(event)
    proposals.propose(session, event.id, **BY)
    wishes.wish(session, firm.id, buyer.id, Level.NO, **BY)
    wishes.wish(session, firm.id, other.id, Level.WANT, **BY)

    done = proposals.propose(session, event.id, **BY)

    assert (done.added, done.changed, done.dropped) in {(0, 1, 1), (1, 0, 1)}
    assert {one.buyer_id for one in board.meetings(session, event.id)} == {other.id}


def test_what_is_required_stays_and_what_was_cancelled_stays_away(session, event):
    firm, buyer, other = firm_at(event), buyer_at(event), buyer_at(event)
    wishes.wish(session, firm.id, buyer.id, Level.WANT, **BY)
    wishes.wish(session, firm.id, other.id, Level.WANT, **BY)
    proposals.propose(session, event.id, **BY)
    for one in board.meetings(session, event.id):
        if one.buyer_id == buyer.id:
            one.is_required = True
        else:
            one.state = MeetingState.CANCELLED
    wishes.wish(session, firm.id, buyer.id, Level.NO, **BY)

    proposals.propose(session, event.id, **BY)

    states = {one.buyer_id: one.state for one in board.meetings(session, event.id)}
    assert states == {buyer.id: MeetingState.PROPOSED, other.id: MeetingState.CANCELLED}


def test_an_interpreter_bridges_where_no_language_is_common(session, event):
    profile = BuyerProfile(products=({"hs": "8451"},), kinds=("importer",), languages=("ru",))
    firm_at(event)
    buyer_at(event, profile=profile)
    proposals.propose(session, event.id, **BY)

    (meeting,) = board.meetings(session, event.id)
    assert meeting.language == "ru"


def test_published_agendas_are_not_proposed_again(session, event):
    events.move(session, event.id, EventState.PUBLISHED, **BY)
    with pytest.raises(AlreadyScheduled):
        proposals.propose(session, event.id, **BY)


def test_one_group_does_not_meet_itself(session, event):
    company = CompanyFactory()
    session.add(Holding(company_id=company.id, position=1, name="Toshkent Savdo S.p.A.", relation={}))
    firm, buyer = firm_at(event, company=company), buyer_at(event, legal_name="TOSHKENT SAVDO LLC")
    other = buyer_at(event, legal_name="Altro LLC")

    assert wishes.find_groups(session, event.id, now=NOW) == 1
    assert wishes.find_groups(session, event.id, now=NOW) == 0
    assert board.read(session, event).excluded == {(firm.id, buyer.id)}
    assert [pair.buyer for pair in board.read(session, event).pairs(of=firm.id)] == [other.id]
    (row,) = board.exclusions(session, event.id)
    wishes.readmit(session, event.id, row.id, **BY)
    assert board.read(session, event).excluded == frozenset()
    with pytest.raises(NotFound):
        wishes.readmit(session, event.id, row.id, **BY)
    with pytest.raises(NotFound):
        wishes.exclude(session, event.id, buyer.id, firm.id, reason="competitors", **BY)


def test_the_board_asks_the_same_few_questions_however_many_come(session, event):
    def cost():
        session.expire_all()
        with statements() as asked:
            board.read(session, event).pairs()
        return len(asked)

    firm_at(event)
    buyer_at(event)
    few = cost()
    for _ in range(3):
        firm_at(event)
        buyer_at(event)
    assert cost() == few


def test_what_must_take_place_is_proposed_revived_and_bound(session, event):
    firm, buyer, stranger = (
        firm_at(event),
        buyer_at(event),
        buyer_at(make_event(make_call(session, "INTERNAZIONALIZZAZIONE-2021"))),
    )
    wishes.wish(session, firm.id, buyer.id, Level.NO, **BY)
    meeting = proposals.require(session, event.id, firm.id, buyer.id, is_required=True, **BY)
    assert (meeting.is_required, meeting.weight, meeting.score) == (True, 1, None)
    meeting.state, meeting.is_required = MeetingState.CANCELLED, False
    session.flush()
    assert proposals.require(session, event.id, firm.id, buyer.id, is_required=True, **BY) is meeting
    assert meeting.state is MeetingState.PROPOSED
    with pytest.raises(NotFound):
        proposals.require(session, event.id, firm.id, buyer.id, is_required=True, slot_id=uuid4(), **BY)
    with pytest.raises(NotFound):
        proposals.require(session, event.id, firm.id, stranger.id, is_required=True, **BY)


def test_what_was_held_is_not_required_any_more(session, event):
    firm, buyer = firm_at(event), buyer_at(event)
    meeting = proposals.require(session, event.id, firm.id, buyer.id, is_required=True, **BY)
    put(meeting, queries.slots(session, event.id)[0], queries.tables(session, event.id)[0])
    meeting.state = MeetingState.HELD
    session.flush()
    with pytest.raises(NotWished):
        proposals.require(session, event.id, firm.id, buyer.id, is_required=True, **BY)
