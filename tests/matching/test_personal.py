"""One's own agenda: page, PDF, calendar, letter; only whom a change touches hears of it, and once."""

from html import unescape
from io import BytesIO
from types import SimpleNamespace

import pikepdf
import pytest
from icalendar import Calendar
from sqlalchemy import select

from portal.kernel.clock import utcnow
from portal.kernel.outbox import Envelope
from portal.matching.models import Interpreter
from portal.matching.queries import events as queries, participants, personal
from portal.matching.service import agendas, leaving, moving, telling
from portal.notifications import service as notifications
from portal.notifications.models import Message
from portal.notifications.rules import PERSONAL_LINK
from tests.accounts_help import sign_in
from tests.counting import statements
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.agenda import a_market, put
from tests.factories.calls import make_call
from tests.factories.evaluation import OFFICE

TOLD = "matching.agenda_told"


@pytest.fixture
def market(session):
    """Two firms and two buyers; the first firm meets both, the second the second buyer."""
    event, firms, buyers, meetings = a_market(make_call(session), firms=2, buyers=2, timezone="Asia/Tashkent")
    slots, tables = queries.slots(session, event.id), queries.tables(session, event.id)
    voice = session.scalars(select(Interpreter).where(Interpreter.event_id == event.id)).one()
    put(meetings[0], slots[0], tables[0], voice)
    put(meetings[1], slots[2], tables[1])
    put(meetings[3], slots[3], tables[1])
    known = {one.id: one for one in participants.of_event(session, event.id)}
    return SimpleNamespace(
        event=event,
        meetings=meetings,
        firms=[one.id for one in firms],
        companies=[known[one.id].company for one in firms],
        buyers=[known[one.id].counterpart for one in buyers],
    )


@pytest.fixture
def owner(session, market):
    user = UserFactory(email="anna@impresa.example")
    MembershipFactory(user=user, company=market.companies[0])
    return user


def publish(session, event, reason="Volo in ritardo"):
    telling.publish(session, event.id, reason=reason, by=OFFICE, now=utcnow())


def tell_all(session):
    """What the relay and the worker do, twice over: nothing is said twice."""
    waiting = session.scalars(select(Envelope).where(Envelope.name == TOLD)).all()
    for one in [*waiting, *waiting]:
        notifications.tell(session, TOLD, one.payload, occurrence=str(one.id), now=utcnow())
    return session.scalars(select(Message).where(Message.event == TOLD).order_by(Message.recipient)).all()


def test_nothing_is_shown_before_it_is_published(client, market, owner):
    here = f"/area/incontri/{market.event.slug}/agenda"
    browser = sign_in(client, owner)
    assert "L'agenda non è ancora pubblicata" in unescape(browser.get(here).text)
    assert [browser.get(f"{here}.{kind}").status_code for kind in ("pdf", "ics")] == [404, 404]


def test_the_firm_reads_its_agenda_three_ways(session, client, market, owner):
    event, buyers = market.event, market.buyers
    publish(session, event)
    browser = sign_in(client, owner)
    here = f"/area/incontri/{event.slug}/agenda"
    text = unescape(browser.get(here).text)
    for words in ("09:00–09:20", "pausa", "09:50–10:10", "Olga Ivanova", buyers[0].legal_name):
        assert words in text
    with pikepdf.open(BytesIO(browser.get(f"{here}.pdf").data)) as paper:
        assert paper.Root.MarkInfo.Marked
        assert str(paper.Root.Lang) == "it"
    calendar = Calendar.from_ical(browser.get(f"{here}.ics").data)
    assert [f"{one.decoded('dtstart'):%H:%M}" for one in calendar.walk("VEVENT")] == ["04:00", "04:50"]
    english = browser.get(f"{here}?lang=en").text
    assert "Meetings of" in unescape(english)


def test_an_event_of_any_size_costs_the_same_statements(session, market):
    event = market.event
    publish(session, event)
    session.commit()
    with statements() as few:
        told = personal.read(session, queries.find(session, event.slug))
    assert len(told.everybody()) == 4
    assert len(few) <= 10


def test_everybody_is_told_their_own_agenda_once(session, market, owner):
    event, buyers = market.event, market.buyers
    MembershipFactory(company=market.companies[1], user=UserFactory(email="zeno@altra.example", language="en"))
    publish(session, event)
    written = tell_all(session)
    assert [one.recipient for one in written] == sorted(
        ["anna@impresa.example", "zeno@altra.example", *(one.email for one in buyers)]
    )
    mine = next(one for one in written if one.recipient == "anna@impresa.example")
    assert mine.subject == "La vostra agenda: Incontri d'affari a Tashkent"
    assert f"09:00–09:20  Tavolo 1  {buyers[0].legal_name} (Interprete: Olga Ivanova)" in mine.text
    assert [one["name"] for one in mine.attachments] == ["agenda-1.pdf", "agenda-1.ics"]
    guest = next(one for one in written if one.recipient == buyers[0].email)
    assert (guest.language, guest.counterpart_id) == ("ru", buyers[0].id)
    assert guest.subject == "Ваша программа встреч: Business meetings in Tashkent"
    assert "/area/incontri" not in guest.text
    assert PERSONAL_LINK in guest.text


def test_only_whom_a_change_touches_is_told_and_calendars_lose_what_is_off(session, market, owner):
    event, firms, buyers, meetings = market.event, market.firms, market.buyers, market.meetings
    publish(session, event)
    tell_all(session)
    moving.call_off(session, event.id, meetings[0].id, reason="Malattia", by=OFFICE, now=utcnow())
    publish(session, event, reason="Il buyer è malato")
    written = tell_all(session)
    news = [one for one in written if "cambiata" in one.subject or "изменилась" in one.subject]
    assert sorted(one.recipient for one in news) == sorted(["anna@impresa.example", buyers[0].email])
    mine = next(one for one in news if one.recipient == "anna@impresa.example")
    assert "Motivo: Il buyer è malato" in mine.text
    assert f"{buyers[0].legal_name}: annullato" in mine.text
    assert [(one["name"], one.get("method")) for one in mine.attachments] == [
        ("agenda-2.pdf", None),
        ("agenda-2.ics", "PUBLISH"),
        ("annullati-2.ics", "CANCEL"),
    ]
    (gone,) = Calendar.from_ical(mine.attachments[2]["text"]).walk("VEVENT")
    assert (str(gone["uid"]), int(str(gone["sequence"]))) == (f"{meetings[0].id}.{firms[0]}@portale-export", 1)
    assert "In questa agenda non avete incontri" not in mine.text


def test_the_letter_leaves_with_the_agenda_as_it_was_told(session, market, owner):
    event = market.event
    publish(session, event)
    tell_all(session)
    outgoing = []
    while one := notifications.claim(session, now=utcnow()):
        outgoing.append(one.mail)
    mail = next(one for one in outgoing if one["To"] == "anna@impresa.example")
    guest = next(one for one in outgoing if one["To"] == market.buyers[0].email)
    text = guest.get_body(("plain",)).get_content()
    assert ("/buyer/" in text, PERSONAL_LINK in text) == (True, False)
    files = {part.get_filename(): part for part in mail.iter_attachments()}
    assert files["agenda-1.pdf"].get_content().startswith(b"%PDF")
    assert files["agenda-1.ics"].get_param("method") == "PUBLISH"


def test_whoever_left_hears_what_is_off_and_no_address(session, market, owner):
    event, firms = market.event, market.firms
    publish(session, event)
    tell_all(session)
    leaving.withdraw(session, firms[0], reason="Malattia", by=OFFICE, now=utcnow(), is_staff=True)
    publish(session, event, reason="L'impresa non viene")
    mine = next(
        one for one in tell_all(session) if one.recipient == "anna@impresa.example" and "cambiata" in one.subject
    )
    assert "In questa agenda non avete incontri." in mine.text
    assert "/area/incontri" not in mine.text


def test_a_paper_in_english_says_english_words(session, market):
    event, firms = market.event, market.firms
    publish(session, event)
    told = personal.read(session, event)
    paper = agendas.paper(agendas.call_of(session, event), told.of(firms[0]), lang="en")
    assert (paper.event, paper.days[0].day) == ("Business meetings in Tashkent", "Tuesday 9 March 2027")
    assert [row.is_break for row in paper.days[0].rows] == [False, True, False]
