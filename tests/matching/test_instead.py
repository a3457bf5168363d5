"""What staff do in a participant's stead: say a wish, write a buyer's contact right."""

from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from portal.accounts.rules import StaffRoleName
from portal.audit.models import Entry
from portal.kernel.outbox import Envelope
from portal.matching.models import Counterpart, Wish
from portal.matching.rules.buying import AddressTaken
from portal.matching.rules.judging import ProfileMoved
from portal.matching.rules.linking import Link, NotABuyer
from portal.matching.rules.refusals import EventIsOver
from portal.matching.rules.settings import Quota, Settings
from portal.matching.rules.states import EventState, Level
from portal.matching.service import buyers, events, links, wishes
from portal.matching.service.buyers import Contact
from portal.notifications import service as notifications
from portal.notifications.models import Message
from tests.accounts_help import post, sign_in
from tests.factories.accounts import staff
from tests.factories.calls import make_call
from tests.factories.evaluation import OFFICE
from tests.factories.matching import NOW, buyer_at, firm_at, make_event

WHO: dict[str, Any] = {"by": OFFICE, "now": NOW}


@pytest.fixture
def world(session, client):
    """An event whose wishes are over, a firm, a buyer who has a link, and event staff signed in."""
    settings = Settings(firms=Quota(wants=1, woulds=1))
    event = make_event(make_call(session), state=EventState.SCHEDULING, settings=settings)
    firm, buyer, other = firm_at(event), buyer_at(event), buyer_at(event)
    buyers.resend(session, buyer.id, **WHO)
    clerk = staff(StaffRoleName.EVENTS)
    sign_in(client, clerk)
    here = f"/ufficio/incontri/{event.slug}/partecipanti"
    known = session.get(Counterpart, buyer.counterpart_id)
    return SimpleNamespace(
        event=event, firm=firm, buyer=buyer, other=other, clerk=clerk.email, here=here, client=client, known=known
    )


def say(world, other, level, who=None):
    here = f"{world.here}/{(who or world.firm).id}"
    return post(world.client, f"{here}/preferenza", form_on=here, other=other, level=level)


def test_a_wish_said_by_staff_counts_and_tells_who_said_it(session, world):
    assert say(world, world.buyer.id, "want").status_code == 303
    wish = session.get(Wish, (world.firm.id, world.buyer.id))
    assert (wish.level, wish.said_by) == (Level.WANT, world.clerk)
    for who in (world.firm, world.buyer):
        assert f"<td>{world.clerk}, " in world.client.get(f"{world.here}/{who.id}").text
    last = session.scalars(select(Entry).where(Entry.action == "matching.wished").order_by(Entry.seq.desc())).first()
    assert last.by == world.clerk
    assert say(world, world.firm.id, "no", who=world.buyer).status_code == 303
    assert say(world, world.buyer.id, "nothing").status_code == 303
    session.expire_all()
    assert {(one.from_id, one.level) for one in session.scalars(select(Wish))} == {(world.buyer.id, Level.NO)}


def test_what_staff_may_not_say_is_said_beside_the_field(session, world):
    say(world, world.buyer.id, "want")
    for other, level, status, words in (
        ("", "want", 422, "Scegli di chi si tratta"),
        (world.buyer.id, "always", 422, "Scegli di chi si tratta"),
        (world.other.id, "want", 422, "Puoi indicare al massimo 1 incontri"),
        ("x", "want", 404, ""),
        (world.firm.id, "want", 404, ""),
    ):
        answer = say(world, other, level)
        assert answer.status_code == status, (other, level)
        text = unescape(answer.text)
        assert not words or words in text.split('id="other-error">')[1].split("</p>")[0]
    assert [one.to_id for one in session.scalars(select(Wish))] == [world.buyer.id]


def test_after_the_event_nobody_says_wishes(session, world):
    events.move(session, world.event.id, EventState.CLOSED, **WHO)
    with pytest.raises(EventIsOver):
        wishes.wish(session, world.firm.id, world.buyer.id, Level.WANT, is_staff=True, **WHO)
    session.commit()
    assert "/preferenza" not in world.client.get(f"{world.here}/{world.firm.id}").text


def contact(**changes):
    facts = {"contact_name": "Aziza Karimova", "email": "aziza@savdo.example", "phone": "", "language": "ru"}
    return Contact(**facts | changes)


def invited(session):
    for one in session.scalars(select(Envelope).where(Envelope.name == "matching.buyer_invited")):
        notifications.tell(session, one.name, one.payload, occurrence=str(one.id), now=NOW)
    return [one.recipient for one in session.scalars(select(Message).where(Message.event == "matching.buyer_invited"))]


def test_another_address_gets_a_new_invitation_and_the_old_link_dies(session, app, world):
    buyer = world.known
    session.commit()
    old, was = links.make(buyer), buyer.email
    guest = app.test_client()
    post(guest, f"/buyer/{old}")
    assert guest.get("/buyer/home").status_code == 200
    buyers.correct(session, world.buyer.id, contact(), revision=buyer.revision, **WHO)
    session.commit()
    assert guest.get("/buyer/home").status_code == 401
    assert guest.get(f"/buyer/{old}").status_code == 410
    assert buyers.standing(buyer, links.read(links.make(buyer))[1], now=NOW) is Link.GOOD
    assert invited(session) == ["aziza@savdo.example"]
    line = session.scalars(select(Entry).where(Entry.action == "matching.buyer_corrected")).one()
    assert ('"email"' in line.detail, was in line.detail, line.by) == (True, False, OFFICE)


def test_without_another_address_the_link_lives_and_nothing_leaves(session, world):
    buyer, epoch = world.known, world.known.link_epoch
    same = contact(email=buyer.email, contact_name="Dilnoza Karimova")
    assert buyers.correct(session, world.buyer.id, same, revision=buyer.revision, **WHO) == ["contact_name"]
    assert buyers.correct(session, world.buyer.id, same, revision=buyer.revision, **WHO) == []
    assert (buyer.link_epoch, buyer.contact_name) == (epoch, "Dilnoza Karimova")
    other_case = contact(email=buyer.email.upper(), contact_name="Dilnoza Karimova")
    assert buyers.correct(session, world.buyer.id, other_case, revision=buyer.revision, **WHO) == ["email"]


def test_corrections_that_are_refused(session, world):
    buyer = world.known
    taken = session.get(Counterpart, world.other.counterpart_id)
    with pytest.raises(AddressTaken):
        buyers.correct(session, world.buyer.id, contact(email=taken.email.upper()), revision=buyer.revision, **WHO)
    with pytest.raises(ProfileMoved):
        buyers.correct(session, world.buyer.id, contact(), revision=buyer.revision + 1, **WHO)
    with pytest.raises(NotABuyer):
        buyers.correct(session, world.firm.id, contact(), revision=1, **WHO)


def test_the_page_corrects_and_says_what_is_wrong_beside_the_field(session, world):
    here = f"{world.here}/{world.buyer.id}"
    assert f'href="{here}/contatto"' in world.client.get(here).text
    good = {"contact_name": "Aziza K.", "email": "aziza@savdo.example", "phone": "+998 71", "language": "en"}
    taken = session.get(Counterpart, world.other.counterpart_id).email
    for changes, words in (
        ({"email": "aziza"}, "Scrivi un indirizzo e-mail completo."),
        ({"contact_name": " "}, "Scrivi il nome di una persona."),
        ({"email": taken}, "Un altro buyer ha già questo indirizzo e-mail"),
    ):
        answer = post(world.client, f"{here}/contatto", revision=world.known.revision, **good | changes)
        assert (answer.status_code, words in unescape(answer.text)) == (422, True), changes
    assert post(world.client, f"{here}/contatto", revision="99", **good).status_code == 409
    session.expire_all()
    assert post(world.client, f"{here}/contatto", revision=world.known.revision, **good).status_code == 303
    session.expire_all()
    assert {name: getattr(world.known, name) for name in good} == good
    assert "un nuovo invito parte" in unescape(world.client.get(here).text)
    assert world.client.get(f"{world.here}/{world.firm.id}/contatto").status_code == 404
