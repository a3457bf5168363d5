"""Delivery to a real mail server on loopback: claimed, sent, marked; tried again or given up."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from urllib.parse import urlsplit

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import select

from portal.accounts.service import links
from portal.accounts.service.links import Purpose
from portal.adapters.mail import SmtpMailer
from portal.applications.rules.procedure import RequestKind
from portal.audit.models import Entry
from portal.config import get_settings
from portal.notifications import service
from portal.notifications.models import Delivery, Message
from portal.notifications.rules import LEASE, PAUSES, PERSONAL_LINK, MessageState, NotFailed, Scope, pause
from tests.adapters.smtp import serving
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.applications import SmallCallFactory, make, waiting
from tests.factories.companies import CompanyFactory
from workers.tasks import notifications as tasks

NOW = datetime.now(UTC) - timedelta(seconds=1)
HOST = urlsplit(get_settings().public_url).hostname
ALL = Scope(call_ids=None, accounts=True)


@pytest.fixture
def message(session):
    user = UserFactory(email="anna@impresa.example")
    service.tell(session, "accounts.known_address_used", {"user_id": str(user.id)}, occurrence="1", now=NOW)
    return session.scalars(select(Message)).one()


def claimed(session, *, now) -> service.Outgoing:
    outgoing = service.claim(session, now=now)
    assert outgoing is not None
    return outgoing


def log(session):
    return [(row.is_sent, row.answer[:3]) for row in session.scalars(select(Delivery).order_by(Delivery.at))]


def test_a_message_leaves_once(session, message):
    with serving() as (url, server):
        assert tasks.deliver_one(SmtpMailer(url)) is True
        assert tasks.deliver_one(SmtpMailer(url)) is False

    assert (message.state, message.attempts) == (MessageState.SENT, 1)
    assert message.sent_at is not None
    assert log(session) == [(True, "250")]
    [mail] = server.taken
    assert (mail["To"], mail["Subject"], mail["Message-ID"]) == (
        "anna@impresa.example",
        "Hai già un account",
        f"<{message.id}@{HOST}>",
    )
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


@pytest.mark.parametrize(("mode", "said"), [("4xx", "451"), ("slow", "127"), ("closed", "127")])
def test_a_delay_is_tried_again_after_a_pause(session, message, mode, said):
    with serving(mode) as (url, _server):
        tasks.deliver_one(SmtpMailer(url, timeout=0.3))

    assert (message.state, message.attempts, message.sent_at) == (MessageState.WAITING, 1, None)
    assert log(session) == [(False, said)]
    marked_at = session.scalars(select(Delivery.at)).one()
    assert message.next_try_at == marked_at + PAUSES[0]
    assert service.claim(session, now=marked_at) is None
    again = claimed(session, now=marked_at + PAUSES[0])
    assert again.attempt == 2
    assert again.mail["Message-ID"] == f"<{message.id}@{HOST}>"


@pytest.mark.parametrize(("mode", "said"), [("5xx", "554"), ("unknown", "550")])
def test_a_refusal_is_final(session, message, mode, said):
    with serving(mode) as (url, _server):
        tasks.deliver_one(SmtpMailer(url))

    assert (message.state, log(session)) == (MessageState.FAILED, [(False, said)])
    assert service.claim(session, now=NOW + timedelta(days=365)) is None


def test_tries_end_after_a_little_more_than_a_day(session, message):
    now, tries = NOW, 0
    while outgoing := service.claim(session, now=now):
        tries += 1
        service.delayed(session, outgoing, answer="451 not now", now=now)
        now = message.next_try_at

    assert (tries, message.state) == (len(PAUSES) + 1, MessageState.FAILED)
    assert timedelta(days=1) < now - NOW < timedelta(days=2)
    assert [pause(number) for number in (1, len(PAUSES), len(PAUSES) + 1)] == [PAUSES[0], PAUSES[-1], None]


def test_a_claim_keeps_others_away_until_its_lease_lapses(session, message):
    lost = claimed(session, now=NOW)

    assert service.claim(session, now=NOW + LEASE - timedelta(seconds=1)) is None
    taken = claimed(session, now=NOW + LEASE)
    assert (lost.attempt, taken.attempt) == (1, 2)
    service.refused(session, lost, answer="554 too late", now=NOW + LEASE)
    service.delayed(session, lost, answer="451 too late", now=NOW + LEASE)
    service.sent(session, lost, answer="250 too late", now=NOW + LEASE)
    assert (message.state, log(session)) == (MessageState.SENDING, [])
    service.sent(session, taken, answer="250 ok", now=NOW + LEASE)
    assert (message.state, log(session)) == (MessageState.SENT, [(True, "250")])


def test_an_address_that_is_none_fails_in_words_and_holds_nobody_up(session, message):
    message.recipient = "anna impresa"
    message.next_try_at = NOW - timedelta(days=1)
    user = UserFactory(email="bruno@impresa.example")
    service.tell(session, "accounts.known_address_used", {"user_id": str(user.id)}, occurrence="2", now=NOW)
    outgoing = claimed(session, now=NOW)

    assert outgoing.mail["To"] == "bruno@impresa.example"
    assert message.state is MessageState.FAILED
    assert [is_sent for is_sent, _ in log(session)] == [False]


def test_one_bad_recipient_does_not_stop_the_rest(session):
    for number, name in enumerate(("nessuno", "anna", "nessuno", "bruno")):
        user = UserFactory(email=f"{name}@impresa{number}.example")
        service.tell(session, "accounts.known_address_used", {"user_id": str(user.id)}, occurrence="1", now=NOW)
    with serving() as (url, server):
        mailer = SmtpMailer(url)
        while tasks.deliver_one(mailer):
            pass

    assert sorted(mail["To"] for mail in server.taken) == ["anna@impresa1.example", "bruno@impresa3.example"]
    states = session.scalars(select(Message.state).order_by(Message.recipient)).all()
    assert states == [MessageState.SENT, MessageState.SENT, MessageState.FAILED, MessageState.FAILED]


@pytest.mark.parametrize(
    ("event", "purpose"),
    [
        ("accounts.confirmation_requested", Purpose.CONFIRM),
        ("accounts.reset_requested", Purpose.RESET),
        ("accounts.invited", Purpose.INVITE),
    ],
)
def test_a_personal_link_is_made_when_the_message_leaves(session, event, purpose):
    user = UserFactory()
    service.tell(session, event, {"user_id": str(user.id)}, occurrence="1", now=NOW)
    user.epoch += 1
    session.flush()
    mail = claimed(session, now=NOW).mail
    text, page = (part.get_content() for part in mail.iter_parts())

    [link] = {word for word in text.split() if purpose.path in word}
    assert links.read(purpose, link.rsplit("/", 1)[-1]) == (user.id, 2)
    assert f'href="{link}"' in page
    assert PERSONAL_LINK not in text + page
    kept = session.scalars(select(Message)).one()
    assert link not in kept.text + kept.html


def test_a_receipt_and_a_deadline_travel_as_attachments(session):
    company = CompanyFactory()
    MembershipFactory(company=company)
    application = make(company=company, upto="submitted")
    service.tell(session, "applications.submitted", {"application_id": str(application.id)}, occurrence="1", now=NOW)
    [receipt] = claimed(session, now=NOW).mail.iter_attachments()
    call = SmallCallFactory()
    make(call=call, company=company)
    service.tell(session, "calls.opened", {"call_id": str(call.id)}, occurrence="1", now=NOW)
    [deadline] = claimed(session, now=NOW).mail.iter_attachments()

    assert receipt.get_filename() == f"ricevuta-{application.protocol}.pdf"
    with pikepdf.open(BytesIO(receipt.get_content())) as pdf:
        assert pdf.Root.MarkInfo.Marked
    assert deadline["Content-Type"].params["method"] == "PUBLISH"
    assert deadline.get_content().splitlines()[0] == "BEGIN:VCALENDAR"


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_fact_adds_a_header(session, name):
    nested = session.begin_nested()
    membership = MembershipFactory(company=CompanyFactory(legal_name=f"A{name}"))
    service.tell(session, "accounts.mandate_given", {"membership_id": str(membership.id)}, occurrence="1", now=NOW)
    mail = claimed(session, now=NOW).mail
    sent = mail.as_bytes().partition(b"\r\n\r\n")[0]
    nested.rollback()

    names = {line.split(b":")[0] for line in sent.split(b"\r\n") if line[:1] not in {b" ", b"\t"}}
    assert names == {
        b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Content-Language", b"Auto-Submitted", b"MIME-Version",
        b"Content-Type", b"X-Auto-Response-Suppress",
    }  # fmt: skip


def failed(session, *, call=None):
    user = UserFactory()
    service.tell(session, "accounts.known_address_used", {"user_id": str(user.id)}, occurrence="1", now=NOW)
    row = session.scalars(select(Message).where(Message.user_id == user.id)).one()
    row.state, row.attempts, row.call_id = MessageState.FAILED, 10, call and call.id
    session.flush()
    return row


def test_a_failed_message_is_sent_again_by_whoever_may_see_it(session):
    call = SmallCallFactory()
    row = failed(session, call=call)
    theirs, others = Scope(call_ids=frozenset({call.id}), accounts=False), Scope(call_ids=frozenset(), accounts=False)
    with pytest.raises(NotFailed):
        service.send_again(session, row.id, scope=others, by="mara@unioncamere.example", now=NOW)
    service.send_again(session, row.id, scope=theirs, by="mara@unioncamere.example", now=NOW)
    with pytest.raises(NotFailed):
        service.send_again(session, row.id, scope=theirs, by="mara@unioncamere.example", now=NOW)

    assert (row.state, row.attempts, row.next_try_at) == (MessageState.WAITING, 0, NOW)
    line = session.scalars(select(Entry).where(Entry.action == "notifications.send_again")).one()
    assert (line.subject_id, line.by) == (str(row.id), "mara@unioncamere.example")


def test_all_failed_messages_are_sent_again_within_the_scope(session):
    call = SmallCallFactory()
    mine, account = failed(session, call=call), failed(session)
    theirs = Scope(call_ids=None, accounts=False)

    assert service.send_failed_again(session, scope=theirs, by="x@y.example", now=NOW) == 1
    assert (mine.state, account.state) == (MessageState.WAITING, MessageState.FAILED)
    assert service.send_failed_again(session, scope=ALL, by="x@y.example", now=NOW) == 1
    assert service.send_failed_again(session, scope=ALL, by="x@y.example", now=NOW) == 0


def test_the_letter_of_a_request_travels_with_the_end_of_its_term(session):
    company = CompanyFactory()
    MembershipFactory(company=company)
    request = waiting(make(company=company, upto="submitted"), RequestKind.NOTICE)
    service.tell(session, "applications.request_made", {"request_id": str(request.id)}, occurrence="1", now=NOW)

    letter, term = claimed(session, now=NOW).mail.iter_attachments()

    with pikepdf.open(BytesIO(letter.get_content())) as pdf:
        assert str(pdf.docinfo["/Title"]).startswith("Preavviso di rigetto")
    assert term["Content-Type"].params["method"] == "PUBLISH"
