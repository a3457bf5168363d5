"""Meetings proposed, and solved as a worker does."""

from datetime import timedelta

from portal import db
from portal.matching.models import Meeting
from portal.matching.rules.programme import Place
from portal.matching.rules.scheduling.solver.solve import solve as solve_instance
from portal.matching.rules.states import MeetingState
from portal.matching.service import solving
from tests.factories.evaluation import OFFICE
from tests.factories.matching import NOW, buyer_at, firm_at, make_event

LATER = NOW + timedelta(minutes=1)


def propose(event, firm, buyer, *, weight=10, **facts):
    """A meeting that is wanted."""
    one = Meeting(event_id=event.id, firm_id=firm.id, buyer_id=buyer.id, weight=weight, **facts)
    db.session.add(one)
    db.session.flush()
    return one


def a_market(call, *, firms=3, buyers=2, **changes):
    """(event, firms, buyers, meetings): everybody wants to meet everybody."""
    event = make_event(call, **changes)
    sellers = [firm_at(event) for _ in range(firms)]
    takers = [buyer_at(event) for _ in range(buyers)]
    wanted = [propose(event, one, other) for one in sellers for other in takers]
    return event, sellers, takers, wanted


def put(meeting, slot, table, voice=None):
    """Place a meeting by hand."""
    where = Place(str(slot.id), str(table.id), str(voice.id) if voice else None)
    solving.seat(db.session(), meeting, where)
    db.session.flush()
    return meeting


def solved(event, *, purpose=solving.BEST, now=LATER, by=OFFICE):
    """A run from its asking to the agenda."""
    session = db.session()
    run = solving.ask(session, event.id, purpose=purpose, seconds=20, by=by, now=now)
    work = solving.start(session, run.id, now=now)
    answer = solve_instance(
        work.instance,
        time_limit=20,
        locked=work.locked,
        previous=work.previous,
        hit=work.hit,
        give_up=work.give_up,
    )
    solving.finish(session, run.id, answer, now=now)
    return run


def standing(meetings):
    """Those that have a place."""
    return [one for one in meetings if one.state is MeetingState.SCHEDULED]
