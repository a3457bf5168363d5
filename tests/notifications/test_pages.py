"""Pages of messages: one's own, the office's within its scope, and the demonstration's mailbox."""

import shutil
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from sqlalchemy import select

from portal.accounts.rules import StaffRoleName
from portal.adapters.mail import SmtpMailer
from portal.kernel.clock import utcnow
from portal.notifications import mailbox, service, sink
from portal.notifications.models import Message
from portal.notifications.rules import MessageState
from tests.adapters.smtp import free_port
from tests.factories.accounts import PASSWORD, UserFactory, staff
from tests.factories.applications import SmallCallFactory


@pytest.fixture
def enter(client, session):
    """Sign somebody in with the form that everybody uses."""

    def signed_in(user):
        page = client.get("/accedi").text
        token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
        answer = client.post("/accedi", data={"csrf_token": token, "email": user.email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    return signed_in


def message(session, user=None, *, call=None, state=MessageState.WAITING):
    user = user or UserFactory()
    service.tell(session, "accounts.known_address_used", {"user_id": str(user.id)}, occurrence="1", now=utcnow())
    row = session.scalars(select(Message).where(Message.user_id == user.id)).one()
    row.call_id, row.state = call and call.id, state
    session.flush()
    return row


def token(page):
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def test_one_reads_ones_own_messages_and_nobody_elses(session, enter):
    user = UserFactory()
    mine, theirs = message(session, user), message(session)
    client = enter(user)

    assert mine.subject in client.get("/area/messaggi").text
    page = client.get(f"/area/messaggi/{mine.id}")
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert mine.recipient in page.text
    assert client.get(f"/area/messaggi/{theirs.id}").status_code == 404


def test_without_messages_the_page_says_what_will_come(session, enter):
    assert "Non hai ancora messaggi" in enter(UserFactory()).get("/area/messaggi").text


def test_a_manager_sees_messages_of_the_own_calls_only(session, enter):
    call, other = SmallCallFactory(), SmallCallFactory()
    seen = message(session, call=call)
    hidden = [message(session, call=other), message(session)]
    client = enter(staff(StaffRoleName.MANAGER, call_id=call.id))
    page = client.get("/ufficio/messaggi").text

    assert seen.recipient in page
    assert not any(row.recipient in page for row in hidden)
    assert client.get(f"/ufficio/messaggi/{seen.id}").status_code == 200
    assert [client.get(f"/ufficio/messaggi/{row.id}").status_code for row in hidden] == [404, 404]


def test_filters_narrow_the_list(session, enter):
    rows = [message(session, state=state) for state in (MessageState.WAITING, MessageState.FAILED)]
    client = enter(UserFactory(admin=True))

    def shown(query):
        page = client.get(f"/ufficio/messaggi?{query}").text
        return [row.recipient in page for row in rows]

    assert shown("") == [True, True]
    assert shown("stato=failed") == [False, True]
    assert shown("stato=inventato") == [True, True]
    assert shown("tipo=calls.opened") == [False, False]
    assert shown(f"cerca={rows[0].recipient.upper()}") == [True, False]
    assert shown("cerca=%25") == [False, False]
    assert shown("dopo=rotto") == [True, True]


def test_an_auditor_reads_and_cannot_send(session, enter):
    row = message(session, state=MessageState.FAILED)
    client = enter(UserFactory(auditor=True))
    page = client.get(f"/ufficio/messaggi/{row.id}")

    assert page.status_code == 200
    assert "/rinvia" not in page.text + client.get("/ufficio/messaggi").text
    answer = client.post(f"/ufficio/messaggi/{row.id}/rinvia", data={"csrf_token": token(page.text)})
    assert (answer.status_code, row.state) == (403, MessageState.FAILED)


def test_a_failed_message_is_sent_again_by_a_press(session, enter):
    rows = [message(session, state=MessageState.FAILED) for _ in range(3)]
    client = enter(UserFactory(admin=True))
    page = client.get(f"/ufficio/messaggi/{rows[0].id}").text
    first = client.post(f"/ufficio/messaggi/{rows[0].id}/rinvia", data={"csrf_token": token(page)})
    again = client.post(f"/ufficio/messaggi/{rows[0].id}/rinvia", data={"csrf_token": token(page)})
    rest = client.post("/ufficio/messaggi/rinvia", data={"csrf_token": token(page)})
    session.expire_all()

    assert [answer.status_code for answer in (first, again, rest)] == [303, 303, 303]
    assert {row.state for row in rows} == {MessageState.WAITING}
    assert "non c&#39;è nulla da inviare di nuovo" in client.get("/ufficio/messaggi").text
    assert client.post("/ufficio/messaggi/rinvia").status_code == 400


@pytest.fixture
def posted(app):
    """A message in the demonstration's folder, through the demonstration's own server."""
    folder = app.config["SETTINGS"].home / "mail"
    shutil.rmtree(folder, ignore_errors=True)
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = "portale@unioncamere.example", "anna@impresa.example", "Così"
    mail.set_content("Apri https://portale.example/<b>\n")
    mail.add_alternative("<p>Ciao</p><script>alert(1)</script>", subtype="html")
    mail.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="scadenza è.ics")
    port = free_port()
    server = sink.server(folder, host="127.0.0.1", port=port)
    server.start()
    SmtpMailer(f"smtp://127.0.0.1:{port}").send(mail)
    server.stop()
    [kept], _ = mailbox.latest(folder)
    yield kept
    (folder / f"{kept.name}.eml").unlink()


def test_the_mailbox_of_a_demonstration_shows_what_was_sent(client, posted):
    page = client.get("/posta").text
    one = client.get(f"/posta/{posted.name}").text

    assert [words in page for words in ("anna@impresa.example", "Così")] == [True, True]
    assert [words in one for words in ("&lt;b&gt;", "scadenza è.ics", "<script>alert")] == [True, True, False]
    sealed = client.get(f"/posta/{posted.name}/html")
    assert sealed.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
    )
    attached = client.get(f"/posta/{posted.name}/allegati/0")
    assert attached.headers["Content-Disposition"].startswith('attachment; filename="scadenza e.ics"')
    assert attached.data.strip() == b"BEGIN:VCALENDAR"


@pytest.mark.parametrize(
    "path", ["/posta/..%2f..%2fpasswd", "/posta/nulla", "/posta/nulla/html", "/posta/nulla/allegati/0"]
)
def test_what_is_not_there_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_outside_a_demonstration_there_is_no_mailbox(app, client, posted):
    app.config["DEMO"] = False
    try:
        paths = ["/posta", f"/posta/{posted.name}", f"/posta/{posted.name}/html", f"/posta/{posted.name}/allegati/0"]
        assert [client.get(path).status_code for path in paths] == [404] * 4
    finally:
        app.config["DEMO"] = True


def test_the_mailbox_goes_back_in_time(tmp_path):
    names = [f"2026100{day}T120000000000-0000000{day}" for day in range(1, 6)]
    for name in names:
        (tmp_path / f"{name}.eml").write_bytes(b"Subject: x\r\n\r\nciao\r\n")
    (tmp_path / ".draft.eml").write_bytes(b"")

    first, after = mailbox.latest(tmp_path, limit=3)
    rest, end = mailbox.latest(tmp_path, before=after, limit=3)
    assert [mail.name for mail in first + rest] == names[::-1]
    assert (after, end) == (names[2], "")
