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
