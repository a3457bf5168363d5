"""Words and small answers that several pages use."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from flask_babel import LazyString, lazy_gettext as _l
from flask_login import current_user

from portal import db
from portal.missions import permissions, queries
from portal.missions.queries.cases import Person, Seen
from portal.missions.rules.changing import ChangeKind, ChangeState
from portal.missions.rules.fields import DATES, short_name
from portal.missions.rules.travel import WEIGHTS, Finding, Weight
from portal.missions.rules.waiting import MissionState, TravellerState
from portal.missions.service import sealing
from portal.web.guards import found

MISSION_WORDS: Final[Mapping[MissionState, tuple[LazyString, str]]] = {
    MissionState.DRAFT: (_l("Bozza"), "neutral"),
    MissionState.OPEN: (_l("Iscrizioni aperte"), "success"),
    MissionState.CLOSED: (_l("Elenco chiuso"), "info"),
    MissionState.CANCELLED: (_l("Annullata"), "danger"),
}
TRAVELLER_WORDS: Final[Mapping[TravellerState, tuple[LazyString, str]]] = {
    TravellerState.PROPOSED: (_l("Proposto in sostituzione"), "info"),
    TravellerState.WAITING: (_l("In lista d'attesa"), "neutral"),
    TravellerState.OFFERED: (_l("Da confermare"), "warning"),
    TravellerState.CONFIRMED: (_l("Confermato"), "success"),
    TravellerState.LAPSED: (_l("Termine scaduto"), "danger"),
    TravellerState.WAIVED: (_l("Rinuncia"), "neutral"),
    TravellerState.REPLACED: (_l("Sostituito"), "neutral"),
    TravellerState.REJECTED: (_l("Sostituzione rifiutata"), "neutral"),
}
CHANGE_WORDS: Final[Mapping[ChangeKind, LazyString]] = {
    ChangeKind.EDIT: _l("Modifica dei dati"),
    ChangeKind.REPLACE: _l("Sostituzione"),
    ChangeKind.WAIVE: _l("Rinuncia"),
}
ANSWER_WORDS: Final[Mapping[ChangeState, tuple[LazyString, str]]] = {
    ChangeState.OPEN: (_l("In attesa"), "warning"),
    ChangeState.APPROVED: (_l("Approvata"), "success"),
    ChangeState.REJECTED: (_l("Rifiutata"), "danger"),
}
FINDING_WORDS: Final[Mapping[Finding, LazyString]] = {
    Finding.EXPIRES_BEFORE_RETURN: _l("Il passaporto scade durante il viaggio: va rinnovato prima di partire."),
    Finding.EXPIRES_TOO_SOON: _l("Il passaporto scade troppo presto dopo il rientro: la destinazione non lo accetta."),
    Finding.EXPIRES_SOON: _l("Il passaporto scade a pochi mesi dal rientro: è meglio rinnovarlo."),
    Finding.STAYS_TOO_LONG: _l("La missione dura più dei giorni senza visto: il visto è da verificare."),
    Finding.NATIONALITY_UNKNOWN: _l("Per questa nazionalità le regole d'ingresso sono da verificare."),
    Finding.ISSUED_AFTER_EXPIRY: _l("Il passaporto risulta rilasciato dopo la scadenza: ricontrolla le date."),
    Finding.INCOMPLETE: _l("Mancano dati del passaporto."),
}
TONES: Final[Mapping[Weight, str]] = {Weight.BLOCK: "danger", Weight.WARN: "warning", Weight.VERIFY: "info"}


def seen(mission_id: UUID) -> Seen:
    """A mission within reach, or 404."""
    return found(queries.find_seen(db.session(), mission_id, permissions.scope(current_user)))


def run(mission_id: UUID) -> Seen:
    """A mission that this person runs, or 404."""
    mission = seen(mission_id)
    found(permissions.may_run(current_user, mission.mission.call_id) or None)
    return mission


def findings(person: Person) -> list[tuple[LazyString, str]]:
    """What the destination says of a passport, in words, with a tone."""
    known = [Finding(one) for one in person.document.findings]
    return [(FINDING_WORDS[one], TONES[WEIGHTS[one]]) for one in known]


def name_of(person: Person) -> str:
    """`Mario R.`, or the number of the badge once nobody can know any more."""
    if person.document.key is None:
        return f"#{person.traveller.queue}"
    names = {key: value for key, value in person.document.fields.items() if key in {"family_name", "given_names"}}
    about = str(person.traveller.id)
    return short_name(sealing.open_all(names, key=person.document.key, about=about))


def shown_value(name: str, value: str) -> str:
    """A value as it is read: days the Italian way."""
    return f"{value[8:10]}/{value[5:7]}/{value[:4]}" if name in DATES and len(value) == 10 else value  # noqa: PLR2004 - ISO 8601


def words() -> dict[str, Any]:
    """What every template of the missions may say."""
    return {
        "mission_words": MISSION_WORDS,
        "traveller_words": TRAVELLER_WORDS,
        "change_words": CHANGE_WORDS,
        "answer_words": ANSWER_WORDS,
    }
