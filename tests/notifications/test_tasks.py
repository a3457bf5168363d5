"""The tasks: told five times, one row; the mail leaves with no transaction open."""

from sqlalchemy import select

from portal.adapters import mail
from portal.db import session as current
from portal.kernel.clock import utcnow
from portal.notifications import service
from portal.notifications.models import Message
from portal.notifications.rules import MessageState
from tests.adapters.smtp import serving
from tests.factories.accounts import UserFactory
from workers.tasks import notifications as tasks


def test_the_same_envelope_told_five_times_is_one_message(session):
    user = UserFactory()
    for _ in range(5):
        tasks.tell.apply(
            kwargs={"event": "accounts.reset_requested", "user_id": str(user.id)}, task_id="41:notifications.tell"
        ).get()
    tasks.tell.apply(
        kwargs={"event": "accounts.reset_requested", "user_id": str(user.id)}, task_id="42:notifications.tell"
    ).get()

    keys = session.scalars(select(Message.key).order_by(Message.key)).all()
    assert keys == [f"accounts.reset_requested:{number}:{user.id}:" for number in (41, 42)]


class Watching(mail.NullMailer):
    """Notes whether a transaction is open while it sends."""

    in_transaction = False

    def send(self, message):
        self.in_transaction = current().in_transaction()
        return super().send(message)


def test_nothing_is_locked_while_a_message_leaves(session):
    service.tell(
        session, "accounts.known_address_used", {"user_id": str(UserFactory().id)}, occurrence="1", now=utcnow()
    )
    session.commit()
    mailer = Watching()

    assert tasks.deliver_one(mailer) is True
    assert (len(mailer.sent), mailer.in_transaction) == (1, False)


def test_a_turn_sends_all_that_is_due(session, monkeypatch):
    for number in range(5):
        user = UserFactory()
        service.tell(
            session, "accounts.known_address_used", {"user_id": str(user.id)}, occurrence=str(number), now=utcnow()
        )
    with serving() as (url, server):
        monkeypatch.setattr(mail, "configured", lambda: mail.SmtpMailer(url))
        tasks.deliver_due()
    tasks.remind_staff()

    assert len(server.taken) == 5
    assert set(session.scalars(select(Message.state))) == {MessageState.SENT}
