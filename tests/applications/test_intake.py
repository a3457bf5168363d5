"""First come, first served: where the window ends by money."""

from datetime import timedelta
from decimal import Decimal

import pytest

from portal.applications import rules, service
from portal.applications.rules import Status
from portal.audit.queries import story
from portal.calls import queries as calls, service as calls_service
from portal.calls.rules.requested import amount_asked, is_full
from portal.calls.rules.status import CallStatus
from portal.kernel.clock import db_now
from portal.notifications.service.letters import RECIPES
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.applications import SmallCallFactory, amend, content, make

ANNA = "anna@impresa.example"
BUDGET = {
    "amount_eur": "200",
    "unit_value_eur": "100",
    "places": 2,
    "in_kind": True,
    "aid_regime": "none",
    "source": {"tag": "ASSUMPTION", "cite": "Prova"},
}


def sportello(pct=150, **budget):
    """An open call that stops at 300 euros of requests, three of a hundred."""
    call = SmallCallFactory()
    more = {"procedure": "first_come_first_served", "overbooking_pct": pct, "budget": BUDGET | budget}
    number = int(call.code.removeprefix("PROVA-"))
    amend(call, content(number, opens_at=call.opens_at, closes_at=call.closes_at, **more), number=2)
    return call


def hand_in(session, application):
    return service.submit(session, application.id, sha256=application.sha256, by=ANNA)


@pytest.fixture
def full(session):
    """A call with its last request in, and a draft frozen."""
    call = sportello()
    inside = [make(call=call, upto="submitted") for _ in range(3)]
    return call, inside, make(call=call, upto="frozen")


def test_who_comes_after_the_share_is_refused_in_words_and_keeps_the_draft(session, full):
    _call, _inside, late = full

    with pytest.raises(rules.CallFull) as refusal:
        hand_in(session, late)

    assert str(refusal.value) == (
        "Le richieste presentate hanno raggiunto il 150 % delle risorse del bando: lo sportello si ferma qui, come "
        "previsto, e la domanda non è stata inviata. La bozza resta consultabile."
    )
    session.refresh(late)
    assert (late.status, late.arrival) == (Status.DRAFT, None)


def test_until_the_clock_closes_it_a_withdrawal_gives_its_room_to_the_next(session, full):
    _call, (first, *_), late = full
    service.withdraw(session, first.id, reason="Ripensamento", by=ANNA, now=db_now(session))

    assert hand_in(session, late).arrival > 0


def test_the_clock_closes_a_full_call_for_good_and_says_so_once(session, full):
    call, (first, *_), late = full

    assert service.close_full(session, now=db_now(session)) == [call.code]
    assert service.close_full(session, now=db_now(session)) == []
    service.withdraw(session, first.id, reason="Ripensamento", by=ANNA, now=db_now(session))
    with pytest.raises(rules.CallClosed):
        hand_in(session, late)
    said = calls_service.tick(session, now=db_now(session))

    session.refresh(call)
    assert (call.status, said) == (CallStatus.CLOSED, [f"{call.code}: closed"])
    assert [entry.action for entry in story(session, call.id)] == ["calls.close_early", "calls.closed"]


def test_a_draft_is_told_why_the_call_closed_early(session, full):
    call, _inside, late = full
    user = UserFactory()
    MembershipFactory(user=user, company=None, company_id=late.company_id)
    service.close_full(session, now=db_now(session))

    told = RECIPES["calls.closed"](session, {"call_id": str(call.id)}, db_now(session))

    assert [(one.user, one.facts["is_full"]) for one in told if one.user == user] == [(user, True)]


def test_a_call_with_room_stays_open(session):
    call = sportello()
    make(call=call, upto="submitted")

    assert service.close_full(session, now=db_now(session)) == []
    assert call.closes_at > db_now(session) + timedelta(days=1)


def test_the_amounts_asked_for_count_not_the_requests(session):
    call = sportello(asked="budget")
    for _ in range(4):
        make(call=call, upto="submitted")

    assert service.close_full(session, now=db_now(session)) == []


@pytest.mark.parametrize(
    ("answer", "amount"), [("40.5", "40.50"), ("4000", "100.00"), ("-1", "0.00"), ("molto", "0.00"), (None, "0.00")]
)
def test_a_request_asks_at_most_the_unit_value(session, answer, amount):
    call = sportello(asked="budget")

    assert amount_asked(calls.content_by_id(session, call.version_id), answer) == Decimal(amount)


@pytest.mark.parametrize(("many", "answer"), [(2, False), (3, True), (4, True)])
def test_the_share_is_reached_to_the_cent(session, many, answer):
    assert is_full(calls.content_by_id(session, sportello().version_id), [None] * many) is answer
