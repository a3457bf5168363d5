"""What events ask of the office, read from what happened: for whoever may do it, on the desk too."""

from datetime import timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event as listening, select

from portal import db
from portal.accounts.rules import StaffRoleName
from portal.calls.models import Call
from portal.companies.models import Company
from portal.kernel.clock import utcnow
from portal.matching.models import ExportProfile
from portal.matching.queries import events as queries
from portal.matching.rules.desk import Job
from portal.matching.rules.states import EventState, Level, MeetingState
from portal.matching.service import events, leaving, owed, solving, telling, wishes
from portal.matching.service.outcomes import say
from tests.accounts_help import sign_in
from tests.factories.accounts import MembershipFactory, StaffRoleFactory, UserFactory, staff
from tests.factories.agenda import LATER, a_market, put, solved
from tests.factories.calls import make_call
from tests.factories.companies import CompanyFactory
from tests.factories.evaluation import OFFICE
from tests.factories.matching import NOW, firm_at, make_event

OWN: dict[str, Any] = {"by": "anna@impresa.example", "reason": "Malattia"}


@pytest.fixture
def market(session):
    """Two firms and two buyers, whose profiles were read; nobody has said a wish."""
    event, firms, buyers, wanted = a_market(make_call(session), firms=2, buyers=2)
    for one in session.scalars(select(ExportProfile)):
        one.validated_at, one.validated_by = NOW, OFFICE
    session.commit()
    return SimpleNamespace(event=event, firms=firms, buyers=buyers, wanted=wanted)


def jobs(session, event, now=LATER):
    return [(str(one.words), one.place) for one in owed.of_events(session, [event], now=now)[event.id].jobs]


def test_wishes_that_close_soon_are_seen_coming(session, market):
    last = market.event.wishes_until
    assert jobs(session, market.event) == []
    said = "Le preferenze si chiudono fra poco: 4 partecipanti non ne hanno espresse."
    assert jobs(session, market.event, now=last - timedelta(days=3)) == [(said, "people")]
    for one in market.firms:
        wishes.wish(session, one.id, market.buyers[0].id, Level.WANT, by=OFFICE, now=NOW)
    assert "2 partecipanti" in jobs(session, market.event, now=last - timedelta(hours=1))[0][0]


def test_an_agenda_that_is_drawn_is_to_be_published(session, market):
    events.move(session, market.event.id, EventState.SCHEDULING, by=OFFICE, now=LATER)
    assert jobs(session, market.event) == [("L'agenda è da calcolare e pubblicare.", "agenda")]
    solved(market.event)
    assert jobs(session, market.event) == [("L'agenda è calcolata: è da pubblicare.", "agenda")]
    telling.publish(session, market.event.id, reason="", by=OFFICE, now=LATER)
    assert jobs(session, market.event) == []


def test_an_absence_asks_for_a_run_and_a_run_for_being_told(session, market):
    solved(market.event)
    telling.publish(session, market.event.id, reason="", by=OFFICE, now=LATER)
    after = LATER + timedelta(minutes=1)
    leaving.withdraw(session, market.firms[0].id, now=after, **OWN)
    said = "1 partecipante si è ritirato dopo la pubblicazione: ricalcola l'agenda."
    assert jobs(session, market.event) == [(said, "agenda")]
    solved(market.event, purpose=solving.REPAIR, now=after + timedelta(minutes=1))
    said = "3 agende sono cambiate e non sono ancora comunicate."
    assert jobs(session, market.event) == [(said, "agenda")]
    telling.publish(session, market.event.id, reason="Un ritiro", by=OFFICE, now=after + timedelta(minutes=2))
    assert jobs(session, market.event) == []


def test_who_left_without_meetings_changes_nothing(session, market):
    slot, table = queries.slots(session, market.event.id)[0], queries.tables(session, market.event.id)[0]
    put(market.wanted[0], slot, table)
    telling.publish(session, market.event.id, reason="", by=OFFICE, now=LATER)
    leaving.withdraw(session, market.firms[1].id, now=LATER + timedelta(minutes=1), **OWN)
    assert jobs(session, market.event) == []


def test_after_the_event_meetings_are_marked_and_outcomes_said(session, market):
    slots, table = queries.slots(session, market.event.id), queries.tables(session, market.event.id)[0]
    for nth in range(2):
        put(market.wanted[nth], slots[nth], table)
    telling.publish(session, market.event.id, reason="", by=OFFICE, now=LATER)
    end = slots[-1].ends_at
    close = ("L'evento è finito: quando gli incontri sono segnati, chiudilo.", "state")
    assert jobs(session, market.event, now=end - timedelta(minutes=1)) == []
    assert jobs(session, market.event, now=end) == [
        ("2 incontri sono da segnare come svolti o mancati.", "agenda"),
        ("Di 2 incontri non è ancora detto l'esito da entrambe le parti.", "figures"),
        close,
    ]
    market.wanted[0].state, market.wanted[1].state = MeetingState.HELD, MeetingState.NO_SHOW
    session.flush()
    for one in (market.firms[0], market.buyers[0]):
        assert "Di 1 incontro" in jobs(session, market.event, now=end)[0][0]
        say(session, one.id, market.wanted[0].id, months=0, said={"kind": "contact"}, by=OFFICE, now=end)
    assert jobs(session, market.event, now=end) == [close]
    events.move(session, market.event.id, EventState.CLOSED, by=OFFICE, now=end)
    assert jobs(session, market.event, now=end) == []


def test_each_job_leads_where_it_is_done(session, market):
    addresses = [owed.address(market.event, Job("", place)) for place in ("people", "state", "agenda", "figures")]
    here = f"/ufficio/incontri/{market.event.slug}"
    assert addresses == [f"{here}#people", f"{here}#state", f"{here}/agenda", f"{here}/cifre"]


def desk(client, path="/ufficio"):
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.text)


@pytest.fixture
def waiting(session, market):
    events.move(session, market.event.id, EventState.SCHEDULING, by=OFFICE, now=LATER)
    session.commit()
    return f'href="/ufficio/incontri/{market.event.slug}/agenda"'


@pytest.mark.parametrize("role", [StaffRoleName.EVENTS, StaffRoleName.MANAGER])
def test_the_desk_shows_them_to_whoever_may_do_them(session, app, market, waiting, role):
    other = make_call(session, "INTERNAZIONALIZZAZIONE-2021")
    for call_id, is_theirs in ((None, True), (market.event.call_id, True), (other.id, False)):
        client = sign_in(app.test_client(), staff(role, call_id=call_id))
        assert (waiting in desk(client)) is is_theirs


def test_who_only_reads_or_has_another_role_does_not_see_them(session, app, waiting):
    assert waiting not in desk(sign_in(app.test_client(), UserFactory(auditor=True)), "/controllo")
    assert waiting in desk(sign_in(app.test_client(), UserFactory(admin=True)))


def test_an_event_to_which_a_firm_comes_is_not_on_the_desk_of_who_is_tied_to_it(session, app, market, waiting):
    person = UserFactory(email="persona@gmail.com")
    StaffRoleFactory(user=person, role=StaffRoleName.EVENTS)
    company = session.get(Company, market.firms[0].company_id)
    MembershipFactory(user=person, company=company, revoked_at=utcnow())
    assert waiting not in desk(sign_in(app.test_client(), person))


def test_more_events_cost_no_more_statements(session, market):
    def cost():
        seen = []
        engine = db.session().get_bind()
        listening.listen(engine, "before_cursor_execute", count := lambda *_args: seen.append(1))
        owed.on_the_desk(session, None, now=LATER)
        listening.remove(engine, "before_cursor_execute", count)
        return len(seen)

    cost()
    one = cost()
    for _more in range(3):
        firm_at(make_event(session.get(Call, market.event.call_id)), company=CompanyFactory())
    assert cost() == one
