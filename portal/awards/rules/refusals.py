"""Every no of the awards, in words."""

from datetime import datetime
from decimal import Decimal

from flask_babel import lazy_gettext as _l

from portal.kernel.clock import ROME
from portal.kernel.errors import DomainError
from portal.web.filters import eur


def said(at: datetime) -> str:
    """`29/11/2026 23:59:59`, in Rome."""
    return f"{at.astimezone(ROME):%d/%m/%Y %H:%M:%S}"


class NoHeadroom(DomainError):
    """The new aid, whole, would pass the ceiling (art. 3(7) Reg. 2023/2831)."""

    text = _l(
        "L'aiuto di %(asked)s non si può concedere: l'impresa unica ha già %(received)s nel triennio e sotto il "
        "massimale di %(ceiling)s restano %(headroom)s."
    )

    def __init__(self, *, received: Decimal, headroom: Decimal, ceiling: Decimal, asked: Decimal) -> None:
        super().__init__(received=received, headroom=headroom, ceiling=ceiling, asked=asked)
        self.headroom = headroom

    def __str__(self) -> str:
        return str(self.text) % {name: eur(amount) for name, amount in self.facts.items()}


class NotFunded(DomainError):
    text = _l("Si concede solo a una domanda finanziata nella graduatoria in vigore: questa è nello stato «%(state)s».")


class CheckMissing(DomainError):
    text = _l("Prima della concessione serve la visura del registro nazionale aiuti: scrivi VERCOR e data.")


class CheckAfterAct(DomainError):
    text = _l("La visura è del %(checked_on)s, dopo l'atto del %(act_on)s: la verifica precede la concessione.")


class ActInTheFuture(DomainError):
    text = _l("L'atto porta la data del %(act_on)s, che deve ancora venire.")


class ActBeforeRanking(DomainError):
    text = _l("L'atto porta la data del %(act_on)s, prima della pubblicazione della graduatoria (%(published_on)s).")


class NotToAnswer(DomainError):
    text = _l("Non c'è nessuna concessione che attende una risposta: la domanda è nello stato «%(state)s».")


class AnswerTooLate(DomainError):
    """`accept_by`, and the database's clock when it was asked."""

    text = _l(
        "Il termine per accettare è scaduto il %(accept_by)s. La richiesta è arrivata il %(now)s: l'accettazione non è "
        "stata registrata."
    )

    def __init__(self, *, accept_by: datetime, now: datetime) -> None:
        super().__init__(accept_by=said(accept_by), now=said(now))


class NotToEnd(DomainError):
    text = _l("Dallo stato «%(state)s» non si può: la pratica è già chiusa, o non è ancora a questo punto.")


class RecoversTooMuch(DomainError):
    text = _l("Non si può recuperare più di quanto è stato dato.")


class ProvidedTooMuch(DomainError):
    text = _l("Non può essere stato dato più di quanto è stato concesso.")


class StillInTerm(DomainError):
    text = _l("Il termine per accettare non è ancora scaduto.")


class NotDeclared(DomainError):
    text = _l("Si possono correggere solo gli aiuti dichiarati dall'impresa.")


class DayToCome(DomainError):
    text = _l("Questa data deve ancora venire.")


class CorTaken(DomainError):
    text = _l("Un'altra concessione ha già questo COR.")


class CorThere(DomainError):
    text = _l("La concessione ha già il COR %(cor)s.")


class NoSuchLink(DomainError):
    text = _l("Le due imprese non risultano collegate.")


class CodesIncomplete(DomainError):
    text = _l("Un codice del registro vuole la sua data.")


class NothingToRegister(DomainError):
    text = _l("Non c'è nessuna concessione di questo bando da esportare.")
