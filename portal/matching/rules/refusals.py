"""Every no of the matching, in words."""

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import Conflict, DomainError


class SessionTooShort(DomainError):
    text = _l("La sessione «%(name)s» del %(day)s non contiene nemmeno un incontro di %(minutes)s minuti.")


class SessionsOverlap(DomainError):
    text = _l("Le sessioni «%(one)s» e «%(other)s» del %(day)s si sovrappongono.")


class TooManySlots(DomainError):
    text = _l(
        "Le sessioni danno %(count)s turni: il programma ne regge %(most)s. Accorcia le giornate o allunga i turni."
    )


class NoSessions(DomainError):
    text = _l("Serve almeno una sessione.")


class SlugTaken(DomainError):
    text = _l("Questo indirizzo è già di un altro evento.")


class NamedTwice(DomainError):
    text = _l("«%(name)s» compare due volte.")


class SlotInUse(DomainError):
    text = _l("Nel turno del %(at)s ci sono incontri: spostali prima di togliere il turno.")


class TableInUse(DomainError):
    text = _l("Al tavolo «%(name)s» ci sono incontri: spostali prima di togliere il tavolo.")


class InterpreterInUse(DomainError):
    text = _l("%(name)s ha incontri assegnati: cambia interprete prima di toglierlo.")


class HasLeft(DomainError):
    text = _l("Questo partecipante si è ritirato dall'evento.")


class NoSuchSlot(DomainError):
    text = _l("Un turno scelto non fa parte dell'evento.")


class LeastAboveMost(DomainError):
    text = _l("Il minimo di incontri supera il massimo.")


class EventIsOver(DomainError):
    text = _l("L'evento è chiuso.")


class EventHasEnded(DomainError):
    text = _l("L'evento è finito: la partecipazione non si può più cambiare.")


class WishesClosed(DomainError):
    text = _l("Le preferenze si esprimono dal %(since)s al %(until)s.")


class NotConfirmed(DomainError):
    text = _l("Prima conferma la partecipazione all'evento.")


class TooManyWishes(DomainError):
    text = _l(
        "Puoi indicare al massimo %(most)s incontri con questa preferenza: togline uno prima di aggiungerne altri."
    )


class AlreadyScheduled(DomainError):
    text = _l("L'agenda è già pubblicata: le proposte non si ricalcolano più.")


class EventMoved(Conflict):
    text = _l(
        "Un collega ha salvato l'evento mentre lo modificavi: confronta con la pagina dell'evento, poi salva di nuovo."
    )


class NotWished(DomainError):
    text = _l("L'incontro è già segnato come svolto o mancato.")


class OfExcluded(DomainError):
    text = _l("I due sono esclusi: togli prima l'esclusione.")
