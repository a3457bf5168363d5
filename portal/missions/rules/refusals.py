"""Every no of the missions, in words."""

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import Conflict, DomainError


class NotOpen(DomainError):
    text = _l("La missione non è aperta alle iscrizioni.")


class NotAdmitted(DomainError):
    text = _l("Partecipano solo le imprese ammesse o beneficiarie del bando: questa domanda non lo è.")


class TooManyDelegates(DomainError):
    text = _l("L'impresa ha già %(most)s partecipanti, il massimo per questa missione.")


class AlreadyEntered(DomainError):
    text = _l("Un'altra iscrizione di questa missione ha lo stesso passaporto.")


class OfferOver(DomainError):
    text = _l("Il tempo per confermare è scaduto: il posto è stato offerto a chi segue.")


class NotOffered(DomainError):
    text = _l("Non c'è nessun posto da confermare per questa persona.")


class NotParticipating(DomainError):
    text = _l("Questa persona non partecipa più.")


class Blocked(DomainError):
    text = _l("Con questo passaporto non si può partire: controlla le date e le righe in fondo.")


class MrzUnsound(DomainError):
    text = _l("Le righe in fondo al passaporto non tornano: ricontrolla le due righe, di 44 segni ciascuna.")


class MrzDisagrees(DomainError):
    text = _l("Questo dato non è quello scritto nelle righe in fondo al passaporto.")


class ChangePending(DomainError):
    text = _l("C'è già una richiesta in attesa di risposta per questa persona.")


class AlreadyDecided(Conflict):
    text = _l("Qualcun altro ha già risposto a questa richiesta.")


class PlacesTaken(DomainError):
    text = _l("I posti non possono scendere sotto quelli già assegnati.")


class ChangedMeanwhile(Conflict):
    text = _l("Qualcun altro ha modificato la missione nel frattempo: rileggi e riprova. Quello che hai scritto è qui.")


class Contradicts(DomainError):
    text = _l("I dati della missione si contraddicono.")

    def __init__(self, *, field: str, fault: str) -> None:
        super().__init__(field=field)
        self.fault = fault

    def __str__(self) -> str:
        return str(FAULTS[self.fault])


FAULTS = {
    "returns_before_it_starts": _l("Il rientro viene prima della partenza."),
    "too_long": _l("Una missione dura al massimo 60 giorni."),
    "closes_before_it_opens": _l("L'elenco si chiude prima di aprirsi."),
    "closes_after_the_start": _l("L'elenco si chiude dopo la partenza."),
    "more_free_than_allowed": _l("I partecipanti gratuiti superano quelli ammessi per impresa."),
    "more_firms_than_places": _l("Il numero minimo di imprese supera i posti."),
    "outside_the_dates": _l("Una riga del programma cade fuori dalle date della missione."),
}


class NothingOnTheList(DomainError):
    text = _l("Nessuno ha ancora confermato: l'elenco sarebbe vuoto.")


class Purged(DomainError):
    text = _l("I dati dei viaggiatori di questa missione sono stati cancellati e non si possono più leggere.")


class NotPurgeable(DomainError):
    text = _l("La cancellazione è prevista dopo il rientro, alla data indicata.")


class ScannerAbsent(DomainError):
    text = _l(
        "In questo momento il controllo antivirus non risponde: riprova tra poco. La scansione non è stata presa."
    )


class UnknownBadge(DomainError):
    text = _l("Nessun partecipante confermato ha questo tesserino, o l'occasione non è in programma.")
