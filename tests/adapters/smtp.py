"""A real mail server on loopback that behaves as told: ok, 4xx, 5xx, slow, or closed."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller


class Handler:
    """Answers by `mode`, and keeps what it took."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.taken: list[EmailMessage] = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if self.mode == "unknown" or address.startswith("nessuno@"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        if self.mode == "slow":
            await asyncio.sleep(5)
        if self.mode == "4xx":
            return "451 4.3.0 try again"
        if self.mode == "5xx":
            return "554 5.7.1 not here"
        self.taken.append(message_from_bytes(envelope.content, policy=default))
        return "250 2.0.0 taken"


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(mode: str = "ok", **options) -> Iterator[tuple[str, Handler]]:
    """(SMTP_URL, handler) of a server; `closed` has none behind it."""
    handler, port = Handler(mode), free_port()
    url = f"smtp://127.0.0.1:{port}"
    if mode == "closed":
        yield url, handler
        return
    controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield url, handler
    finally:
        controller.stop()
