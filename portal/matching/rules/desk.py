"""What an event asks of the office today, in words and with the part of the page where it is done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString, lazy_gettext as _l, lazy_ngettext

from portal.matching.rules.states import EventState


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of an event."""

    state: EventState
    wishes_from: datetime
    wishes_until: datetime
    to_read: int
    invited: int
    firms: int
    buyers: int
    is_infeasible: bool
    has_failed: bool
    ends_at: datetime | None


@dataclass(frozen=True)
class Job:
    """One thing to do; `place`: `people`, `agenda`, `state`."""

    words: LazyString
    place: str


def jobs(facts: Facts, *, now: datetime) -> list[Job]:
    """What to do next, the most pressing first; nothing for a closed event."""
    return [] if facts.state is EventState.CLOSED else list(_jobs(facts, now))


def _jobs(facts: Facts, now: datetime) -> Iterator[Job]:
    if facts.is_infeasible:
        yield Job(_l("Nessuna agenda rispetta tutti gli obblighi: leggi quali non stanno insieme."), "agenda")
    if facts.has_failed:
        yield Job(_l("L'ultimo calcolo dell'agenda si è interrotto."), "agenda")
    if facts.to_read:
        words = lazy_ngettext("%(num)s profilo da leggere.", "%(num)s profili da leggere.", facts.to_read)
        yield Job(words, "people")
    yield from _of_state(facts, now)
    if facts.invited:
        words = lazy_ngettext(
            "%(num)s invitato non ha ancora risposto.", "%(num)s invitati non hanno ancora risposto.", facts.invited
        )
        yield Job(words, "people")


def _of_state(facts: Facts, now: datetime) -> Iterator[Job]:
    if facts.state is EventState.DRAFT:
        yield from _of_draft(facts, now)
    if facts.state is EventState.WISHES and now >= facts.wishes_until:
        yield Job(_l("Le preferenze sono scadute: chiudile e proponi gli incontri."), "state")
    if facts.state is EventState.SCHEDULING:
        yield Job(_l("L'agenda è da calcolare e pubblicare."), "agenda")
    if facts.state is EventState.PUBLISHED and facts.ends_at and now >= facts.ends_at:
        yield Job(_l("L'evento è finito: segna gli incontri e chiudilo."), "state")


def _of_draft(facts: Facts, now: datetime) -> Iterator[Job]:
    if not facts.firms or not facts.buyers:
        yield Job(_l("Mancano i partecipanti: aggiungi le imprese ammesse e invita i buyer."), "people")
    if now >= facts.wishes_from:
        yield Job(_l("Le preferenze dovevano già aprirsi: apri l'evento."), "state")
