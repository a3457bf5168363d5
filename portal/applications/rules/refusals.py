"""Every no of this slice, in words."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l

from portal.kernel.clock import ROME
from portal.kernel.errors import Conflict, DomainError

if TYPE_CHECKING:
    from portal.applications.rules.completeness import Missing


def said(at: datetime) -> str:
    """`21/11/2025 16:00:00`, in Rome: deadlines are told to the second."""
    return f"{at.astimezone(ROME):%d/%m/%Y %H:%M:%S}"


class CallNotPublished(DomainError):
    text = _l("Il bando non è pubblicato: non si possono ancora preparare domande.")


class CallNotOpen(DomainError):
    """Too early: `opens_at`."""

    text = _l("Il bando apre il %(opens_at)s: fino ad allora la domanda si può preparare e congelare, ma non inviare.")

    def __init__(self, *, opens_at: datetime) -> None:
        super().__init__(opens_at=said(opens_at))


class CallClosed(DomainError):
    """Too late: `closed_at`, and the database's clock when it was asked."""

    text = _l(
        "Il bando è chiuso dal %(closed_at)s. La richiesta è arrivata il %(now)s: la domanda non è stata "
        "inviata. La bozza resta consultabile."
    )

    def __init__(self, *, closed_at: datetime, now: datetime) -> None:
        super().__init__(closed_at=said(closed_at), now=said(now))


class CallFull(DomainError):
    """What was asked for has reached the share of the resources at which the call stops: `pct`."""

    text = _l(
        "Le richieste presentate hanno raggiunto il %(pct)s %% delle risorse del bando: lo sportello si ferma qui, "
        "come previsto, e la domanda non è stata inviata. La bozza resta consultabile."
    )


class Incomplete(DomainError):
    """`missing`: what is, in the order of the form."""

    text = _l("La domanda non è completa: elementi mancanti o da correggere: %(count)s. Trovi l'elenco qui sotto.")

    def __init__(self, *, missing: "Sequence[Missing]") -> None:
        super().__init__(count=len(missing))
        self.missing = tuple(missing)


class AlreadySubmitted(DomainError):
    text = _l("La domanda è già stata inviata con il protocollo %(protocol)s.")


class NotFrozen(DomainError):
    text = _l("La domanda non è congelata: apri il riepilogo, controlla e congelala prima di inviarla.")


class AlreadyFrozen(DomainError):
    text = _l("La domanda è congelata: per modificarla, sbloccala dal riepilogo.")


class NotADraft(DomainError):
    text = _l("La domanda non è più una bozza: non si può modificare.")


class ChangedSinceFrozen(Conflict):
    text = _l(
        "La domanda è stata sbloccata o congelata di nuovo dopo che hai aperto questa pagina: ricontrollala e inviala."
    )


class CallAmended(Conflict):
    text = _l(
        "Una rettifica del bando ha cambiato il modulo dopo il congelamento: sblocca la domanda, completa "
        "ciò che manca e congelala di nuovo."
    )


class NotYours(DomainError):
    text = _l("La tua delega non comprende l'invio né il ritiro della domanda: lo può fare chi rappresenta l'impresa.")


class TooLateToWithdraw(DomainError):
    text = _l("La domanda non si può più ritirare: è già conclusa o in graduatoria.")


class TooManyFiles(DomainError):
    text = _l("Qui ci sono già %(most)s file: rimuovine uno prima di caricarne un altro.")


class NoFile(DomainError):
    text = _l("Scegli un file prima di premere «Carica il file».")


class IllegalMove(DomainError):
    text = _l("Da «%(source)s» non si passa a «%(target)s».")
