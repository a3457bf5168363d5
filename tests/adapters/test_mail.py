"""Mail: what each behaviour of a real server means to us."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest
from aiosmtpd.smtp import AuthResult

from portal.adapters import mail
from portal.adapters.mail import MailDelayed, MailRefused, NullMailer, SmtpMailer
from tests.adapters.smtp import serving


def message(to: str = "anna@impresa.example") -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = "portale@unioncamere.example", to, "Perché no?"
    mail.set_content("Così è.\n.\nUn punto solo non chiude il messaggio.\n")
    return mail


def test_a_message_arrives_as_it_left():
    with serving() as (url, server):
        assert SmtpMailer(url).send(message()).startswith("250")

    assert [(m["Subject"], m.get_content().splitlines()) for m in server.taken] == [
        ("Perché no?", ["Così è.", ".", "Un punto solo non chiude il messaggio."])
    ]


@pytest.mark.parametrize("mode", ["5xx", "unknown"])
def test_a_permanent_no_is_final(mode):
    with serving(mode) as (url, server), pytest.raises(MailRefused, match=r"^55"):
        SmtpMailer(url).send(message())

    assert server.taken == []


@pytest.mark.parametrize(("mode", "said"), [("4xx", "^451"), ("slow", "Timeout|timed out"), ("closed", "Refused")])
def test_a_temporary_no_is_a_delay(mode, said):
    with serving(mode) as (url, server), pytest.raises(MailDelayed, match=said):
        SmtpMailer(url, timeout=0.5).send(message())

    assert server.taken == []


def test_many_slow_answers_are_too_slow_together(monkeypatch):
    monkeypatch.setattr(mail, "IN_ALL", 0.5)
    with serving("slow") as (url, server), pytest.raises(MailDelayed, match=r"Timeout|timed out"):
        SmtpMailer(url, timeout=60).send(message())

    assert server.taken == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # the test's own server, on loopback
def test_a_wrong_password_of_ours_is_a_delay_and_the_right_one_works():
    def check(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=(data.login, data.password) == (b"portale", b"a/b c"), handled=False)

    with serving(authenticator=check, auth_require_tls=False, auth_required=True) as (url, server):
        host = url.removeprefix("smtp://")
        with pytest.raises(MailDelayed, match=r"^535"):
            SmtpMailer(f"smtp://portale:sbagliata@{host}").send(message())
        SmtpMailer(f"smtp://portale:a%2Fb%20c@{host}").send(message())

    assert len(server.taken) == 1


def test_starttls_that_is_not_offered_is_a_delay_and_nothing_leaves_in_clear():
    with serving() as (url, server), pytest.raises(MailDelayed, match="STARTTLS"):
        SmtpMailer(url.replace("smtp:", "smtp+starttls:")).send(message())

    assert server.taken == []


def test_addresses_of_servers_are_read_with_their_usual_ports():
    ports = {url: SmtpMailer(url).port for url in ("smtp://a", "smtp+starttls://a", "smtps://a", "smtp://a:2525")}

    assert list(ports.values()) == [25, 587, 465, 2525]
    with pytest.raises(ValueError, match="SMTP_URL"):
        SmtpMailer("http://a")


def test_the_null_mailer_keeps_what_it_is_given():
    mailer = NullMailer()
    mailer.send(message())

    assert [mail["To"] for mail in mailer.sent] == ["anna@impresa.example"]
