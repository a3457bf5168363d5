"""Moving by hand, locking, calling off, publishing: nothing half done, nobody told without need."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, select

from portal.kernel.errors import NotFound
from portal.kernel.outbox import Envelope
from portal.matching.models import Seat
from portal.matching.queries import agenda, events
from portal.matching.rules.agenda import (
    CannotMove,
    MovedMeanwhile,
    NoAgenda,
    NotBegun,
    NothingChanged,
    NotOpen,
    NotPlaced,
    ReasonMissing,
)
from portal.matching.rules.states import EventState, MeetingState
from portal.matching.service import leaving, moving, solving, telling
from tests.factories.agenda import LATER, a_market, put, solved
from tests.factories.calls import make_call
from tests.factories.evaluation import OFFICE

WHO: dict[str, Any] = {"by": OFFICE, "now": LATER}


@pytest.fixture
def market(session):
    return a_market(make_call(session), firms=2, buyers=2)


@pytest.fixture
def placed(session, market):
    """The first meeting in the first slot at the first table."""
    event, _firms, _buyers, wanted = market
    slots, tables = events.slots(session, event.id), events.tables(session, event.id)
    return event, put(wanted[0], slots[0], tables[0]), slots, tables


def shift(session, event, meeting, slot, table, *, revision=None, **who):
    to = {"slot_id": slot.id, "table_id": table.id, "revision": revision or meeting.revision}
    return moving.move(session, event.id, meeting.id, **to, **(WHO | who))


def test_a_move_takes_both_seats_along(session, placed):
    event, meeting, slots, tables = placed
    shift(session, event, meeting, slots[5], tables[2])
    assert (meeting.slot_id, meeting.table_id, meeting.state) == (slots[5].id, tables[2].id, MeetingState.SCHEDULED)
    seats = session.execute(select(Seat.participant_id, Seat.slot_id)).all()
    assert set(seats) == {(meeting.firm_id, slots[5].id), (meeting.buyer_id, slots[5].id)}


def test_two_staff_move_the_same_meeting_and_the_second_is_told(session, placed):
    event, meeting, slots, tables = placed
    seen = meeting.revision
    shift(session, event, meeting, slots[1], tables[1], revision=seen)
    with pytest.raises(MovedMeanwhile) as refusal:
        shift(session, event, meeting, slots[2], tables[2], revision=seen, by="altro@unioncamere.example")
    assert str(refusal.value.facts["now"]).endswith(", 2")
    assert meeting.slot_id == slots[1].id


def test_a_place_that_is_taken_is_refused_with_the_reason(session, market, placed):
    event, meeting, slots, tables = placed
    other = put(market[3][3], slots[0], tables[1])
    with pytest.raises(CannotMove) as refusal:
        shift(session, event, other, slots[0], tables[0])
    assert "tavolo" in str(refusal.value)
    same_firm = market[3][1]
    with pytest.raises(CannotMove) as refusal:
        shift(session, event, same_firm, slots[0], tables[3])
    assert "ha già un incontro" in str(refusal.value)
    assert same_firm.slot_id is None
    with pytest.raises(NotFound):
        moving.move(session, event.id, uuid4(), slot_id=slots[0].id, table_id=tables[0].id, revision=1, **WHO)
    with pytest.raises(NotOpen):
        moving.move(session, event.id, meeting.id, slot_id=uuid4(), table_id=tables[0].id,
                    revision=meeting.revision, **WHO)  # fmt: skip
    with pytest.raises(CannotMove):
        moving.move(session, event.id, meeting.id, slot_id=slots[1].id, table_id=uuid4(),
                    revision=meeting.revision, **WHO)  # fmt: skip


def test_every_cell_says_what_the_move_then_does(session, market, placed):
    event, meeting, slots, _tables = placed
    put(market[3][1], slots[1], events.tables(session, event.id)[1])
    programme = agenda.programme(session, event, since=LATER)
    for cell in moving.cells(programme, str(meeting.id)):
        to = {"slot_id": cell.slot, "table_id": cell.table, "revision": meeting.revision}
        with session.begin_nested() as attempt:
            if cell.why:
                with pytest.raises(CannotMove):
                    moving.move(session, event.id, meeting.id, **to, **WHO)
            else:
                moving.move(session, event.id, meeting.id, **to, **WHO)
            attempt.rollback()
        session.expire_all()


def test_an_interpreter_is_found_or_the_place_is_closed(session, market, placed):
    event, meeting, slots, tables = placed
    other = market[3][3]
    meeting.language = other.language = "ru"
    session.flush()
    shift(session, event, meeting, slots[3], tables[0])
    assert meeting.interpreter_id is not None
    with pytest.raises(CannotMove) as refusal:
        shift(session, event, other, slots[3], tables[1])
    assert "interprete" in str(refusal.value)


def test_only_what_has_a_place_is_locked(session, market, placed):
    event, meeting, *_ = placed
    moving.set_lock(session, event.id, meeting.id, is_locked=True, revision=meeting.revision, **WHO)
    assert meeting.is_locked is True
    other = market[3][1]
    with pytest.raises(NotPlaced):
        moving.set_lock(session, event.id, other.id, is_locked=True, revision=other.revision, **WHO)


def test_calling_off_needs_a_reason_and_frees_the_place(session, placed):
    event, meeting, slots, _tables = placed
    with pytest.raises(ReasonMissing):
        moving.call_off(session, event.id, meeting.id, reason=" ", **WHO)
    moving.call_off(session, event.id, meeting.id, reason="Volo cancellato", **WHO)
    assert (meeting.state, meeting.slot_id, meeting.cancelled_reason) == (
        MeetingState.CANCELLED,
        None,
        "Volo cancellato",
    )
    assert session.scalar(select(func.count()).select_from(Seat)) == 0
    with pytest.raises(NotOpen):
        moving.call_off(session, event.id, meeting.id, reason="Ancora", **WHO)
    assert slots


def test_what_took_place_is_marked_only_once_it_has_begun(session, market, placed):
    event, meeting, slots, _tables = placed
    with pytest.raises(NotBegun):
        moving.mark(session, event.id, meeting.id, held=True, **WHO)
    after: dict[str, Any] = {"by": OFFICE, "now": slots[0].starts_at + timedelta(minutes=1)}
    assert moving.mark(session, event.id, meeting.id, held=False, **after).state is MeetingState.NO_SHOW
    with pytest.raises(NotOpen):
        moving.call_off(session, event.id, meeting.id, reason="Tardi", **after)
    with pytest.raises(NotPlaced):
        moving.mark(session, event.id, market[3][1].id, held=True, **after)


def told(session):
    names = select(Envelope.payload["participant_id"].astext).where(Envelope.name == "matching.agenda_told")
    return set(session.scalars(names))


def test_an_absence_is_mended_by_touching_the_fewest_and_telling_only_them(session, market):
    event, firms, buyers, wanted = market
    with pytest.raises(NoAgenda):
        telling.publish(session, event.id, reason="", **WHO)
    solved(event)
    first = telling.publish(session, event.id, reason="", **WHO)
    assert (first.number, event.state, len(first.content)) == (1, EventState.PUBLISHED, 4)
    assert told(session) == {str(one.id) for one in (*firms, *buyers)}
    with pytest.raises(NothingChanged):
        telling.publish(session, event.id, reason="Di nuovo", **WHO)
    session.execute(delete(Envelope))
    with pytest.raises(ReasonMissing):
        leaving.withdraw(session, firms[0].id, reason="", is_staff=True, **WHO)
    off = leaving.withdraw(session, firms[0].id, reason="Malattia", is_staff=True, **WHO)
    assert {one.id for one in off} == {one.id for one in wanted if one.firm_id == firms[0].id}
    solved(event, purpose=solving.REPAIR)
    with pytest.raises(ReasonMissing):
        telling.publish(session, event.id, reason="", **WHO)
    second = telling.publish(session, event.id, reason="Un'impresa è assente", **WHO)
    assert told(session) == {str(one.id) for one in (firms[0], *buyers)}
    assert [one["is_off"] for one in second.content].count(True) == 2
    assert (firms[0].calendar_sequence, firms[1].calendar_sequence) == (2, 1)
