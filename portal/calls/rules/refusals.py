"""What a call cannot be made to do."""

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import DomainError


class Contradictory(DomainError):
    """The lint finds errors: facts are `count` and `first`."""

    text = _l("Il bando ha %(count)s contraddizioni da correggere; la prima: %(first)s")


class AlreadyPublished(DomainError):
    """A published call changes only by a corrigendum."""

    text = _l("Il bando è già pubblicato: può cambiare solo con una rettifica.")


class NotPublished(DomainError):
    """A draft has nothing to correct in public."""

    text = _l("Il bando non è ancora pubblicato: modifica la bozza.")


class ReasonMissing(DomainError):
    """Every version has its reason."""

    text = _l("Scrivi il motivo della modifica: resta scritto nella storia del bando.")


class IdentityChanged(DomainError):
    """A version may not turn a call into another one."""

    text = _l(
        "Il codice, l'indirizzo e il programma di un bando non cambiano: per un altro bando, importa un altro file."
    )


class NotMovable(DomainError):
    """No number of whole weeks opens this call now."""

    text = _l(
        "La finestra dura meno di una settimana: non c'è un numero intero di settimane che la renda aperta adesso."
    )
