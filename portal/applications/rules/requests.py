"""Requests to a firm: what may be asked, for how long, what an answer must hold, what it changes. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from flask_babel import LazyString, lazy_gettext as _l

from portal.applications.rules.answers import NEVER, Json, Stored
from portal.applications.rules.completeness import Enclosed, Missing, Why
from portal.applications.rules.procedure import RequestKind
from portal.applications.rules.refusals import said
from portal.applications.rules.status import Status
from portal.calls.rules import deadlines
from portal.calls.rules.content import CallContent, FieldType, FormField
from portal.kernel.errors import Conflict, DomainError

OTHER: Final = "altro"
"""Where files go that belong to no document of the call."""
NOTE: Final = "nota"
SHORTEST_WORDS, LONGEST_WORDS = 10, 10_000
REMIND_BEFORE: Final = timedelta(hours=48)
MOST_EXTENSIONS: Final = 1


class RequestState(StrEnum):
    """How a request stands: one open at most for an application; the others are ends."""

    OPEN = "open"
    ANSWERED = "answered"
    LAPSED = "lapsed"
    CALLED_OFF = "called_off"


class RequestClosed(DomainError):
    """It was answered, called off, or its term has ended."""

    text = _l("Questa richiesta è già chiusa: non si può più modificare.")


class AnswerTooLate(DomainError):
    """After the term: `due_at`, and the database's clock when it was asked."""

    text = _l(
        "Il termine è scaduto il %(due_at)s. La risposta è arrivata il %(now)s: non è stata inviata. "
        "Quello che hai scritto resta qui."
    )

    def __init__(self, *, due_at: datetime, now: datetime) -> None:
        super().__init__(due_at=said(due_at), now=said(now))


class ChangedMeanwhile(Conflict):
    """A colleague saved the same answer."""

    text = _l("Un collega ha salvato questa risposta mentre scrivevi: il tuo testo è ancora qui, controlla e salva.")


class NothingAsked(DomainError):
    """A request without a thing to answer."""

    text = _l("Indica almeno un documento, un dato o, a parole, che cosa manca.")


class WordsMissing(DomainError):
    """Somebody will read it in court."""

    text = _l("Scrivi con parole tue, da 10 a 10.000 caratteri: la spiegazione resta negli atti.")


class TooFewOrTooManyDays(DomainError):
    """Beyond the bounds of the call: `least`, `most`."""

    text = _l("I giorni devono essere da %(least)s a %(most)s, come dice il bando.")


class AlreadyAsked(DomainError):
    """One request at a time."""

    text = _l("C'è già una richiesta aperta su questa domanda: attendi la risposta, oppure revocala.")


class NotAskable(DomainError):
    """Elsewhere in its story."""

    text = _l("In questo momento la domanda non è in istruttoria: non si può chiedere nulla.")


class AlreadyExtended(DomainError):
    """Once is once."""

    text = _l("Il termine è già stato prorogato una volta: non si può prorogare ancora.")


class NotLater(DomainError):
    """An extension that gives nothing."""

    text = _l("Con questi giorni il termine non si sposta in avanti: scrivine di più.")


class NothingAnswered(DomainError):
    """Sending an empty page."""

    text = _l("La risposta è vuota: scrivi qualcosa o carica un file.")


class Unexplained(DomainError):
    """Something asked is not there, and nobody says why: `missing`."""

    text = _l("Mancano ancora elementi richiesti (%(count)s): aggiungili, oppure spiega nella nota perché non puoi.")

    def __init__(self, *, missing: Sequence[Missing]) -> None:
        super().__init__(count=len(missing), field="note")
        self.missing = tuple(missing)


@dataclass(frozen=True)
class Asks:
    """What is asked for: keys of documents and of fields of the call."""

    documents: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Asks":
        """As it is kept."""
        return cls(tuple(stored.get("documents", ())), tuple(stored.get("fields", ())))

    def as_json(self) -> dict[str, list[str]]:
        """For keeping."""
        return {"documents": list(self.documents), "fields": list(self.fields)}


def check_words(words: str, *, field: str) -> str:
    """The words, tidy. Raises WordsMissing."""
    tidy = words.replace("\r\n", "\n").strip()
    if not SHORTEST_WORDS <= len(tidy) <= LONGEST_WORDS:
        raise WordsMissing(field=field)
    return tidy


def check_askable(status: Status, *more: Status, has_open: bool) -> None:
    """Silent where a firm may be asked: while the check lasts (or in `more`) and nothing else is open.

    Raises AlreadyAsked, NotAskable.
    """
    if has_open:
        raise AlreadyAsked
    if status not in {Status.REGISTERED, Status.ELIGIBILITY_CHECK, *more}:
        raise NotAskable


def check_asks(content: CallContent, asks: Asks) -> Asks:
    """What the call knows of what was asked, in its order; tables are answered in words or by a file."""
    known = [one.key for one in content.documents]
    return Asks(
        tuple(key for key in known if key in asks.documents),
        tuple(one.key for one in askable_fields(content) if one.key in asks.fields),
    )


def askable_fields(content: CallContent) -> list[FormField]:
    """Questions that may be asked again one by one."""
    return [one for one in content.form.fields() if one.type is not FieldType.TABLE]


def check_days(days: int, content: CallContent) -> int:
    """Within the bounds of the call. Raises TooFewOrTooManyDays."""
    least, most = content.proceeding.supplement_min, content.proceeding.supplement_max
    if not least <= days <= most:
        raise TooFewOrTooManyDays(field="days", least=least, most=most)
    return days


def check_open(state: RequestState) -> None:
    """Silent while it is open. Raises RequestClosed."""
    if state is not RequestState.OPEN:
        raise RequestClosed


def check_in_time(due_at: datetime, *, now: datetime) -> None:
    """Silent to the end of the term. Raises AnswerTooLate."""
    if deadlines.is_over(due_at, now=now):
        raise AnswerTooLate(due_at=due_at, now=now)


def extended(content: CallContent, *, asked_at: datetime, due_at: datetime, days: int, extensions: int) -> datetime:
    """The new end of a term prolonged by `days`, once, within the most that the call gives in all.

    Raises AlreadyExtended, TooFewOrTooManyDays, NotLater.
    """
    if extensions >= MOST_EXTENSIONS:
        raise AlreadyExtended
    first, most = deadlines.day_of(asked_at), content.proceeding.supplement_max
    spent = (deadlines.day_of(due_at) - first).days
    if days < 1 or spent + days > most:
        if spent >= most:
            raise NotLater(field="days")
        raise TooFewOrTooManyDays(field="days", least=1, most=most - spent)
    later = deadlines.at_hour(
        deadlines.working_from(deadlines.day_of(due_at) + timedelta(days=days)), content.proceeding.hour
    )
    if later <= due_at:
        raise NotLater(field="days")
    return later


def reminder_at(asked_at: datetime, due_at: datetime) -> datetime:
    """Two days before the end; of a short term, half-way."""
    return max(due_at - REMIND_BEFORE, asked_at + (due_at - asked_at) / 2)


def lacking(
    content: CallContent, asks: Asks, answers: Mapping[str, Stored], enclosed: Sequence[Enclosed]
) -> list[Missing]:
    """What was asked for and is not there, or does not read."""
    fields = {one.key: one for one in content.form.fields()}
    titles = {one.key: one for one in content.documents}
    found = []
    for key in asks.fields:
        answer = answers.get(key, NEVER)
        if answer.typed is not None:
            found.append(Missing("fields", key, fields[key].label, Why.WRONG))
        elif answer.value is None:
            found.append(Missing("fields", key, fields[key].label, Why.UNANSWERED))
    for key in asks.documents:
        files = [one for one in enclosed if one.document == key]
        if not files:
            found.append(Missing("documents", key, titles[key].title, Why.NO_FILE))
        elif titles[key].signed and not any(one.signers for one in files):
            found.append(Missing("documents", key, titles[key].title, Why.NOT_SIGNED))
    return found


class Unread(DomainError):
    """A value that is none."""

    text = _l("Un dato non si legge: correggilo, o svuota il campo e spiega nella nota.")


def check_answer(lacks: Sequence[Missing], *, note: str, is_blank: bool) -> None:
    """Silent where all is there, or a note says why not. Raises NothingAnswered, Unread, Unexplained."""
    if any(one.why is Why.WRONG for one in lacks):
        raise Unread
    if is_blank:
        raise NothingAnswered
    if lacks and len(note.strip()) < SHORTEST_WORDS:
        raise Unexplained(missing=lacks)


def supplemented(frozen: Mapping[str, Any], answers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The application with what came later: later answers stand before earlier ones, files beside each other.

    `answers`: contents of supplements answered, in order. What was handed in first is not touched.
    """
    whole = {**frozen, "answers": dict(frozen["answers"]), "attachments": list(frozen["attachments"])}
    for one in answers:
        whole["answers"] |= one["answers"]
        whole["attachments"] += one["attachments"]
    return whole


def reply_key(number: int) -> str:
    """Under what an observation on the reason of that number is kept."""
    return f"m{number}"


def observations(reasons: Sequence[Mapping[str, Any]], content: Mapping[str, Any] | None) -> list[tuple[str, str, str]]:
    """What the firm observed, as (key, what it is about, its words), in the order of the reasons; the note last."""
    if content is None:
        return []
    said_of: Mapping[str, str] = content.get("observations", {})
    found = [
        (reply_key(number), str(one["text"]), said_of[reply_key(number)])
        for number, one in enumerate(reasons, start=1)
        if said_of.get(reply_key(number))
    ]
    return [*found, *([(NOTE, "", content["note"])] if content.get("note") else [])]


KIND_WORDS: Final[Mapping[RequestKind, LazyString]] = {
    RequestKind.SUPPLEMENT: _l("Richiesta di integrazione"),
    RequestKind.NOTICE: _l("Preavviso di rigetto"),
}
STATE_WORDS: Final[Mapping[RequestState, LazyString]] = {
    RequestState.OPEN: _l("In attesa di risposta"),
    RequestState.ANSWERED: _l("Risposta ricevuta"),
    RequestState.LAPSED: _l("Termine scaduto senza risposta"),
    RequestState.CALLED_OFF: _l("Revocata dall'ufficio"),
}
STATE_TONES: Final[Mapping[RequestState, str]] = {
    RequestState.OPEN: "warning",
    RequestState.ANSWERED: "success",
    RequestState.LAPSED: "danger",
    RequestState.CALLED_OFF: "neutral",
}


def draft_answers(draft: Mapping[str, Any]) -> dict[str, Stored]:
    """The values of a draft, as fields show them."""
    kept: Mapping[str, Mapping[str, Json]] = draft.get("answers", {})
    return {key: Stored(one.get("value"), one.get("typed"), 1) for key, one in kept.items()}
