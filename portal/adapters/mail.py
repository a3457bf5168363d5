"""Mail by SMTP, or kept in a list."""

import smtplib
import ssl
import time
from contextlib import suppress
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from portal.config import get_settings

TIMEOUT = 10.0
IN_ALL = 20.0
PERMANENT = 500


class MailRefused(Exception):
    """The server said no, for good: another try would change nothing. `str()` is its answer."""


class MailDelayed(Exception):
    """Not now: nobody there, too slow, or a temporary answer. `str()` says which."""


class _Timed(smtplib.SMTP):
    """A conversation whose last answer comes within `IN_ALL` of its beginning.

    Else a slow server outlasts the time for which the message is ours, and it is sent twice.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - whatever smtplib takes
        self.ends = time.monotonic() + IN_ALL
        super().__init__(*args, **kwargs)

    def getreply(self) -> tuple[int, bytes]:
        """Wait for it no longer than there is time."""
        if self.sock and (left := self.ends - time.monotonic()) < (self.sock.gettimeout() or 0):
            self.sock.settimeout(max(left, 0.01))
        return super().getreply()


class _Sealed(_Timed, smtplib.SMTP_SSL):
    pass


class SmtpMailer:
    """One connection a message; every step of it within `timeout` seconds, and the whole within `IN_ALL`."""

    def __init__(self, url: str, *, timeout: float = TIMEOUT) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtp+starttls", "smtps"} or not parts.hostname:
            msg = "SMTP_URL: write smtp://, smtp+starttls:// or smtps://user:password@host:port"
            raise ValueError(msg)
        self.scheme = parts.scheme
        self.host = parts.hostname
        self.port = parts.port or {"smtp": 25, "smtp+starttls": 587, "smtps": 465}[parts.scheme]
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self.timeout = timeout

    def send(self, message: EmailMessage) -> str:
        """Send; answers what was agreed. Raises MailRefused, which is final, or MailDelayed.

        A server that will not have *us* (banner, password) is a delay: its operator can mend it.
        """
        try:
            server = self._connect()
            try:
                self._secure(server)
                server.send_message(message)
            finally:
                with suppress(OSError, smtplib.SMTPException):
                    server.quit()
        except (smtplib.SMTPConnectError, smtplib.SMTPAuthenticationError) as fault:
            raise MailDelayed(f"{fault.smtp_code} {fault.smtp_error!r}"[:500]) from fault
        except smtplib.SMTPRecipientsRefused as refusal:
            code, words = next(iter(refusal.recipients.values()))
            raise _outcome(code, words) from refusal
        except smtplib.SMTPResponseException as refusal:
            raise _outcome(refusal.smtp_code, refusal.smtp_error) from refusal
        except (OSError, smtplib.SMTPException) as fault:
            raise MailDelayed(f"{self.host}:{self.port}: {type(fault).__name__} {fault}"[:500]) from fault
        return f"250 {self.host}:{self.port}"

    def _connect(self) -> smtplib.SMTP:
        if self.scheme == "smtps":
            return _Sealed(self.host, self.port, timeout=self.timeout, context=ssl.create_default_context())
        return _Timed(self.host, self.port, timeout=self.timeout)

    def _secure(self, server: smtplib.SMTP) -> None:
        if self.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if self.user:
            server.login(self.user, self.password)


class NullMailer:
    """Keeps what it was given, and sends nothing."""

    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []

    def send(self, message: EmailMessage) -> str:
        """Keep the message."""
        self.sent.append(message)
        return "250 kept"


def _outcome(code: int, words: bytes | str) -> MailRefused | MailDelayed:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    kind = MailRefused if code >= PERMANENT else MailDelayed
    return kind(f"{code} {text}"[:500])


def configured() -> SmtpMailer:
    """The mail server that the settings name."""
    return SmtpMailer(get_settings().smtp_url)
