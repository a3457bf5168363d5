"""Who is told what, in which words, and never twice."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from icalendar import Calendar
from sqlalchemy import select

from portal.accounts.rules import StaffRoleName
from portal.applications import service as applications
from portal.applications.rules.procedure import RequestKind
from portal.awards.models import Award, Ending, EndingKind
from portal.calls.models import CallVersion
from portal.config import PROJECT
from portal.documents import rendering
from portal.eligibility.models import Report
from portal.eligibility.rules.verdicts import Verdict
from portal.evaluation.models import Assignment
from portal.notifications import service
from portal.notifications.models import Message
from portal.notifications.rules import PERSONAL_LINK
from portal.notifications.service.letters import RECIPES, Guest, Letter
from portal.notifications.service.tell import compose
from portal.ranking.models import Place, Ranking
from portal.ranking.rules import Outcome
from tests.factories.accounts import MembershipFactory, UserFactory, staff
from tests.factories.applications import SmallCallFactory, make, waiting
from tests.factories.companies import CompanyFactory
from workers.subscriptions import SUBSCRIPTIONS

NOW = datetime.now(UTC)


@pytest.fixture
def tell(session):
    """Tell an event; answers (recipient, subject) of what was written for it, by address."""

    def told(event, *, occurrence="1", now=None, **payload):
        service.tell(session, event, {k: str(v) for k, v in payload.items()}, occurrence=occurrence, now=now or NOW)
        return written(session, event)

    return told


def written(session, event):
    rows = session.scalars(select(Message).where(Message.event == event).order_by(Message.recipient, Message.subject))
    return list(rows)


def firm(**more):
    """A firm with an owner who reads Italian and a colleague who reads English."""
    company = CompanyFactory(legal_name="Brambilla <b>& Figli</b> S.r.l.", **more)
    MembershipFactory(company=company, user=UserFactory(email="anna@brambilla.example"))
    english = UserFactory(email="ben@brambilla.example", language="en")
    MembershipFactory(company=company, user=english, colleague=True)
    return company


def test_every_event_told_has_its_recipients():
    told = {event for event, tasks in SUBSCRIPTIONS.items() if "notifications.tell" in tasks}

    assert told == set(RECIPES)


@pytest.mark.parametrize(
    ("event", "subject"),
    [
        ("accounts.confirmation_requested", "Conferma il tuo indirizzo"),
        ("accounts.reset_requested", "Scegli una nuova password"),
        ("accounts.invited", "Sei stato invitato al Portale Export"),
        ("accounts.known_address_used", "Hai già un account"),
    ],
)
def test_accounts_are_told_at_their_own_address_and_each_time(session, tell, event, subject):
    user = UserFactory(email="anna@brambilla.example")
    tell(event, user_id=user.id, occurrence="7")
    tell(event, user_id=user.id, occurrence="7")
    rows = tell(event, user_id=user.id, occurrence="8")

    assert [(row.recipient, row.subject, row.user_id) for row in rows] == [
        ("anna@brambilla.example", subject, user.id)
    ] * 2


@pytest.mark.parametrize("event", ["accounts.confirmation_requested", "accounts.reset_requested", "accounts.invited"])
def test_a_personal_link_is_not_kept(session, tell, event):
    [row] = tell(event, user_id=UserFactory().id)

    assert PERSONAL_LINK in row.text
    assert f'href="{PERSONAL_LINK}"' in row.html
    assert not re.search(r"(conferma|recupera-password|invito)/\w", row.text + row.html)


def test_nobody_is_told_about_what_is_not_there(session, tell):
    keys = ["user_id", "application_id", "membership_id", "assignment_id", "ranking_id", "call_id", "request_id"]
    keys += ["reviewer_id", "mission_id", "traveller_id", "change_id", "participant_id", "counterpart_id"]
    keys.append("reopening_id")
    for event in RECIPES:
        assert tell(event, hours=4, count=1, offer=1, epoch=1, **dict.fromkeys(keys, uuid4())) == []


def test_a_submission_is_told_to_everybody_of_the_firm_in_their_language(session, tell):
    company = firm()
    application = make(company=company, upto="submitted")
    past = MembershipFactory(company=company, valid_until=date(2026, 1, 2))
    disabled = UserFactory(disabled_at=NOW)
    MembershipFactory(company=company, user=disabled)
    tell("applications.submitted", application_id=application.id, occurrence="1")
    rows = tell("applications.submitted", application_id=application.id, occurrence="2")
    title = session.get(CallVersion, application.version_id).content["title"]

    assert past.user.email not in {row.recipient for row in rows}
    assert [(row.recipient, row.subject, row.subject_id, row.call_id) for row in rows] == [
        (
            "anna@brambilla.example",
            f"Domanda ricevuta, n. {application.arrival}: {title['it']}",
            application.id,
            application.call_id,
        ),
        (
            "ben@brambilla.example",
            f"Application received, no. {application.arrival}: {title['en']}",
            application.id,
            application.call_id,
        ),
    ]
    assert all(application.receipt_code in row.text and application.sha256 in row.text for row in rows)
    assert rows[0].attachments == [{"receipt_of": str(application.id), "name": f"ricevuta-{application.protocol}.pdf"}]


def test_what_firms_write_is_escaped_in_html_and_plain_in_text(session, tell):
    application = make(company=firm(), upto="submitted")
    [row, _] = tell("applications.submitted", application_id=application.id)

    assert "Brambilla <b>& Figli</b> S.r.l." in row.text
    assert "Brambilla &lt;b&gt;&amp; Figli&lt;/b&gt; S.r.l." in row.html
    assert "<b>" not in row.html


def test_a_template_in_a_name_is_only_a_name(session, tell):
    company = CompanyFactory(legal_name="{{7*7}} {{ portal.__class__ }} http://male.example S.r.l.")
    MembershipFactory(company=company)
    [row] = tell("applications.submitted", application_id=make(company=company, upto="submitted").id)

    assert "{{7*7}} {{ portal.__class__ }}" in row.text
    assert 'href="http://male' not in row.html


def test_a_subject_is_one_line_whatever_a_name_holds(session, tell):
    company = CompanyFactory(legal_name="Rossi\r\nBcc: tutti@male.example\u2028\x00 S.r.l.".replace("\x00", ""))
    membership = MembershipFactory(company=company)
    [row] = tell("accounts.mandate_given", membership_id=membership.id)

    assert row.subject == "Ora puoi operare per Rossi Bcc: tutti@male.example S.r.l."


@pytest.mark.parametrize("event", ["eligibility.admitted", "eligibility.not_admitted"])
def test_a_decision_is_told_to_the_firm(session, tell, event):
    application = make(company=firm(), upto="submitted")
    rows = tell(event, application_id=application.id)

    assert [row.recipient for row in rows] == ["anna@brambilla.example", "ben@brambilla.example"]
    assert f"/area/domande/{application.id}" in rows[0].text


def test_a_mandate_says_until_when(session, tell):
    membership = MembershipFactory(delegate=True)
    [row] = tell("accounts.mandate_given", membership_id=membership.id)

    assert "31 dicembre 2099" in row.text


def test_reviewers_hear_how_many_they_were_given_and_managers_of_conflicts(session, tell):
    application = make(upto="submitted")
    reviewer = staff(StaffRoleName.REVIEWER, call_id=application.call_id)
    manager = staff(StaffRoleName.MANAGER, call_id=application.call_id)
    staff(StaffRoleName.MANAGER, call_id=SmallCallFactory().id)
    assignment = Assignment(application_id=application.id, reviewer_id=reviewer.id, assigned_by="system")
    session.add(assignment)
    session.flush()

    service.tell(
        session, "evaluation.assigned", {"assignment_id": str(assignment.id), "count": 3}, occurrence="1", now=NOW
    )
    [row] = written(session, "evaluation.assigned")
    assert (row.recipient, "Ti sono state assegnate 3 domande" in row.text) == (reviewer.email, True)
    assert str(application.id) not in row.text

    [reopened] = tell("evaluation.reopened", assignment_id=assignment.id)
    assert reopened.recipient == reviewer.email
    assignment.withdrawn_at = NOW
    session.flush()
    [conflict] = tell("evaluation.conflict_found", assignment_id=assignment.id)
    assert conflict.recipient == manager.email


def ranked(session, outcomes):
    call = SmallCallFactory()
    ranking = Ranking(
        call_id=call.id,
        version_id=call.version_id,
        number=1,
        reason="prima",
        content={},
        sha256="0" * 64,
        inputs=[],
        inputs_sha256="0" * 64,
        drawn_up_at=NOW,
        drawn_up_by="system",
        approved_at=NOW,
        approved_by="another",
        published_at=NOW,
        published_by="system",
    )
    session.add(ranking)
    session.flush()
    for position, outcome in enumerate(outcomes, start=1):
        company = CompanyFactory()
        MembershipFactory(company=company, user=UserFactory(email=f"{outcome.value}@impresa.example"))
        application = make(call=call, company=company, upto="submitted")
        session.add(
            Place(
                ranking_id=ranking.id,
                application_id=application.id,
                position=position,
                outcome=outcome,
                total=Decimal("80.50"),
                amount_eur=Decimal(0),
                line={},
            )
        )
    session.flush()
    return ranking


def test_a_published_ranking_tells_each_firm_its_own_outcome_and_managers_once(session, tell):
    ranking = ranked(session, list(Outcome))
    manager = staff(StaffRoleName.MANAGER, call_id=ranking.call_id)
    tell("ranking.published", ranking_id=ranking.id, occurrence="1")
    rows = {row.recipient: row for row in tell("ranking.published", ranking_id=ranking.id, occurrence="2")}

    words = {
        "funded@impresa.example": "è ammessa e finanziata",
        "reserve@impresa.example": "per ora non finanziata",
        "below_threshold@impresa.example": "non ha raggiunto il punteggio minimo",
        manager.email: "Imprese in graduatoria: 3",
    }
    assert set(rows) == set(words)
    assert [words[who] in row.text for who, row in rows.items()] == [True] * 4
    assert "Punteggio: 80,5" in rows["funded@impresa.example"].text


def deadline_of(row):
    [event] = Calendar.from_ical(row.attachments[0]["text"]).walk("VEVENT")
    return event


def test_an_opening_reaches_drafts_and_managers_with_the_deadline(session, tell):
    call = SmallCallFactory()
    draft = make(call=call, company=firm())
    make(call=call, upto="submitted")
    manager = staff(StaffRoleName.MANAGER)
    rows = tell("calls.opened", call_id=call.id)

    assert {row.recipient for row in rows} == {"anna@brambilla.example", "ben@brambilla.example", manager.email}
    assert {row.subject_id for row in rows} == {draft.id, call.id}
    event = deadline_of(rows[0])
    assert event.start == call.closes_at.replace(microsecond=0)
    assert str(event["uid"]) == f"{call.id}.deadline@portale-export"
    assert str(event["summary"]).startswith("Scade il bando: ")


def test_a_closing_tells_drafts_that_they_are_late_and_managers_how_many_came(session, tell):
    call = SmallCallFactory()
    make(call=call, company=firm())
    make(call=call, upto="submitted")
    manager = staff(StaffRoleName.MANAGER)
    rows = {row.recipient: row.text for row in tell("calls.closed", call_id=call.id)}

    assert set(rows) == {"anna@brambilla.example", "ben@brambilla.example", manager.email}
    assert "non è stata presentata" in rows["anna@brambilla.example"]
    assert "Domande presentate: 1" in rows[manager.email]


def test_a_corrigendum_tells_all_who_wrote_and_tells_each_anew(session, tell):
    call = SmallCallFactory()
    make(call=call, company=firm())
    submitted = CompanyFactory()
    MembershipFactory(company=submitted, user=UserFactory(email="carla@altra.example"))
    make(call=call, company=submitted, upto="submitted")
    tell("calls.amended", call_id=call.id, occurrence="1")
    rows = tell("calls.amended", call_id=call.id, occurrence="2")

    assert sorted(row.recipient for row in rows) == sorted(
        ["anna@brambilla.example", "ben@brambilla.example", "carla@altra.example"] * 2
    )


def test_a_reminder_reaches_only_drafts_and_says_how_long_is_left(session, tell):
    call = SmallCallFactory()
    make(call=call, company=firm())
    make(call=call, upto="submitted")
    now = call.closes_at - timedelta(hours=47, minutes=50)
    service.tell(session, "calls.reminder_due", {"call_id": str(call.id), "hours": 48}, occurrence="1", now=now)
    service.tell(session, "calls.reminder_due", {"call_id": str(call.id), "hours": 48}, occurrence="2", now=now)
    service.tell(
        session, "calls.reminder_due", {"call_id": str(call.id), "hours": 4}, occurrence="3", now=call.closes_at
    )

    assert [row.subject.split(":")[0] for row in written(session, "calls.reminder_due")] == [
        "Mancano 2 giorni alla chiusura",
        "2 days left before it closes",
    ]


def test_a_withdrawal_says_whether_there_is_still_time(session, tell):
    application = make(company=firm(), upto="submitted")
    session.refresh(application)
    applications.withdraw(session, application.id, reason="Non ci serve più", by="anna@brambilla.example", now=NOW)
    rows = tell("applications.withdrawn", application_id=application.id)

    assert ["ancora aperto" in rows[0].text, "still open" in rows[1].text] == [True, True]


def test_managers_get_one_digest_a_day_and_only_where_there_is_something(session):
    application = make(upto="submitted")
    manager = staff(StaffRoleName.MANAGER, call_id=application.call_id)
    report = {"application_id": application.id, "version_id": application.version_id, "points": Decimal(0)}
    for number, verdict in enumerate((Verdict.FAIL, Verdict.TO_VERIFY), start=1):
        session.add(
            Report(
                number=number,
                verdict=verdict,
                content={},
                facts={},
                criteria={},
                made_at=NOW,
                made_by="system",
                **report,
            )
        )
    session.flush()

    assert [service.remind_staff(session, now=NOW), service.remind_staff(session, now=NOW)] == [1, 0]
    assert service.remind_staff(session, now=NOW + timedelta(days=1)) == 1
    first, second = written(session, "eligibility.digest")
    assert {first.recipient, second.recipient} == {manager.email}
    assert "Da verificare: 1" in first.text
    assert "Con almeno un requisito non soddisfatto: 0" in first.text


def test_every_message_is_whole_in_both_languages(session):
    """Each template renders with facts of every kind, without a place left open."""
    facts: dict[str, Any] = dict.fromkeys(
        ("call", "company", "link", "verify", "code", "sha256", "protocol", "contact", "reason", "left", "words"), "xyz"
    )
    facts |= dict.fromkeys(("application_link", "extension_reason", "closing_reason"), "xyz")
    facts |= dict.fromkeys(("at", "closes_at", "until", "due", "due_at", "closed_at", "expires"), NOW)
    facts |= {"items": ["a", "b"], "reasons": ["c", "d"], "files": 2, "lapses": True}
    facts |= dict.fromkeys(
        ("arrival", "arrived", "passed", "to_verify", "failed", "position", "total", "number", "ranked", "count"), 3
    )
    facts |= {"outcome": "funded", "is_open": True, "decision": "granted", "to": "completed"}
    act = {"act_number": "Determinazione 1", "act_on": NOW.date()}
    facts["award"] = Award(eur=Decimal(11500), accept_by=NOW, answered_at=NOW, answered_by="xyz", cup="J1", **act)
    facts["ending"] = Ending(kind=EndingKind.REVOKED, reason="xyz", recover_eur=Decimal(1), **act)
    facts |= {
        "mission": "xyz",
        "event": "xyz",
        "why": "xyz",
        "is_approved": True,
        "change": SimpleNamespace(reason="xyz", answer="xyz"),
    }
    facts["traveller"] = SimpleNamespace(offer_until=NOW)
    facts |= {"objected": True, "is_deferred": True}
    facts |= {"reopened_on": NOW.date(), "ends_at": NOW, "was_ranked": True}
    days = dict.fromkeys(("starts_on", "returns_on", "purge_on"), NOW.date())
    facts["content"] = SimpleNamespace(places=3, opens_at=NOW, closes_at=NOW, **days)
    folders = sorted(folder.name for folder in (PROJECT / "templates" / "emails").iterdir() if folder.is_dir())
    for language in ("it", "en"):
        user = UserFactory.build(language=language)
        for name, is_notice in product(folders, (True, False)):
            words = compose(name, Letter(user=user, facts=facts | {"is_notice": is_notice}))
            assert words.subject, name
            assert words.text.startswith({"it": "Gentile", "en": "Dear"}[language]), name
            assert "%(" not in words.text + words.html + words.subject, name
            assert "\n\n\n" not in words.text, name


def test_somebody_without_an_account_is_written_to_in_their_own_language(session, monkeypatch):
    guest = Guest(email="Buyer@Tekstil.example", full_name="Dilnoza Karimova", language="ru")
    letters = [Letter(user=guest, template="accounts.known_address_used", facts={"link": "http://localhost/buyer/x"})]
    monkeypatch.setitem(RECIPES, "buyers.tried", lambda *_: iter(letters))

    assert [service.tell(session, "buyers.tried", {}, occurrence="1", now=NOW) for _ in range(2)] == [1, 0]

    message = session.scalars(select(Message)).one()
    assert (message.recipient, message.user_id, message.counterpart_id) == (guest.email, None, None)
    assert message.text.startswith("Здравствуйте, Dilnoza Karimova!")
    assert "/area/messaggi" not in message.text + message.html


@pytest.fixture
def request_of(session):
    """A request to a firm with two people, of that kind."""

    def made(kind):
        company = firm()
        application = make(company=company, upto="submitted")
        return waiting(application, kind), application

    return made


def ics(row):
    [text] = [one["text"] for one in row.attachments if "text" in one]
    calendar = Calendar.from_ical(text)
    [event] = calendar.walk("VEVENT")
    return calendar, event


def test_a_request_is_told_to_the_firm_with_its_letter_and_the_end_of_its_term(session, tell, request_of):
    request, application = request_of(RequestKind.SUPPLEMENT)

    italian, english = tell("applications.request_made", request_id=request.id)

    assert italian.subject.startswith("Integrazione richiesta: ")
    assert english.subject.startswith("Supplement asked for: ")
    due = rendering.instant(request.due_at, lang="it")
    assert due in italian.text
    assert due in italian.html
    assert "Profilo aziendale" in italian.text
    assert request.words in italian.text
    assert "la domanda decade" in italian.text
    assert f"/area/domande/{application.id}/integrazione" in italian.text
    assert italian.attachments[0] == {"request_of": str(request.id), "name": f"{application.protocol}-1.pdf"}
    calendar, event = ics(italian)
    assert str(calendar["METHOD"]) == "PUBLISH"
    assert event["DTSTART"].dt == request.due_at.replace(microsecond=0)
    assert (str(event["UID"]), event["SEQUENCE"]) == (f"{request.id}.term@portale-export", 0)


def test_an_extension_moves_the_entry_in_calendars_and_an_end_takes_it_away(session, tell, request_of):
    request, _application = request_of(RequestKind.SUPPLEMENT)
    applications.extend(session, request.id, days=5, reason="Lo ha chiesto l'impresa.", by="u@x.example", now=NOW)
    moved, _english = tell("applications.request_extended", request_id=request.id)
    applications.call_off(session, request.id, reason="Era già agli atti, per errore.", by="u@x.example", now=NOW)
    gone, _english = tell("applications.request_called_off", request_id=request.id)

    (_, first), (cancelled, last) = ics(moved), ics(gone)
    assert "Lo ha chiesto l'impresa." in moved.text
    assert "Era già agli atti, per errore." in gone.text
    assert (first["SEQUENCE"], last["SEQUENCE"]) == (1, 2)
    assert first["UID"] == last["UID"]
    assert first["DTSTART"].dt == request.due_at.replace(microsecond=0)
    assert (str(cancelled["METHOD"]), str(last["STATUS"])) == ("CANCEL", "CANCELLED")


def test_a_reminder_says_what_is_left_and_is_silent_once_answered(session, tell, request_of):
    request, _application = request_of(RequestKind.NOTICE)

    rows = tell("applications.request_reminder_due", request_id=request.id, now=request.remind_at)
    assert [row.subject.partition(":")[0] for row in rows] == [
        "Mancano 2 giorni per rispondere",
        "2 days left to answer",
    ]
    applications.call_off(session, request.id, reason="Il motivo è venuto meno.", by="u@x.example", now=NOW)
    again = tell("applications.request_reminder_due", request_id=request.id, occurrence="2", now=request.remind_at)
    assert len(again) == 2


def test_observations_are_told_to_both_sides(session, tell, request_of):
    clerk = staff(StaffRoleName.MANAGER)
    request, application = request_of(RequestKind.NOTICE)
    draft = {"observations": {"m1": "Il DURC è regolare."}}
    applications.save_draft(session, request.id, draft, revision=0, by="anna@brambilla.example", now=NOW)
    applications.answer(session, request.id, by="anna@brambilla.example")

    rows = tell("applications.request_answered", request_id=request.id)

    subjects = {row.recipient: row.subject for row in rows}
    assert subjects[clerk.email] == f"Osservazioni ricevute: {application.company.legal_name}"
    assert subjects["anna@brambilla.example"].startswith("Osservazioni inviate: ")
    [to_clerk] = [row for row in rows if row.recipient == clerk.email]
    assert f"/ufficio/domande/{application.id}" in to_clerk.text


def test_silence_is_told_to_both_sides(session, tell, request_of):
    clerk = staff(StaffRoleName.MANAGER)
    silent, _application = request_of(RequestKind.SUPPLEMENT)
    applications.lapse(session, silent.id, now=silent.due_at + timedelta(seconds=1))
    lapsed = tell("applications.request_lapsed", request_id=silent.id)
    assert "è decaduta" in next(row.text for row in lapsed if row.recipient == "anna@brambilla.example")
    assert clerk.email in {row.recipient for row in lapsed}
