"""The demonstration's mail server: takes every message and writes it to `mail/` under PORTALE_HOME."""

import signal
import threading
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

import click
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from portal.config import get_settings


class Keeper:
    """Keeps what arrives, whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """One message."""
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{token_hex(4)}"
        draft = self.folder / f".{name}"
        draft.write_bytes(envelope.original_content or b"")
        draft.replace(self.folder / f"{name}.eml")
        return f"250 {name}"


def server(folder: Path, *, host: str, port: int) -> Controller:
    """The sink, not started yet; a thread of its own serves it."""
    return Controller(Keeper(folder), hostname=host, port=port, enable_SMTPUTF8=True)


@click.command("mail-sink")
def mail_sink() -> None:
    """Take every message of the demonstration and show it at /posta."""
    settings = get_settings()
    if not settings.demo:
        raise click.ClickException("The mail sink is for demonstrations: set PORTALE_DEMO=1.")  # noqa: EM101, TRY003 - words
    address = urlsplit(settings.smtp_url)
    sink = server(settings.home / "mail", host=address.hostname or "127.0.0.1", port=address.port or 1025)
    sink.start()
    click.echo(f"mail sink on {address.hostname}:{address.port}, messages in {settings.home / 'mail'}")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    sink.stop()
