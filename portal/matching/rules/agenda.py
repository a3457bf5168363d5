"""Every no of the agenda, in words, and how long a run may take."""

from datetime import timedelta

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import Conflict, DomainError

LONGEST_S = 600
SHORTEST_S = 5
SILENT = timedelta(seconds=90)
"""A run that says nothing for so long has lost its worker."""


class AtWork(DomainError):
    text = _l("Il calcolo è già in corso: attendi che finisca o fermalo.")


class NothingToSchedule(DomainError):
    text = _l("Non c'è nulla da mettere in agenda: servono turni futuri, partecipanti confermati e incontri proposti.")


class NotAtWork(DomainError):
    text = _l("Il calcolo è già finito.")


class ProgrammeChanged(Conflict):
    text = _l(
        "Mentre il calcolo era in corso qualcuno ha cambiato incontri, partecipanti, turni o tavoli: "
        "il risultato non è stato applicato. Ripeti il calcolo."
    )


class WorkerLost(DomainError):
    text = _l("Il programma che calcolava si è fermato: l'agenda è rimasta com'era. Ripeti il calcolo.")


class SolverFailed(DomainError):
    text = _l("Il calcolo si è interrotto per un errore: l'agenda è rimasta com'era. Il guasto è stato registrato.")


class MovedMeanwhile(Conflict):
    text = _l(
        "Mentre guardavi la griglia un collega ha cambiato questo incontro (ora: %(now)s). Nulla è andato perso: "
        "controlla dov'è e, se serve, spostalo di nuovo."
    )


class CannotMove(DomainError):
    """`why`: what stands in the way, in words."""

    text = _l("L'incontro non può stare lì: %(why)s.")


class NotOpen(DomainError):
    text = _l("Questo incontro non si può più spostare: è già cominciato, è annullato o uno dei due non partecipa.")


class NotPlaced(DomainError):
    text = _l("Questo incontro non è in agenda.")


class NotBegun(DomainError):
    text = _l("L'incontro non è ancora cominciato: l'esito si registra dopo.")


class ReasonMissing(DomainError):
    text = _l("Scrivi il motivo: chi riceve la modifica lo leggerà.")


class NothingChanged(DomainError):
    text = _l("Dall'ultima pubblicazione non è cambiato nulla: non c'è niente da comunicare.")


class NoAgenda(DomainError):
    text = _l("Non c'è ancora nessun incontro in agenda.")
