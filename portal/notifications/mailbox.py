"""What the demonstration's mail server kept: a folder of messages, read for `/posta`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

_NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")


@dataclass(frozen=True, kw_only=True)
class Attached:
    """A file in a message, by its place."""

    number: int
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A message that was sent."""

    name: str
    at: datetime
    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    attached: Sequence[Attached]


def latest(folder: Path, *, before: str = "", limit: int = 50) -> tuple[list[Mail], str]:
    """Messages, newest first, those older than `before` where it is given; and the name to go on from, or ""."""
    names = sorted((path.stem for path in folder.glob("[0-9]*.eml")), reverse=True)
    if before:
        names = [name for name in names if name < before]
    found = [mail for mail in (find(folder, name) for name in names[:limit]) if mail]
    return found, names[limit - 1] if len(names) > limit else ""


def find(folder: Path, name: str) -> Mail | None:
    """One message, or None."""
    path = folder / f"{name}.eml"
    if not _NAME.fullmatch(name) or not path.is_file():
        return None
    mail = message_from_bytes(path.read_bytes(), policy=default)
    return Mail(
        name=name,
        at=datetime.strptime(name[:21], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC),
        sender=str(mail["From"] or ""),
        recipient=str(mail["To"] or ""),
        subject=str(mail["Subject"] or ""),
        text=_body(mail, "plain"),
        html=_body(mail, "html"),
        attached=[_attached(number, part) for number, part in enumerate(mail.iter_attachments())],
    )


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""


def _attached(number: int, part: EmailMessage) -> Attached:
    payload = part.get_payload(decode=True)
    return Attached(
        number=number,
        name=part.get_filename() or f"allegato-{number + 1}",
        media_type=part.get_content_type(),
        content=payload if isinstance(payload, bytes) else b"",
    )
