"""Every no of the ranking, in words."""

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import Conflict, DomainError


class CallStillOpen(DomainError):
    text = _l("Il bando è ancora aperto: la graduatoria si redige dopo la chiusura.")


class StillOwed(DomainError):
    """`check`: applications whose check is not finished; `scores`: those whose sheets are not all in."""

    text = _l(
        "La graduatoria non si può ancora redigere. Domande con istruttoria da chiudere: %(check)s; "
        "domande con schede da consegnare: %(scores)s."
    )


class NothingToRank(DomainError):
    text = _l("Non c'è nessuna domanda valutata da mettere in graduatoria.")


class ReasonNeeded(DomainError):
    """`least` characters: a published ranking is replaced only with a reason."""

    text = _l("Una graduatoria è già pubblicata: scrivi perché ne serve una nuova, con almeno %(least)s caratteri.")


class AlreadyPublished(DomainError):
    text = _l("Questa graduatoria è già pubblicata.")


class Overtaken(Conflict):
    text = _l("Da quando la graduatoria è stata redatta qualcosa è cambiato: redigine una nuova versione.")
