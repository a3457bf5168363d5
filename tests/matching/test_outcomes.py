"""What came of meetings: two taps, from both sides, asked for once each time, told in figures."""

import csv
from datetime import UTC, datetime, timedelta
from html import unescape
from io import BytesIO
from types import SimpleNamespace

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from portal.accounts.rules import StaffRoleName
from portal.audit.models import Entry
from portal.kernel.clock import utcnow
from portal.kernel.errors import NotFound
from portal.kernel.outbox import Envelope
from portal.matching.models import Counterpart, MeetingOutcome, Slot
from portal.matching.queries import events as queries, figures, participants
from portal.matching.rules.outcomes import DidNotMeet, NotDue, Outcome, TooEarly, due, later
from portal.matching.rules.states import Level, MeetingState, Side
from portal.matching.service import outcomes, telling, wishes
from portal.notifications import service as notifications
from portal.notifications.models import Message
from tests.accounts_help import post, sign_in
from tests.factories.accounts import MembershipFactory, UserFactory, staff
from tests.factories.agenda import a_market, put
from tests.factories.calls import make_call
from tests.factories.evaluation import OFFICE

DUE = "matching.follow_up_due"


@pytest.mark.parametrize(
    ("on", "months", "then"),
    [("2027-03-09", 3, "2027-06-09"), ("2026-11-30", 3, "2027-02-28"), ("2027-03-09", 12, "2028-03-09")],
)
def test_months_later(on, months, then):
    at, until = (datetime.fromisoformat(f"{day}T10:00:00+00:00") for day in (on, then))
    assert later(at, months) == until


def test_follow_ups_come_due_one_after_the_other():
    ended = datetime(2027, 3, 9, 17, tzinfo=UTC)
    days = (-1, 0, 91, 92, 184, 366)
    assert [due(ended, ended + timedelta(days=one)) for one in days] == [
        (), (0,), (0,), (0, 3), (0, 3, 6), (0, 3, 6, 12),
    ]  # fmt: skip


@pytest.fixture
def market(session):
    """Two firms and two buyers; the first firm met both, an hour ago; the agenda was published."""
    event, firms, buyers, meetings = a_market(make_call(session), firms=2, buyers=2)
    slots, tables = queries.slots(session, event.id), queries.tables(session, event.id)
    put(meetings[0], slots[0], tables[0])
    put(meetings[1], slots[1], tables[0])
    put(meetings[3], slots[2], tables[0])
    telling.publish(session, event.id, reason="", by=OFFICE, now=utcnow())
    known = {one.id: one for one in participants.of_event(session, event.id)}
    owner = UserFactory(email="anna@impresa.example")
    MembershipFactory(user=owner, company=known[firms[0].id].company)
    return SimpleNamespace(
        event=event, slug=event.slug, firms=[one.id for one in firms], buyers=[one.id for one in buyers],
        meetings=[one.id for one in meetings], rows=meetings, owner=owner, company=known[firms[0].id].company_id,
        email=known[buyers[0].id].counterpart.email, slots=[one.id for one in slots],
    )  # fmt: skip


def ago(session, market, **past):
    """Let the event have been so long ago."""
    start = utcnow() - timedelta(**past)
    for nth, slot_id in enumerate(market.slots):
        slot = session.get(Slot, slot_id)
        slot.starts_at, slot.ends_at = start + timedelta(minutes=nth), start + timedelta(minutes=nth, seconds=50)
    session.commit()


def say(session, who, meeting, *, months=0, **said):
    return outcomes.say(session, who, meeting, months=months, said=said, by="x@x.example", now=utcnow())


def test_both_sides_say_their_own(session, market):
    ago(session, market, hours=1)
    firm, buyer, meeting = market.firms[0], market.buyers[0], market.meetings[0]
    say(session, firm, meeting, kind=Outcome.QUOTE.value)
    say(session, firm, meeting, rating=4)
    say(session, buyer, meeting, kind=Outcome.NOTHING.value)
    rows = session.scalars(select(MeetingOutcome).order_by(MeetingOutcome.side)).all()
    assert [(one.side, one.kind, one.rating) for one in rows] == [
        (Side.BUYER, "nothing", None),
        (Side.COMPANY, "quote", 4),
    ]
    (told,) = session.scalars(
        select(Entry).where(Entry.action == "matching.outcome_said", Entry.subject_type == "application").limit(1)
    )
    assert market.slug in told.detail


def test_what_was_not_or_is_not_theirs_has_no_outcome(session, market):
    with pytest.raises(TooEarly):
        say(session, market.firms[0], market.meetings[0], kind="quote")
    ago(session, market, hours=1)
    with pytest.raises(NotFound):
        say(session, market.firms[1], market.meetings[0], kind="quote")
    with pytest.raises(NotFound):
        say(session, market.firms[1], market.meetings[2], kind="quote")
    with pytest.raises(NotDue):
        say(session, market.firms[0], market.meetings[0], months=3, kind="contract")
    market.rows[0].state = MeetingState.NO_SHOW
    session.flush()
    with pytest.raises(DidNotMeet):
        say(session, market.firms[0], market.meetings[0], kind="quote")


def test_each_is_asked_once_and_of_several_terms_the_latest(session, market):
    assert outcomes.ask_due(session, now=utcnow()) == 0
    ago(session, market, hours=1)
    assert [outcomes.ask_due(session, now=utcnow()) for _twice in range(2)] == [4, 0]
    ago(session, market, days=200)
    assert [outcomes.ask_due(session, now=utcnow()) for _twice in range(2)] == [4, 0]
    told = session.scalars(select(Envelope).where(Envelope.name == DUE)).all()
    assert sorted(one.payload["months"] for one in told) == [0] * 4 + [6] * 4
    for one in [*told, *told]:
        notifications.tell(session, DUE, one.payload, occurrence=str(one.id), now=utcnow())
    written = session.scalars(select(Message).where(Message.event == DUE)).all()
    mine = sorted(one.subject for one in written if one.recipient == "anna@impresa.example")
    assert mine == [
        "Che cosa è nato dagli incontri? Incontri d'affari a Tashkent",
        "Com'è andata? Incontri d'affari a Tashkent",
    ]
    assert [one.language for one in written if one.recipient == market.email] == ["ru", "ru"]


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.text)


def test_two_taps_on_the_firms_page(session, client, market):
    browser = sign_in(client, market.owner)
    here = f"/area/incontri/{market.slug}/esiti"
    assert "Ancora nessun incontro" in page(browser, here)
    ago(session, market, hours=1)
    text = page(browser, here)
    assert text.count('class="wish-card"') == 2
    where = f"{here}/{market.meetings[0]}"
    assert post(browser, where, form_on=here, months="0", kind="samples").status_code == 303
    assert post(browser, where, form_on=here, months="0", rating="5").status_code == 303
    assert post(browser, where, form_on=here, months="0", value="12.500", note="Due campioni").status_code == 303
    session.expire_all()
    said = session.get(MeetingOutcome, (market.meetings[0], Side.COMPANY, 0))
    assert (said.kind, said.rating, said.value_eur, said.note) == ("samples", 5, 12500, "Due campioni")
    wrong = post(browser, where, form_on=here, months="0", value="molti", note="Tre")
    text = unescape(wrong.text)
    assert (wrong.status_code, "Scrivi un importo in euro" in text, 'value="molti"' in text) == (422, True, True)
    late = post(browser, where, form_on=here, months="3", kind="quote")
    assert (late.status_code, "non è ancora da fare" in unescape(late.text)) == (422, True)
    for odd in ({"kind": "boh"}, {"rating": "9"}):
        assert post(browser, where, form_on=here, months="0", **odd).status_code == 404
    assert post(browser, f"{here}/{market.meetings[2]}", form_on=here, kind="quote", rating="9").status_code == 404


def test_a_buyer_says_the_same_behind_their_link(session, client, market):
    ago(session, market, hours=1)
    guest = session.scalars(select(Counterpart).where(Counterpart.email == market.email)).one()
    guest.link_expires_at = utcnow() + timedelta(days=9)
    session.commit()
    with client.session_transaction() as cookie:
        cookie["buyer"] = [guest.id.hex, guest.link_epoch]
    here = f"/buyer/events/{market.slug}/outcomes"
    text = page(client, f"{here}?lang=ru")
    assert ("Что получилось?" in text, text.count('class="wish-card"')) == (True, 1)
    where = f"{here}/{market.meetings[0]}"
    assert post(client, where, form_on=here, months="0", kind="contact").status_code == 303
    assert post(client, where, form_on=here, months="0", rating="3").status_code == 303
    wrong = post(client, where, form_on=here, months="0", value="many")
    assert (wrong.status_code, 'value="many"' in wrong.text) == (422, True)
    assert post(client, where, form_on=here, months="12", kind="quote").status_code == 422
    assert post(client, f"{here}/{market.meetings[1]}", form_on=here, kind="quote").status_code == 404
    session.expire_all()
    said = session.get(MeetingOutcome, (market.meetings[0], Side.BUYER, 0))
    assert (said.kind, said.rating, said.said_by) == ("contact", 3, market.email)


def test_months_later_the_page_asks_again(session, client, market):
    browser = sign_in(client, market.owner)
    ago(session, market, days=190)
    here = f"/area/incontri/{market.slug}/esiti"
    text = page(browser, here)
    assert 'name="months" value="6"' in text
    assert 'name="months" value="0"' in page(browser, f"{here}?mesi=0")
    where = f"{here}/{market.meetings[0]}"
    assert post(browser, where, form_on=here, months="6", kind="contract", value="80000").status_code == 303
    assert session.get(MeetingOutcome, (market.meetings[0], Side.COMPANY, 6)).value_eur == 80000


def test_figures_count_what_was_wished_accepted_kept_and_said(session, client, market):
    firm, other = market.firms
    buyer, taker = market.buyers
    for who, whom, level in (
        (firm, buyer, Level.WANT), (firm, taker, Level.NO), (other, buyer, Level.WANT), (buyer, firm, Level.WOULD),
        (buyer, other, Level.NO),
    ):  # fmt: skip
        wishes.wish(session, who, whom, level, by="x", now=utcnow(), is_staff=True)
    ago(session, market, hours=1)
    say(session, firm, market.meetings[0], kind="quote", rating=4)
    say(session, taker, market.meetings[1], kind="contact")
    market.rows[0].state = MeetingState.HELD
    session.flush()
    read = figures.read(session, queries.find(session, market.slug))
    assert (read.placed, read.proposed, read.held) == (3, 4, 1)
    ours = read.accepted[Side.COMPANY]
    assert (ours.asked, ours.accepted, ours.refused, ours.silent) == (2, 1, 1, 0)
    kept = read.kept[Side.COMPANY]
    assert [(kept[one].asked, kept[one].kept) for one in (Level.WANT, Level.WOULD, Level.NO)] == [
        (2, 1), (0, 0), (1, 0),
    ]  # fmt: skip
    assert sorted(one.placed for one in read.shares[Side.COMPANY]) == [1, 2]
    assert round(read.evenness[Side.COMPANY].gini, 3) == 0.167
    assert read.ratings == {(Side.COMPANY, 4): 1}
    assert read.followed[Side.BUYER, 0].by_kind == {Outcome.CONTACT: 1}
    session.commit()
    text = page(sign_in(client, staff(StaffRoleName.EVENTS)), f"/ufficio/incontri/{market.slug}/cifre")
    for words in ("Indice di Gini fra le imprese", "0,17", "Imprese, subito dopo", "50%"):
        assert words in text


def test_figures_of_an_empty_event_are_noughts(session, client):
    event, *_rest = a_market(make_call(session), firms=0, buyers=0)
    session.commit()
    text = page(sign_in(client, staff(StaffRoleName.EVENTS)), f"/ufficio/incontri/{event.slug}/cifre")
    assert "Nessuno ha ancora risposto." in text


@pytest.mark.parametrize("lang", ["it", "en"])
def test_the_figures_are_taken_as_they_are_shown(session, client, market, lang):
    ago(session, market, hours=2)
    for one, amount in ((market.firms[0], 12500), (market.buyers[0], 9000)):
        say(session, one, market.meetings[0], kind="quote", value_eur=amount)
    sign_in(client, staff(StaffRoleName.EVENTS))
    here = f"/ufficio/incontri/{market.event.slug}/cifre"
    page = unescape(client.get(f"{here}?lang={lang}").text)
    assert all(f"{here}.{kind}" in page for kind in ("csv", "xlsx"))
    shown = figures.read(session, market.event)
    book = load_workbook(BytesIO(client.get(f"{here}.xlsx").data))
    sheets = {one.title: [list(row) for row in one.iter_rows(values_only=True)] for one in book}
    assert len(sheets) == 10
    first = list(sheets.values())
    assert [row[1] for row in first[0][1:]] == [
        shown.placed, shown.proposed, round(shown.evenness[Side.COMPANY].average, 4),
        round(shown.evenness[Side.COMPANY].gini, 4), shown.held,
    ]  # fmt: skip
    assert [row[1:] for row in first[1][1:]] == [
        [one.placed, one.held, one.missed] for one in sorted(shown.shares[Side.COMPANY], key=lambda one: -one.placed)
    ]
    assert [row[-1] for row in first[9][1:]] == [12500, 9000]
    rows = list(csv.reader(client.get(f"{here}.csv").data.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert rows[0] == (
        ["Tabella", "Voce", "Misura", "Valore"] if lang == "it" else ["Table", "Line", "Measure", "Value"]
    )
    assert len(rows) - 1 == sum((len(one) - 1) * (len(one[0]) - 1) for one in first)
    assert {row[0] for row in rows[1:]} == set(sheets)
