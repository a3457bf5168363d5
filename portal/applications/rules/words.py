"""The states of an application and its story, in words for the firm."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask_babel import LazyString, lazy_gettext as _l

from portal.applications.rules.refusals import said
from portal.applications.rules.status import Status

S = Status


@dataclass(frozen=True)
class Said:
    """A state: its name, what it means now, what comes next. `tone` is the chip's."""

    label: LazyString
    plain: LazyString
    next: LazyString
    tone: str = "info"


STATES: Final[Mapping[Status, Said]] = {
    S.DRAFT: Said(
        _l("Bozza"),
        _l("La domanda è in preparazione: nessuno, fuori dalla tua impresa, la vede."),
        _l("Completa le sezioni, allega i documenti, rendi le dichiarazioni; poi congelala e inviala."),
        "neutral",
    ),
    S.SUBMITTED: Said(
        _l("Inviata"),
        _l("La domanda è stata ricevuta e ha un numero di protocollo."),
        _l("Non devi fare nulla: il portale controlla i requisiti e ti scrive."),
    ),
    S.REGISTERED: Said(
        _l("Protocollata"),
        _l("La domanda è a protocollo e attende l'istruttoria."),
        _l("Non devi fare nulla: il portale controlla i requisiti e ti scrive."),
    ),
    S.ELIGIBILITY_CHECK: Said(
        _l("In istruttoria"),
        _l("L'ufficio verifica i requisiti di ammissibilità."),
        _l("Se serve qualcosa, ti arriva una richiesta con un termine."),
    ),
    S.SUPPLEMENT_REQUESTED: Said(
        _l("Integrazione richiesta"),
        _l("L'ufficio ha chiesto documenti o chiarimenti."),
        _l("Rispondi entro il termine indicato nella richiesta: senza risposta la domanda decade."),
        "warning",
    ),
    S.REJECTION_NOTICE: Said(
        _l("Preavviso di rigetto"),
        _l("L'ufficio ritiene che manchi un requisito e te ne ha scritto i motivi."),
        _l("Hai dieci giorni per presentare osservazioni scritte."),
        "warning",
    ),
    S.NOT_ADMITTED: Said(
        _l("Non ammessa"),
        _l("La domanda non ha i requisiti del bando; i motivi sono nella comunicazione che hai ricevuto."),
        _l("Se non sei d'accordo, scrivi al responsabile del procedimento."),
        "danger",
    ),
    S.ADMITTED: Said(
        _l("Ammessa alla valutazione"),
        _l("La domanda ha i requisiti e passa al nucleo di valutazione."),
        _l("Non devi fare nulla: i punteggi si vedono con la graduatoria."),
    ),
    S.EVALUATED: Said(
        _l("Valutata"),
        _l("Il nucleo ha assegnato i punteggi."),
        _l("Attendi la pubblicazione della graduatoria."),
    ),
    S.FUNDED: Said(
        _l("Ammessa e finanziata"),
        _l("La domanda è in graduatoria in posizione utile."),
        _l("Attendi la lettera di concessione: avrai un termine per accettare."),
        "success",
    ),
    S.RESERVE: Said(
        _l("Ammessa, in riserva"),
        _l("La domanda ha superato la soglia, ma i posti sono finiti prima."),
        _l("Se qualcuno rinuncia, la graduatoria scorre e ti scriviamo."),
        "warning",
    ),
    S.BELOW_THRESHOLD: Said(
        _l("Sotto soglia"),
        _l("Il punteggio non raggiunge il minimo del bando."),
        _l("Nella graduatoria trovi il punteggio di ogni criterio."),
        "danger",
    ),
    S.AWARDED: Said(
        _l("Concessa"), _l("Il contributo è concesso."), _l("Accetta entro il termine della lettera."), "success"
    ),
    S.ACCEPTED: Said(
        _l("Accettata"), _l("Hai accettato la concessione."), _l("Attendi il calendario delle attività."), "success"
    ),
    S.WAIVED: Said(_l("Rinunciata"), _l("L'impresa ha rinunciato."), _l("La pratica è chiusa."), "neutral"),
    S.IN_PROGRESS: Said(
        _l("In corso"), _l("Il percorso è iniziato."), _l("Segui il calendario delle attività."), "success"
    ),
    S.COMPLETED: Said(
        _l("Conclusa"), _l("Il percorso è concluso."), _l("Rispondi ai questionari che riceverai."), "success"
    ),
    S.FORFEITED: Said(
        _l("Decaduta"), _l("È venuto meno un requisito o un obbligo."), _l("La pratica è chiusa."), "danger"
    ),
    S.REVOKED: Said(_l("Revocata"), _l("La concessione è stata revocata."), _l("La pratica è chiusa."), "danger"),
    S.WITHDRAWN: Said(
        _l("Ritirata"),
        _l("L'impresa ha ritirato la domanda."),
        _l("Finché il bando è aperto puoi prepararne una nuova."),
        "neutral",
    ),
}

STORY: Final[Mapping[str, LazyString]] = {
    "applications.started": _l("Domanda iniziata"),
    "applications.attached": _l("Documento allegato"),
    "applications.detached": _l("Documento rimosso"),
    "applications.frozen": _l("Domanda congelata"),
    "applications.unfrozen": _l("Domanda sbloccata"),
    "applications.submission_refused": _l("Invio rifiutato"),
    "applications.submitted": _l("Domanda inviata"),
    "applications.withdrawn": _l("Domanda ritirata"),
    "applications.moved": _l("Cambio di stato"),
    "applications.supplement_asked": _l("Integrazione chiesta"),
    "applications.supplement_answered": _l("Integrazione presentata"),
    "applications.supplement_lapsed": _l("Integrazione non ricevuta entro il termine"),
    "applications.supplement_called_off": _l("Richiesta di integrazione revocata"),
    "applications.term_extended": _l("Termine prorogato"),
    "applications.notice_asked": _l("Preavviso di rigetto mandato"),
    "applications.notice_answered": _l("Osservazioni presentate"),
    "applications.notice_lapsed": _l("Nessuna osservazione entro il termine"),
    "applications.notice_called_off": _l("Preavviso di rigetto revocato"),
    "missions.confirmed": _l("Partecipazione a una missione confermata"),
    "missions.checked_in": _l("Presenza in missione registrata"),
}
"""What of the audit the firm reads of its own case."""

OFFICES: Final = frozenset(
    {
        "applications.moved",
        "applications.supplement_asked",
        "applications.supplement_lapsed",
        "applications.supplement_called_off",
        "applications.term_extended",
        "applications.notice_asked",
        "applications.notice_lapsed",
        "applications.notice_called_off",
    }
)
"""What the office does: the firm reads what, not who."""

TONES: Final[Mapping[str, str]] = {
    "applications.submitted": "success",
    "applications.submission_refused": "danger",
    "applications.withdrawn": "warning",
    "applications.supplement_asked": "warning",
    "applications.supplement_answered": "success",
    "applications.supplement_lapsed": "danger",
    "applications.notice_asked": "warning",
    "applications.notice_answered": "success",
    "applications.notice_lapsed": "danger",
}


def told(action: str, detail: Mapping[str, Any]) -> tuple[str, str]:
    """Title and text of one line of the story; an empty title for what is not the firm's to read."""
    if action not in STORY:
        return "", ""
    if action == "applications.moved":
        return str(STATES[Status(detail["to"])].label), str(detail.get("why", ""))
    return str(STORY[action]), _more(action, detail)


def _more(action: str, detail: Mapping[str, Any]) -> str:
    match action.removeprefix("applications."):
        case "submitted":
            return str(_l("Protocollo %(protocol)s", protocol=detail["protocol"]))
        case "attached":
            return str(detail.get("name", ""))
        case "withdrawn" | "supplement_called_off" | "notice_called_off":
            return str(detail.get("reason", ""))
        case "supplement_asked" | "notice_asked" | "term_extended":
            return str(_l("Entro il %(at)s", at=said(datetime.fromisoformat(detail["due_at"]))))
        case "submission_refused":
            return str(REFUSED.get(detail.get("refusal", ""), ""))
    return ""


REFUSED: Final[Mapping[str, LazyString]] = {
    "CallClosed": _l("Il bando era chiuso."),
    "CallFull": _l("Le richieste avevano raggiunto il limite del bando."),
    "CallNotOpen": _l("Il bando non era ancora aperto."),
    "NotFrozen": _l("La domanda non era congelata."),
    "ChangedSinceFrozen": _l("Il contenuto era cambiato dopo l'apertura della pagina."),
    "CallAmended": _l("Il modulo del bando era cambiato."),
    "NotYours": _l("La delega non comprendeva l'invio."),
}
