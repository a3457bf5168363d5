"""Every no of the evaluation, in words."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from flask_babel import LazyString, lazy_gettext as _l

from portal.kernel.errors import DomainError


class Fault(NamedTuple):
    """What is wrong with one criterion's mark."""

    criterion: str
    part: Literal["points", "reason"]
    words: LazyString


class NotInEvaluation(DomainError):
    text = _l("La domanda non è in valutazione: si valutano solo le domande ammesse.")


class RankedAlready(DomainError):
    text = _l("La domanda è già in una graduatoria pubblicata: le schede non si riaprono.")


class NotAReviewer(DomainError):
    text = _l("Questa persona non è tra chi valuta questo bando.")


class AlreadyAssigned(DomainError):
    text = _l("La domanda è già assegnata a questa persona.")


class NoReviewers(DomainError):
    text = _l("Nessuno valuta questo bando: assegna prima il ruolo di valutatore ad almeno una persona.")


class InConflict(DomainError):
    """A conflict found by the portal, or declared."""

    text = _l("C'è un conflitto di interessi: questa persona non può vedere né valutare la domanda.")


class NotDeclared(DomainError):
    text = _l("Prima di vedere la domanda devi dichiarare se hai un conflitto di interessi.")


class AlreadyAnswered(DomainError):
    text = _l("Hai già risposto: per cambiare la dichiarazione scrivi all'ufficio.")


class Withdrawn(DomainError):
    text = _l("L'incarico ti è stato tolto: la domanda non è più visibile.")


class SheetSubmitted(DomainError):
    text = _l("La scheda è consegnata: per modificarla chiedi all'ufficio di riaprirla.")


class NotSubmitted(DomainError):
    text = _l("La scheda non è consegnata: non c'è nulla da riaprire.")


class AlreadyNamed(DomainError):
    text = _l("Questo codice è già fra le tue dichiarazioni.")


class NoCopy(DomainError):
    text = _l("Scegli il file della copia oscurata, oppure «Non mostrare nulla».")


class NotUnsealed(DomainError):
    text = _l("Non tutte le schede sono consegnate: la riunione viene dopo.")


class MeetingOwed(DomainError):
    text = _l("I punteggi vanno concordati in riunione: registra prima il verbale.")


class NoMeetingForeseen(DomainError):
    text = _l("Il bando non prevede un punteggio di riunione su queste schede: vale la media.")


class NobodyPresent(DomainError):
    text = _l("Indica chi era presente alla riunione: almeno una persona.")


class MustAbstain(DomainError):
    text = _l("Hai un conflitto di interessi con un'impresa di questo bando: devi astenerti, l'atto spetta ad altri.")


class ReasonNeeded(DomainError):
    """`least` characters."""

    text = _l("Scrivi il motivo, con almeno %(least)s caratteri.")


class SheetIncomplete(DomainError):
    """`faults`: what is missing or wrong, in the order of the criteria."""

    text = _l("La scheda non è completa: punti da correggere: %(count)s. Quello che hai scritto è salvato.")

    def __init__(self, *, faults: Sequence[Fault]) -> None:
        super().__init__(count=len(faults))
        self.faults = tuple(faults)
