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


class NoCriteria(DomainError):
    text = _l("Il bando non ha criteri di valutazione: non c'è una graduatoria da redigere.")


class ReasonNeeded(DomainError):
    """`least` characters: a published ranking is replaced only with a reason."""

    text = _l("Una graduatoria è già pubblicata: scrivi perché ne serve una nuova, con almeno %(least)s caratteri.")


class AlreadyPublished(DomainError):
    text = _l("Questa graduatoria è già pubblicata.")


class Overtaken(Conflict):
    text = _l("Da quando la graduatoria è stata redatta qualcosa è cambiato: redigine una nuova versione.")


class SamePerson(DomainError):
    text = _l("Serve un'altra persona: chi ha redatto la versione non può approvarla.")


class ThirdPersonNeeded(DomainError):
    text = _l("Questo bando vuole tre persone: pubblica chi non ha né redatto né approvato la versione.")


class NotApproved(DomainError):
    text = _l("La versione va prima approvata da una persona diversa da chi l'ha redatta.")


class AlreadyApproved(DomainError):
    text = _l("Questa versione è già approvata.")


class SeedNeeded(DomainError):
    text = _l("A parità di punteggio il bando estrae a sorte: scrivi il seme, quello di cui il bando dice l'impronta.")


class WrongSeed(DomainError):
    text = _l("Il seme non è quello promesso: la sua impronta SHA-256 non è quella scritta nel bando.")


class LotTooLate(DomainError):
    """`committed_at`: when the call first said the fingerprint."""

    text = _l("L'impronta del seme è nel bando solo dal %(committed_at)s, dopo la chiusura: l'estrazione non vale.")


class NeverPublished(DomainError):
    text = _l("Nessuna graduatoria è ancora pubblicata: non c'è riserva da cui attingere.")


class NothingFreed(DomainError):
    text = _l("Dall'ultima versione pubblicata nessuna impresa finanziata ha lasciato la graduatoria.")


class ReserveExpired(DomainError):
    """`days` of validity, over since `until`."""

    text = _l("La riserva valeva %(days)s giorni, fino al %(until)s.")


class WhyChanged(DomainError):
    """`least` characters: a template is replaced only with a reason."""

    text = _l("Scrivi perché cambi il modello, con almeno %(least)s caratteri.")


class SameText(DomainError):
    text = _l("Il testo è uguale a quello in vigore.")
