"""What an event asks of the office today, in words and with the part of the page where it is done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flask_babel import LazyString, lazy_gettext as _l, lazy_ngettext

from portal.matching.rules.states import EventState

CLOSING: Final = timedelta(days=3)
"""Before the wishes end, the office sees it coming."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of an event.

    `silent`: who comes and has said no wish. `is_drawn`: meetings have a place. `hit`: who left after the agendas were
    told and after the last run. `untold`: agendas that differ from what was told. `unmarked`: meetings that are over,
    of which staff have not said whether they took place. `unsaid`: those of which a side has not said what came.
    """

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
    silent: int = 0
    is_drawn: bool = False
    hit: int = 0
    untold: int = 0
    unmarked: int = 0
    unsaid: int = 0


@dataclass(frozen=True)
class Job:
    """One thing to do; `place`: `people`, `agenda`, `state`, `figures`."""

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
    if facts.state is EventState.WISHES:
        yield from _of_wishes(facts, now)
    if facts.state is EventState.SCHEDULING:
        drawn, wanted = _l("L'agenda è calcolata: è da pubblicare."), _l("L'agenda è da calcolare e pubblicare.")
        yield Job(drawn if facts.is_drawn else wanted, "agenda")
    if facts.state is EventState.PUBLISHED:
        yield from _of_published(facts, now)


def _of_wishes(facts: Facts, now: datetime) -> Iterator[Job]:
    if now >= facts.wishes_until:
        yield Job(_l("Le preferenze sono scadute: chiudile e proponi gli incontri."), "state")
    elif now >= facts.wishes_until - CLOSING and facts.silent:
        words = lazy_ngettext(
            "Le preferenze si chiudono fra poco: %(num)s partecipante non ne ha espresse.",
            "Le preferenze si chiudono fra poco: %(num)s partecipanti non ne hanno espresse.",
            facts.silent,
        )
        yield Job(words, "people")


def _of_published(facts: Facts, now: datetime) -> Iterator[Job]:
    is_over = facts.ends_at is not None and now >= facts.ends_at
    if facts.hit and not is_over:
        words = lazy_ngettext(
            "%(num)s partecipante si è ritirato dopo la pubblicazione: ricalcola l'agenda.",
            "%(num)s partecipanti si sono ritirati dopo la pubblicazione: ricalcola l'agenda.",
            facts.hit,
        )
        yield Job(words, "agenda")
    elif facts.untold and not is_over:
        words = lazy_ngettext(
            "%(num)s agenda è cambiata e non è ancora comunicata.",
            "%(num)s agende sono cambiate e non sono ancora comunicate.",
            facts.untold,
        )
        yield Job(words, "agenda")
    if is_over and facts.unmarked:
        words = lazy_ngettext(
            "%(num)s incontro è da segnare come svolto o mancato.",
            "%(num)s incontri sono da segnare come svolti o mancati.",
            facts.unmarked,
        )
        yield Job(words, "agenda")
    if is_over and facts.unsaid:
        words = lazy_ngettext(
            "Di %(num)s incontro non è ancora detto l'esito da entrambe le parti.",
            "Di %(num)s incontri non è ancora detto l'esito da entrambe le parti.",
            facts.unsaid,
        )
        yield Job(words, "figures")
    if is_over:
        yield Job(_l("L'evento è finito: quando gli incontri sono segnati, chiudilo."), "state")


def _of_draft(facts: Facts, now: datetime) -> Iterator[Job]:
    if not facts.firms or not facts.buyers:
        yield Job(_l("Mancano i partecipanti: aggiungi le imprese ammesse e invita i buyer."), "people")
    if now >= facts.wishes_from:
        yield Job(_l("Le preferenze dovevano già aprirsi: apri l'evento."), "state")
