"""From an event to the messages about it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from flask import current_app
from flask_babel import force_locale, gettext as _
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.accounts.rules import StaffRoleName
from portal.config import get_settings
from portal.eligibility.rules.verdicts import Verdict
from portal.kernel.clock import ROME
from portal.notifications import queries
from portal.notifications.models import Message
from portal.notifications.rules import MessageState
from portal.notifications.service.award_letters import RECIPES
from portal.notifications.service.letters import ONCE, Guest, Letter, Payload
from portal.web.language import gettext_plain

DIGEST = "eligibility.digest"
BATCH = 500
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, kw_only=True)
class Words:
    """A message as it reads."""

    subject: str
    text: str
    html: str


def tell(session: Session, event: str, payload: Payload, *, occurrence: str, now: datetime) -> int:
    """Write the messages about `event`, one a person; answers how many are new.

    `occurrence` names this event among others alike (the envelope's number): told again, it says nothing. An event
    that can only happen once to its subject is known by its payload instead. Raises KeyError for an unknown event.
    """
    which = ":".join(str(payload[key]) for key in sorted(payload)) if event in ONCE else occurrence
    return _write(session, event, which, RECIPES[event](session, payload, now), now=now)


def remind_staff(session: Session, *, now: datetime) -> int:
    """Tell managers, once a day and only where something waits, how the check of applications stands."""
    written = 0
    for call in queries.running_calls(session):
        stands = queries.unsettled(session, call.id)
        arrived = queries.arrived(session, call.id, since=now - timedelta(days=1))
        if not stands and not arrived:
            continue
        facts = {
            "arrived": arrived,
            "passed": stands.get(Verdict.PASS, 0),
            "to_verify": stands.get(Verdict.TO_VERIFY, 0),
            "failed": stands.get(Verdict.FAIL, 0),
            "link": f"{get_settings().public_url}/ufficio/domande",
        }
        title = call.version.content["title"] if call.version else {"it": call.code, "en": call.code}
        letters = [
            Letter(user=user, subject_id=call.id, call_id=call.id, facts=facts | {"call": title[user.language]})
            for user in accounts.people_with_role(session, StaffRoleName.MANAGER, call_id=call.id)
        ]
        written += _write(session, DIGEST, f"{call.id}:{now.astimezone(ROME):%Y-%m-%d}", letters, now=now)
    return written


def compose(template: str, letter: Letter) -> Words:
    """The words of a letter, in the language of its reader. The subject is one line, whatever its facts hold."""
    settings = get_settings()
    with force_locale(letter.user.language):
        facts: dict[str, Any] = {
            **letter.facts,
            "greeting": _("Gentile %(name)s,", name=letter.user.full_name),
            "language": letter.user.language,
            "portal": settings.public_url,
            "has_account": isinstance(letter.user, User),
        }
        subject = " ".join(_CONTROLS.sub(" ", _render(template, "subject.txt", facts)).split())
        return Words(
            subject=subject,
            text=_render(template, "body.txt", facts | {"subject": subject}).strip() + "\n",
            html=_render(template, "body.html", facts | {"subject": subject}),
        )


def _render(template: str, part: str, facts: dict[str, Any]) -> str:
    # not render_template: its context is a request's, and there is none here
    if part.endswith(".txt"):
        facts = facts | {"_": gettext_plain}
    return current_app.jinja_env.get_template(f"emails/{template}/{part}").render(facts)


def _write(session: Session, event: str, which: str, letters: Iterable[Letter], *, now: datetime) -> int:
    """One row a letter, unless it is there already: whoever comes second with the same key writes nothing."""
    keyed = {f"{event}:{which}:{_whose(letter)}": letter for letter in letters}
    known = queries.known_keys(session, keyed)
    rows = [_row(key, event, letter, now) for key, letter in keyed.items() if key not in known]
    written = 0
    for start in range(0, len(rows), BATCH):
        statement = insert(Message).values(rows[start : start + BATCH]).on_conflict_do_nothing(index_elements=["key"])
        written += len(session.execute(statement.returning(Message.id)).all())
    return written


def _whose(letter: Letter) -> str:
    return f"{letter.user.id}:{letter.subject_id or ''}"


def _row(key: str, event: str, letter: Letter, now: datetime) -> dict[str, Any]:
    words = compose(letter.template or event, letter)
    return {
        "id": uuid4(),
        "key": key,
        "event": event,
        "user_id": letter.user.id if isinstance(letter.user, User) else None,
        "counterpart_id": letter.user.counterpart_id if isinstance(letter.user, Guest) else None,
        "recipient": letter.user.email,
        "language": letter.user.language,
        "subject_id": letter.subject_id,
        "call_id": letter.call_id,
        "subject": words.subject,
        "text": words.text,
        "html": words.html,
        "attachments": list(letter.attachments),
        "state": MessageState.WAITING,
        "attempts": 0,
        "next_try_at": now,
    }
