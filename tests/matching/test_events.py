"""Events and who comes, on the database."""

from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.applications.rules import Status
from portal.audit.models import Entry
from portal.kernel.errors import DomainError, NotFound
from portal.matching.models import Meeting
from portal.matching.queries import events as queries, participants as people
from portal.matching.rules.refusals import (
    EventIsOver,
    HasLeft,
    InterpreterInUse,
    LeastAboveMost,
    NamedTwice,
    NoSessions,
    NoSuchSlot,
    SlotInUse,
    SlugTaken,
    TableInUse,
)
from portal.matching.rules.settings import Quota, Settings
from portal.matching.rules.states import EventState, MeetingState, ParticipantState, Side
from portal.matching.rules.timetable import Sitting
from portal.matching.service import events, participants
from portal.matching.service.events import InterpreterPlan, TablePlan
from tests.factories.calls import make_call
from tests.factories.evaluation import OFFICE, admitted
from tests.factories.matching import AFTERNOON, DAY, NOW, buyer_at, counterpart, firm_at, make_event, plan

BY: dict[str, Any] = {"by": OFFICE, "now": NOW}


@pytest.fixture
def call(session):
    return make_call(session)


@pytest.fixture
def event(call):
    return make_event(call)


def deeds(session, event):
    found = select(Entry.action).where(Entry.subject_id == str(event.id)).order_by(Entry.seq)
    return list(session.scalars(found))


def test_an_event_has_slots_tables_and_interpreters(session, call):
    away = InterpreterPlan(full_name="Olga Ivanova", language="ru", away=((DAY.isoformat(), "Mattina"),))
    event = make_event(call, interpreters=(away,), state=EventState.DRAFT)

    whole = queries.find(session, event.slug)
    assert [slot.position for slot in whole.slots] == list(range(14))
    assert [slot.session for slot in whole.slots] == ["Mattina"] * 7 + ["Pomeriggio"] * 7
    assert [(table.name, table.zone) for table in whole.tables] == [("1", "A"), ("2", "A"), ("3", "B"), ("4", "B")]
    (olga,) = queries.interpreters(session, event.id)
    assert olga.away == [str(slot.id) for slot in whole.slots[:7]]
    assert deeds(session, event) == ["matching.event_created"]


def test_a_change_keeps_what_stays(session, event):
    before = queries.find(session, event.slug)
    slots, tables = {slot.starts_at: slot.id for slot in before.slots}, {one.name: one.id for one in before.tables}
    early = Sitting(DAY - timedelta(days=1), time(9), time(10), "Vigilia")
    wanted = plan(slug=event.slug, sittings=(early, AFTERNOON), tables=(TablePlan(name="9"), TablePlan(name="2")))

    events.change(session, event.id, wanted, **BY)

    after = queries.find(session, event.slug)
    assert [slot.session for slot in after.slots] == ["Vigilia"] * 2 + ["Pomeriggio"] * 7
    assert [slot.position for slot in after.slots] == list(range(9))
    assert {slot.starts_at: slot.id for slot in after.slots[2:]}.items() <= slots.items()
    assert [one.name for one in after.tables] == ["9", "2"]
    assert after.tables[1].id == tables["2"]


def test_what_meetings_hold_is_not_taken_away(session, event):
    firm, buyer = firm_at(event), buyer_at(event)
    whole, (olga,) = queries.find(session, event.slug), queries.interpreters(session, event.id)
    held = Meeting(
        event_id=event.id, firm_id=firm.id, buyer_id=buyer.id, state=MeetingState.SCHEDULED,
        slot_id=whole.slots[0].id, table_id=whole.tables[0].id, interpreter_id=olga.id,
    )  # fmt: skip
    session.add(held)
    session.flush()
    known = InterpreterPlan(id=olga.id, full_name="Olga Ivanova", language="ru")

    tries: list[tuple[type[DomainError], dict[str, Any]]] = [
        (SlotInUse, {"sittings": (AFTERNOON,)}),
        (TableInUse, {"tables": (TablePlan(name="4"),)}),
        (InterpreterInUse, {"interpreters": ()}),
    ]
    for refusal, wrong in tries:
        with pytest.raises(refusal), session.begin_nested():
            events.change(session, event.id, plan(**({"slug": event.slug, "interpreters": (known,)} | wrong)), **BY)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"sittings": ()}, NoSessions),
        ({"tables": (TablePlan(name="A"), TablePlan(name="a"))}, NamedTwice),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(session, call, wrong, refusal):
    with pytest.raises(refusal):
        events.create(session, call.id, plan(**wrong), **BY)


def test_an_address_is_taken_once(session, call, event):
    with pytest.raises(SlugTaken):
        make_event(call, slug=event.slug)
    other = make_event(call)
    with pytest.raises(SlugTaken):
        events.change(session, other.id, plan(slug=event.slug), **BY)
    with pytest.raises(NotFound):
        events.change(session, uuid4(), plan(), **BY)


def test_firms_come_from_their_admission_on_and_once(session, call, event):
    there = {
        admitted(call, status=status).company_id
        for status in (Status.ADMITTED, Status.FUNDED, Status.AWARDED, Status.RESERVE, Status.NOT_ADMITTED)
    }
    added = participants.add_firms(session, event.id, **BY)

    assert len(added) == 3
    assert {one.company_id for one in added} < there
    assert {(one.state, one.least_meetings) for one in added} == {(ParticipantState.INVITED, 1)}
    assert participants.add_firms(session, event.id, **BY) == []


def test_buyers_come_once(session, event):
    one, other = counterpart(), counterpart()
    participants.add_buyers(session, event.id, [one.id], **BY)
    added = participants.add_buyers(session, event.id, [one.id, other.id, other.id], **BY)

    assert [who.counterpart_id for who in added] == [other.id]
    assert [who.side for who in people.of_event(session, event.id)] == [Side.BUYER, Side.BUYER]


def test_who_left_is_not_confirmed_until_they_come_back(session, event):
    firm = firm_at(event, confirmed=False)
    assert participants.confirm(session, firm.id, **BY).state is ParticipantState.CONFIRMED
    participants.leave(session, firm.id, reason="Fiera altrove", **BY)

    with pytest.raises(HasLeft):
        participants.confirm(session, firm.id, **BY)
    with pytest.raises(HasLeft):
        participants.set_times(session, firm.id, [], **BY)
    assert participants.come_back(session, firm.id, **BY).left_reason == ""
    assert deeds(session, event)[-3:] == [
        "matching.participant_confirmed", "matching.participant_left", "matching.participant_back",
    ]  # fmt: skip


def test_times_are_slots_of_the_event(session, call, event):
    firm, other = firm_at(event), make_event(call)
    slots = queries.slots(session, event.id)

    participants.set_times(session, firm.id, [slots[1].id, slots[0].id], **BY)
    assert firm.unavailable == [str(slots[0].id), str(slots[1].id)]
    with pytest.raises(NoSuchSlot):
        participants.set_times(session, firm.id, [queries.slots(session, other.id)[0].id], **BY)


def test_quotas_come_from_the_event_and_staff_may_change_them(session, call):
    event = make_event(call, settings=Settings(firms=Quota(least=2, most=5)))
    firm_id = admitted(call).company_id
    (firm,) = participants.add_firms(session, event.id, [firm_id], **BY)
    assert (firm.least_meetings, firm.most_meetings) == (2, 5)

    participants.limit(session, firm.id, least=0, most=None, **BY)
    assert (firm.least_meetings, firm.most_meetings) == (0, None)
    with pytest.raises(LeastAboveMost):
        participants.limit(session, firm.id, least=3, most=2, **BY)


def test_nobody_joins_what_is_over(session, event):
    events.move(session, event.id, EventState.CLOSED, **BY)
    with pytest.raises(EventIsOver):
        participants.add_firms(session, event.id, **BY)


def test_the_list_counts_who_comes(session, call, event):
    firm_at(event)
    buyer_at(event, confirmed=False)
    (row,) = queries.listing(session, frozenset({call.id}))
    assert list(row)[1:] == [call.code, 14, 4, 1, 0]
    assert queries.listing(session, frozenset()) == []


def test_of_two_who_choose_one_address_at_once_the_second_is_told(session, monkeypatch):
    call = make_call(session)
    event, other = make_event(call), make_event(call)
    monkeypatch.setattr(queries, "slug_exists", lambda _session, _slug: False)  # as before the other committed
    with pytest.raises(SlugTaken):
        events.create(session, call.id, plan(slug=event.slug), by=OFFICE, now=NOW)
    with pytest.raises(SlugTaken):
        events.change(session, other.id, plan(slug=event.slug), by=OFFICE, now=NOW)
