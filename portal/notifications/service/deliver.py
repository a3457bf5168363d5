"""From a message to the mail server: claim it and commit, send with no transaction open, mark it in a new one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts import queries as accounts
from portal.accounts.service import links
from portal.accounts.service.links import Purpose
from portal.applications.service import papers
from portal.audit import service as audit
from portal.awards.service import letters
from portal.calls import queries as calls
from portal.config import get_settings
from portal.documents import rendering
from portal.kernel.text import Language
from portal.matching.queries import buyers, events, participants, personal
from portal.matching.service import agendas, links as buyer_links
from portal.notifications import queries
from portal.notifications.models import Delivery, Message
from portal.notifications.rules import LEASE, PERSONAL_LINK, MessageState, NotFailed, Scope, pause

PURPOSES = {
    "accounts.confirmation_requested": Purpose.CONFIRM,
    "accounts.reset_requested": Purpose.RESET,
    "accounts.invited": Purpose.INVITE,
}
TO_BUYERS = {"matching.buyer_invited", "matching.agenda_told", "matching.follow_up_due"}
"""Messages that carry a buyer's own link."""


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A message claimed for its `attempt`-th try, ready to leave."""

    message_id: UUID
    attempt: int
    mail: EmailMessage


def claim(session: Session, *, now: datetime) -> Outgoing | None:
    """The next message that is due, ours for `LEASE`; None when there is none. Commit before sending it.

    One whose worker died is due again when its lease lapses.
    """
    while message := queries.due(session, now=now):
        message.attempts += 1
        message.state = MessageState.SENDING
        message.next_try_at = now + LEASE
        session.flush()
        try:
            return Outgoing(message_id=message.id, attempt=message.attempts, mail=_mail(session, message))
        except (ValueError, IndexError) as fault:
            _close(session, message, answer=f"{type(fault).__name__}: {fault}", now=now)
    return None


def sent(session: Session, outgoing: Outgoing, *, answer: str, now: datetime) -> None:
    """The server took it."""
    if message := _still_ours(session, outgoing):
        message.state, message.sent_at = MessageState.SENT, now
        _log(session, message, answer=answer, now=now, is_sent=True)


def delayed(session: Session, outgoing: Outgoing, *, answer: str, now: datetime) -> None:
    """Not now: it is tried again after a pause, unless it was tried for more than a day."""
    if message := _still_ours(session, outgoing):
        wait = pause(message.attempts)
        if wait is None:
            _close(session, message, answer=answer, now=now)
        else:
            message.state, message.next_try_at = MessageState.WAITING, now + wait
            _log(session, message, answer=answer, now=now)


def refused(session: Session, outgoing: Outgoing, *, answer: str, now: datetime) -> None:
    """The server will never take it."""
    if message := _still_ours(session, outgoing):
        _close(session, message, answer=answer, now=now)


def send_again(session: Session, message_id: UUID, *, scope: Scope, by: str, now: datetime) -> None:
    """Try a failed message once more, as new. Raises NotFailed."""
    message = queries.lock(session, message_id)
    if message is None or not scope.holds(message.call_id) or message.state is not MessageState.FAILED:
        raise NotFailed
    _reopen(message, now)
    session.flush()
    audit.record(session, "notifications.send_again", subject_type="message", subject_id=message.id, by=by, at=now)


def send_failed_again(session: Session, *, scope: Scope, by: str, now: datetime) -> int:
    """Try every failed message within the scope once more; answers how many."""
    failed = queries.lock_failed(session, scope=scope)
    for message in failed:
        _reopen(message, now)
    session.flush()
    if failed:
        audit.record(
            session,
            "notifications.send_failed_again",
            subject_type="message",
            subject_id="all",
            by=by,
            at=now,
            detail={"messages": len(failed)},
        )
    return len(failed)


def _still_ours(session: Session, outgoing: Outgoing) -> Message | None:
    """The message, unless its lease lapsed and somebody else took it."""
    message = queries.lock(session, outgoing.message_id)
    if message is None or (message.state, message.attempts) != (MessageState.SENDING, outgoing.attempt):
        return None
    return message


def _reopen(message: Message, now: datetime) -> None:
    message.state, message.attempts, message.next_try_at = MessageState.WAITING, 0, now


def _close(session: Session, message: Message, *, answer: str, now: datetime) -> None:
    message.state = MessageState.FAILED
    _log(session, message, answer=answer, now=now)


def _log(session: Session, message: Message, *, answer: str, now: datetime, is_sent: bool = False) -> None:
    session.add(Delivery(message_id=message.id, at=now, is_sent=is_sent, answer=answer[:500]))
    session.flush()


def _mail(session: Session, message: Message) -> EmailMessage:
    """The message as it leaves. Its Message-ID never changes: a second copy can be known as such.

    Raises ValueError for what cannot be a mail (an address that is none).
    """
    settings = get_settings()
    link = _personal_link(session, message)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = settings.mail_from
    mail["To"] = Address(addr_spec=message.recipient)
    mail["Subject"] = message.subject
    mail["Date"] = message.created_at
    mail["Message-ID"] = f"<{message.id}@{urlsplit(settings.public_url).hostname}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(message.text.replace(PERSONAL_LINK, link))
    mail.add_alternative(message.html.replace(PERSONAL_LINK, escape(link)), subtype="html")
    for one in message.attachments:
        if "text" in one:
            method = {"method": one.get("method", "PUBLISH")}
            mail.add_attachment(one["text"], subtype="calendar", filename=one["name"], params=method)
        else:
            pdf = _paper(session, one, "en" if message.language == "en" else "it")
            mail.add_attachment(pdf, maintype="application", subtype="pdf", filename=one["name"])
    mail["Content-Language"] = message.language
    return mail


def _personal_link(session: Session, message: Message) -> str:
    """The link made for this person as they are now; empty where the message has none."""
    if message.counterpart_id:
        buyer = buyers.find(session, message.counterpart_id)
        return buyer_links.link(buyer) if buyer and message.event in TO_BUYERS else ""
    purpose = PURPOSES.get(message.event)
    user = accounts.find_user(session, message.user_id) if message.user_id else None
    return links.link(purpose, user) if purpose and user else ""


def _paper(session: Session, one: Mapping[str, str], lang: Language) -> bytes:
    """A PDF that is made when the message leaves."""
    if "receipt_of" in one:
        return _receipt(session, UUID(one["receipt_of"]), lang)
    if "request_of" in one:
        return _request(session, UUID(one["request_of"]), lang)
    if "agenda_of" in one:
        return _agenda(session, UUID(one["agenda_of"]), int(one["number"]), lang)
    return letters.pdf(session, UUID(one["letter_of"]), lang=lang)


def _agenda(session: Session, participant_id: UUID, number: int, lang: Language) -> bytes:
    """A participant's agenda as it was in that telling."""
    participant = participants.find(session, participant_id)
    event = events.get(session, participant.event_id) if participant else None
    told = personal.read(session, event, number=number) if event else None
    if told is None:
        msg = "an agenda of nothing"
        raise ValueError(msg)
    return agendas.pdf(session, told.of(participant_id), lang=lang)


def _receipt(session: Session, application_id: UUID, lang: Language) -> bytes:
    """The receipt's PDF; the same bytes each time, so that it need not be kept."""
    application = queries.application(session, application_id)
    if application is None or application.submitted_at is None:
        msg = "a receipt of nothing"
        raise ValueError(msg)
    content = calls.content_by_id(session, application.version_id)
    paper = papers.receipt(application, content, public_url=get_settings().public_url, lang=lang)
    return rendering.render(paper, lang=lang, at=application.submitted_at)


def _request(session: Session, request_id: UUID, lang: Language) -> bytes:
    """The letter of a request to a firm."""
    found = queries.request(session, request_id)
    if found is None:
        msg = "a letter of nothing"
        raise ValueError(msg)
    request, application = found
    content = calls.content_by_id(session, application.version_id)
    paper = papers.request_letter(request, application, content, public_url=get_settings().public_url, lang=lang)
    return rendering.render(paper, lang=lang, at=request.asked_at)
