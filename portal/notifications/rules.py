"""Rules of the notifications: how far a message has come, and when it is tried again."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import DomainError

LEASE = timedelta(seconds=28)
"""How long a claimed message is left alone: longer than the slowest delivery, so that nobody sends it meanwhile.

Not longer: one whose worker died waits for its end.
"""

PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=8),
    timedelta(hours=12),
)
"""After the first try, the second, and so on: a little more than a day in all, as mail servers do."""

PERSONAL_LINK = "‹collegamento personale›"
"""Stands for the link in a message as it is kept; the link itself is made when the message leaves."""


class MessageState(StrEnum):
    """How far a message has come."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


STATE_WORDS = {
    MessageState.WAITING: _l("In attesa"),
    MessageState.SENDING: _l("In invio"),
    MessageState.SENT: _l("Inviato"),
    MessageState.FAILED: _l("Non riuscito"),
}
STATE_TONES = {
    MessageState.WAITING: "info",
    MessageState.SENDING: "info",
    MessageState.SENT: "success",
    MessageState.FAILED: "danger",
}


EVENT_WORDS = {
    "access.answered": _l("Accesso agli atti: risposta"),
    "access.asked": _l("Accesso agli atti chiesto"),
    "access.decided": _l("Accesso agli atti deciso"),
    "access.decision_due": _l("Accesso agli atti: termine vicino"),
    "access.notified": _l("Accesso agli atti: impresa interessata"),
    "awards.accepted": _l("Concessione accettata"),
    "awards.advanced": _l("Avanzamento del percorso"),
    "awards.aid_overflowed": _l("Massimale de minimis superato"),
    "awards.answer_due": _l("Promemoria di accettazione"),
    "awards.awarded": _l("Concessione"),
    "awards.ended": _l("Rinuncia, decadenza o revoca"),
    "accounts.confirmation_requested": _l("Conferma dell'indirizzo"),
    "accounts.invited": _l("Invito"),
    "accounts.known_address_used": _l("Indirizzo già registrato"),
    "accounts.mandate_given": _l("Delega"),
    "accounts.mandate_revoked": _l("Revoca della delega"),
    "accounts.reset_requested": _l("Nuova password"),
    "applications.request_answered": _l("Risposta a una richiesta"),
    "applications.request_called_off": _l("Richiesta revocata"),
    "applications.request_extended": _l("Termine prorogato"),
    "applications.request_lapsed": _l("Termine scaduto"),
    "applications.request_made": _l("Richiesta all'impresa"),
    "applications.request_reminder_due": _l("Promemoria di un termine"),
    "applications.submitted": _l("Domanda presentata"),
    "applications.withdrawn": _l("Domanda ritirata"),
    "calls.amended": _l("Bando modificato"),
    "calls.closed": _l("Bando chiuso"),
    "calls.opened": _l("Bando aperto"),
    "calls.reminder_due": _l("Promemoria di scadenza"),
    "eligibility.admitted": _l("Domanda ammessa"),
    "eligibility.confirmed": _l("Esito confermato"),
    "eligibility.digest": _l("Riepilogo per l'ufficio"),
    "eligibility.not_admitted": _l("Domanda non ammessa"),
    "eligibility.reopened": _l("Istruttoria riaperta"),
    "evaluation.assigned": _l("Valutazione assegnata"),
    "evaluation.conflict_found": _l("Conflitto di interessi"),
    "evaluation.meeting_needed": _l("Riunione da tenere"),
    "evaluation.reopened": _l("Scheda riaperta"),
    "evaluation.sheets_due": _l("Schede in scadenza"),
    "evaluation.stepped_down": _l("Rinuncia di un valutatore"),
    "matching.agenda_told": _l("Agenda degli incontri"),
    "matching.buyer_invited": _l("Invito a un buyer"),
    "matching.link_opened_again": _l("Collegamento di un buyer aperto altrove"),
    "matching.follow_up_due": _l("Esiti degli incontri"),
    "matching.participant_withdrew": _l("Ritiro dagli incontri"),
    "matching.profile_sent_back": _l("Profilo da rivedere"),
    "matching.profile_validated": _l("Profilo convalidato"),
    "missions.cancelled": _l("Missione annullata"),
    "missions.change_asked": _l("Modifica chiesta per una missione"),
    "missions.change_decided": _l("Risposta a una modifica"),
    "missions.confirmed": _l("Partecipazione confermata"),
    "missions.lapsed": _l("Posto in missione scaduto"),
    "missions.list_closed": _l("Elenco della missione chiuso"),
    "missions.offered": _l("Posto in missione da confermare"),
    "missions.opened": _l("Missione aperta"),
    "missions.purged": _l("Dati di viaggio cancellati"),
    "ranking.published": _l("Graduatoria pubblicata"),
}


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which messages somebody of the office may see: of these calls (None: of every call), and of accounts or not."""

    call_ids: frozenset[UUID] | None
    accounts: bool

    def holds(self, call_id: UUID | None) -> bool:
        """Whether a message about this call (None: about an account) is among them."""
        if call_id is None:
            return self.accounts
        return self.call_ids is None or call_id in self.call_ids


class NotFailed(DomainError):
    """Only a message that failed is sent again."""

    text = _l("Questo messaggio non è tra quelli non riusciti: non c'è nulla da inviare di nuovo.")


def pause(attempts: int) -> timedelta | None:
    """How long to wait after so many tries (1, 2, …) that were put off; None: enough, it failed."""
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else None
