"""Who doesn't come says so themselves: what falls, who hears of it, and that nothing happens twice."""

from datetime import timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import delete, select

from portal.accounts.rules import StaffRoleName
from portal.audit.models import Entry
from portal.companies.models import Company
from portal.kernel.errors import NotFound
from portal.kernel.outbox import Envelope
from portal.matching.models import Counterpart, Seat
from portal.matching.queries import events as queries
from portal.matching.rules.agenda import ReasonMissing
from portal.matching.rules.refusals import EventHasEnded, EventIsOver
from portal.matching.rules.states import EventState, MeetingState, ParticipantState
from portal.matching.service import events, leaving, links, participants, telling
from portal.notifications import service as notifications
from portal.notifications.models import Message
from tests.accounts_help import csrf, post, sign_in
from tests.factories.accounts import MembershipFactory, StaffRoleFactory, UserFactory, staff
from tests.factories.agenda import LATER, a_market, put
from tests.factories.calls import make_call
from tests.factories.evaluation import OFFICE

OWN: dict[str, Any] = {"by": "anna@impresa.example", "now": LATER}
STAFF: dict[str, Any] = {"by": OFFICE, "now": LATER, "is_staff": True}
WITHDREW = "matching.participant_withdrew"


@pytest.fixture
def market(session):
    """Two firms and two buyers; the first firm meets both of them, the second meets one."""
    event, firms, buyers, wanted = a_market(make_call(session), firms=2, buyers=2)
    slots, tables = queries.slots(session, event.id), queries.tables(session, event.id)
    placed = [put(wanted[nth], slots[nth], tables[0]) for nth in range(3)]
    session.commit()
    return SimpleNamespace(event=event, firm=firms[0], buyer=buyers[0], firms=firms, buyers=buyers, placed=placed)


@pytest.fixture
def told(session, market):
    """The same, once agendas were told."""
    telling.publish(session, market.event.id, reason="", by=OFFICE, now=LATER)
    session.execute(delete(Envelope))
    session.commit()
    return market


@pytest.fixture
def owner(session, client, market):
    user = UserFactory(email="anna@impresa.example")
    MembershipFactory(user=user, company=session.get(Company, market.firm.company_id))
    return sign_in(client, user)


def waiting(session, name=WITHDREW):
    return [one.payload for one in session.scalars(select(Envelope).where(Envelope.name == name))]


def deeds(session):
    found = session.scalars(
        select(Entry.action).where(Entry.action.in_(["matching.absent", "matching.participant_left"]))
    )
    return sorted(found)


def tell(session, *, times=1):
    for envelope in session.scalars(select(Envelope).where(Envelope.name == WITHDREW)).all() * times:
        notifications.tell(session, envelope.name, envelope.payload, occurrence=str(envelope.id), now=LATER)
    return session.scalars(select(Message).where(Message.event == WITHDREW).order_by(Message.recipient)).all()


def test_before_agendas_are_told_meetings_only_lose_their_place(session, market):
    off = leaving.withdraw(session, market.firm.id, reason="Fiera altrove", **OWN)
    assert set(off) == set(market.placed[:2])
    assert [(one.state, one.slot_id, one.cancelled_by) for one in off] == [(MeetingState.PROPOSED, None, None)] * 2
    assert set(session.scalars(select(Seat.meeting_id))) == {market.placed[2].id}
    assert (market.firm.state, market.firm.left_reason) == (ParticipantState.LEFT, "Fiera altrove")
    assert waiting(session) == [{"participant_id": str(market.firm.id), "meetings": 2}]


def test_once_they_were_told_meetings_are_called_off_and_only_those_concerned_hear(session, told):
    off = leaving.withdraw(session, told.firm.id, reason="Malattia", **OWN)
    assert [(one.state, one.cancelled_by, one.cancelled_reason) for one in off] == [
        (MeetingState.CANCELLED, OWN["by"], "Malattia")
    ] * 2
    hear = set(telling.untold(session, told.event))
    assert hear == {str(one.id) for one in (told.firm, *told.buyers)}
    telling.publish(session, told.event.id, reason="Un ritiro", by=OFFICE, now=LATER)
    heard = [one["participant_id"] for one in waiting(session, "matching.agenda_told")]
    assert sorted(heard) == sorted(hear)


def test_twice_is_once_and_coming_back_makes_it_new(session, told):
    assert len(leaving.withdraw(session, told.firm.id, reason="Malattia", **OWN)) == 2
    assert leaving.withdraw(session, told.firm.id, reason="Malattia", **OWN) == []
    assert (len(waiting(session)), deeds(session)) == (1, ["matching.absent", "matching.participant_left"])
    participants.come_back(session, told.firm.id, by=OFFICE, now=LATER)
    leaving.withdraw(session, told.firm.id, reason="Di nuovo", **OWN)
    assert [one["meetings"] for one in waiting(session)] == [2, 0]


def test_staff_need_not_tell_themselves(session, told):
    assert len(leaving.withdraw(session, told.buyer.id, reason="Volo cancellato", **STAFF)) == 2
    assert waiting(session) == []


def test_what_was_left_placed_by_who_has_left_falls_when_it_is_said_again(session, told):
    participants.leave(session, told.firm.id, reason="Fiera", by=OFFICE, now=LATER)
    assert len(leaving.withdraw(session, told.firm.id, reason="Fiera", **STAFF)) == 2


def test_meetings_that_have_begun_stay(session, told):
    first = queries.slots(session, told.event.id)[0]
    off = leaving.withdraw(session, told.firm.id, reason="Malattia", **OWN | {"now": first.starts_at})
    assert (off, told.placed[0].state) == ([told.placed[1]], MeetingState.SCHEDULED)


def test_refusals(session, told):
    with pytest.raises(NotFound):
        leaving.withdraw(session, told.event.id, reason="x", **OWN)
    with pytest.raises(ReasonMissing):
        leaving.withdraw(session, told.firm.id, reason="  ", **OWN)
    end = queries.slots(session, told.event.id)[-1].ends_at
    for who in (OWN, STAFF):
        with pytest.raises(EventHasEnded):
            leaving.withdraw(session, told.firm.id, reason="Tardi", **who | {"now": end})
    assert leaving.is_open(session, told.event, now=end - timedelta(seconds=1)) is True
    events.move(session, told.event.id, EventState.CLOSED, by=OFFICE, now=LATER)
    with pytest.raises(EventIsOver):
        leaving.withdraw(session, told.firm.id, reason="Tardi", **OWN)
    assert (told.firm.state, waiting(session)) == (ParticipantState.CONFIRMED, [])


def test_event_staff_hear_once_but_not_who_is_tied_to_a_firm_that_comes(session, told):
    clerk, tied = staff(StaffRoleName.EVENTS), UserFactory(email="legata@gmail.com")
    StaffRoleFactory(user=tied, role=StaffRoleName.EVENTS)
    MembershipFactory(user=tied, company=session.get(Company, told.firms[1].company_id))
    leaving.withdraw(session, told.firm.id, reason="Malattia <b>", **OWN)
    [letter] = tell(session, times=2)
    assert letter.recipient == clerk.email
    assert session.get(Company, told.firm.company_id).legal_name in letter.subject
    assert "Malattia <b>" in letter.text
    assert "Malattia &lt;b&gt;" in letter.html
    assert "Sono caduti 2 incontri" in letter.text
    assert f"/ufficio/incontri/{told.event.slug}/agenda" in letter.text


def test_of_who_is_back_nothing_is_told(session, told):
    staff(StaffRoleName.EVENTS)
    leaving.withdraw(session, told.firm.id, reason="Malattia", **OWN)
    participants.come_back(session, told.firm.id, by=OFFICE, now=LATER)
    assert tell(session) == []


def test_a_firm_withdraws_by_its_own_page(session, owner, told):
    here = f"/area/incontri/{told.event.slug}"
    assert f"{here}/ritiro" in owner.get(here).text
    page = unescape(owner.get(f"{here}/ritiro").text)
    assert "i vostri 2 incontri che devono ancora cominciare vengono annullati" in page
    empty = post(owner, f"{here}/ritiro", reason=" ")
    assert (empty.status_code, "Scrivi in breve il motivo." in empty.text) == (422, True)
    assert post(owner, f"{here}/ritiro", reason="x" * 501).status_code == 422
    session.expire_all()
    assert told.firm.state is ParticipantState.CONFIRMED
    token = csrf(owner, f"{here}/ritiro")
    for _twice in range(2):
        answer = owner.post(f"{here}/ritiro", data={"csrf_token": token, "reason": "Fiera altrove"})
        assert (answer.status_code, answer.location) == (303, here)
    session.expire_all()
    assert (told.firm.left_reason, len(waiting(session))) == ("Fiera altrove", 1)
    page = unescape(owner.get(here).text)
    assert ("La tua impresa non partecipa più" in page, f"{here}/ritiro" in page) == (True, False)


def test_after_the_event_a_firm_reads_why_not(session, owner, told):
    here = f"/area/incontri/{told.event.slug}"
    for slot in queries.slots(session, told.event.id):
        slot.starts_at, slot.ends_at = slot.starts_at - timedelta(days=900), slot.ends_at - timedelta(days=900)
    session.commit()
    assert f"{here}/ritiro" not in owner.get(here).text
    answer = post(owner, f"{here}/ritiro", reason="Tardi")
    assert (answer.status_code, "L'evento è finito" in unescape(answer.text)) == (422, True)
    session.expire_all()
    assert told.firm.state is ParticipantState.CONFIRMED


def test_a_firm_that_is_not_there_has_nothing_to_withdraw_from(app, session, told):
    stranger = UserFactory()
    MembershipFactory(user=stranger)
    client = sign_in(app.test_client(), stranger)
    assert client.get(f"/area/incontri/{told.event.slug}/ritiro").status_code == 404


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "your 2 meetings that have yet to begin are called off"),
        ("ru", "2 ваши встречи, которые ещё не начались"),
    ],
)
def test_a_buyer_declines_on_a_page_that_says_what_follows(session, client, told, lang, words):
    buyer = session.get(Counterpart, told.buyer.counterpart_id)
    buyer.link_expires_at = LATER + timedelta(days=9)
    session.commit()
    link = f"/buyer/{links.make(buyer)}"
    post(client, link)
    here = f"/buyer/events/{told.event.slug}"
    assert f"{here}/decline" in client.get(f"{here}?lang={lang}").text
    assert words in unescape(client.get(f"{here}/decline?lang={lang}").text)
    assert post(client, f"{here}/decline", reason="x" * 501).status_code == 422
    assert post(client, f"{here}/decline").status_code == 303
    assert client.get(f"{here}/decline").status_code == 303
    session.expire_all()
    assert told.buyer.state is ParticipantState.LEFT
    assert {one.state for one in (told.placed[0], told.placed[2])} == {MeetingState.CANCELLED}
    assert len(waiting(session)) == 1


def test_staff_of_the_participants_page_use_the_same_verb(session, client, told):
    sign_in(client, staff(StaffRoleName.EVENTS))
    here = f"/ufficio/incontri/{told.event.slug}/partecipanti/{told.firm.id}"
    assert post(client, f"{here}/ritira", form_on=here, reason="Telefonata").status_code == 303
    session.expire_all()
    assert [one.state for one in told.placed[:2]] == [MeetingState.CANCELLED] * 2
    assert "Telefonata" in client.get(here).text
