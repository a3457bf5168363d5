"""Access to acts as pure decisions: what a request must say, its terms, when it may be decided and how."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from flask_babel import lazy_gettext as _l

from portal.calls.rules.deadlines import at_hour, day_of, firm_term, working_from
from portal.kernel.errors import Conflict, DomainError

TERM: Final = 30
"""Days to decide; after them silence is a refusal (art. 25 c. 4 L. 241/1990)."""
OBJECTION: Final = 10
"""Days for a firm concerned to object (art. 3 DPR 184/2006)."""
REMIND: Final = timedelta(days=5)
"""Before a term ends, staff are reminded of it."""
LEAST: Final = 20
"""Characters of an interest, an objection or a reason that say something."""


class State(StrEnum):
    """Where a request is."""

    ASKED = "asked"
    NOTIFIED = "notified"
    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"
    DEFERRED = "deferred"


OPEN: Final = frozenset({State.ASKED, State.NOTIFIED, State.DEFERRED})
GIVING: Final = frozenset({State.GRANTED, State.PARTLY})


class NotInTheProcedure(DomainError):
    text = _l("Chiede l'accesso chi ha presentato una domanda a questo bando.")


class UnknownProtocol(DomainError):
    text = _l("Nessuna domanda presentata a questo bando ha questo protocollo.")


class SayMore(DomainError):
    """`least` characters."""

    text = _l("Scrivi almeno %(least)s caratteri.")


class AlreadyDecided(Conflict):
    text = _l("La richiesta è già decisa.")


class AlreadyNotified(Conflict):
    text = _l("L'impresa interessata è già stata avvisata.")


class NobodyConcerned(DomainError):
    text = _l("L'impresa chiede i propri atti: non c'è nessun'altra impresa da avvisare.")


class NotYet(DomainError):
    """`until`: the end of the ten days."""

    text = _l(
        "La richiesta riguarda un'altra impresa: avvisala e attendi la sua risposta, o la fine dei dieci giorni, "
        "prima di accoglierla."
    )


class NothingToGive(DomainError):
    text = _l("Prima di accogliere la richiesta carica almeno un documento da consegnare.")


class DayNeeded(DomainError):
    text = _l("Scrivi fino a quando l'accesso è differito: un giorno che deve ancora venire.")


class TooLateToObject(DomainError):
    text = _l("I dieci giorni per opporsi sono passati, o la richiesta è già decisa.")


class AlreadyAnswered(Conflict):
    text = _l("L'impresa ha già risposto.")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the decision on a request depends on."""

    state: State
    is_about_another: bool
    objections_until: datetime | None
    is_answered: bool
    files: int


def decision_term(asked_at: datetime) -> datetime:
    """Until when the office decides: the last second of a day in Rome that is no holiday."""
    return at_hour(working_from(day_of(asked_at) + timedelta(days=TERM), even_saturday=True))


def objection_term(told_at: datetime) -> datetime:
    """Until when the firm concerned may object; a term given to a firm passes Saturdays too."""
    return firm_term(told_at, OBJECTION)


def is_silent(state: State, *, due_at: datetime, now: datetime) -> bool:
    """Whether the law takes the silence of the office as a refusal: undecided after the term."""
    return state in {State.ASKED, State.NOTIFIED} and now > due_at


def check_said(text: str, *, field: str) -> str:
    """The text without margins; SayMore where it says nothing."""
    said = text.strip()
    if len(said) < LEAST:
        raise SayMore(field=field, least=LEAST)
    return said


def check_notifiable(facts: Facts) -> None:
    """Raise unless the firm concerned may be told now, for the first time."""
    if not facts.is_about_another:
        raise NobodyConcerned
    if facts.objections_until is not None:
        raise AlreadyNotified
    if facts.state not in OPEN:
        raise AlreadyDecided


def check_objectable(facts: Facts, *, now: datetime) -> None:
    """Raise unless the firm concerned may answer now."""
    if facts.is_answered:
        raise AlreadyAnswered
    if facts.state not in OPEN or facts.objections_until is None or now > facts.objections_until:
        raise TooLateToObject


def check_decidable(facts: Facts, decision: State, *, until: datetime | None, now: datetime) -> None:
    """Raise unless the request may be decided so: nothing of another is given before it could object."""
    if facts.state not in OPEN:
        raise AlreadyDecided
    if decision is State.DEFERRED and (until is None or until <= now):
        raise DayNeeded(field="until")
    if decision in GIVING:
        if facts.is_about_another and not _heard(facts, now):
            raise NotYet(until=facts.objections_until)
        if not facts.files:
            raise NothingToGive


def _heard(facts: Facts, now: datetime) -> bool:
    return facts.is_answered or (facts.objections_until is not None and now > facts.objections_until)
