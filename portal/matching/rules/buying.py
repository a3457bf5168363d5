"""What a buyer's profile must hold before it goes to the office, and what one who is invited must have."""

from collections.abc import Sequence
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import Conflict, DomainError
from portal.matching.rules.profiles import BuyerProfile

MOST_DELEGATES: Final = 6
TURNOVERS: Final = ("< 1 M EUR", "1–5 M EUR", "5–20 M EUR", "20–100 M EUR", "> 100 M EUR")


class KindMissing(DomainError):
    text = _l("Indica che cosa è la tua impresa.")


class GoodsMissing(DomainError):
    text = _l("Indica almeno un prodotto con il suo codice HS: da questo dipendono gli incontri proposti.")


class TongueMissing(DomainError):
    text = _l("Indica almeno una lingua.")


class SoughtMissing(DomainError):
    text = _l("Indica almeno un tipo di partner che cerchi in Italia.")


class ComingMissing(DomainError):
    text = _l("Indica almeno una persona che verrà.")


class WrittenElsewhere(Conflict):
    text = _l(
        "Nel frattempo il profilo è stato salvato da un'altra finestra. Quello che hai scritto è ancora qui: "
        "confrontalo con la tua pagina, poi invia di nuovo per tenere questo."
    )


class AddressTaken(DomainError):
    text = _l("Un altro buyer ha già questo indirizzo e-mail, con un altro nome: %(name)s.")


def lacks(profile: BuyerProfile, delegates: Sequence[Any]) -> list[DomainError]:
    """What stands between what was typed and the office, each with its field."""
    wanted: dict[str, tuple[object, type[DomainError]]] = {
        "kinds": (profile.kinds, KindMissing),
        "products": (profile.products, GoodsMissing),
        "languages": (profile.languages, TongueMissing),
        "partner_types": (profile.partner_types, SoughtMissing),
        "delegates": (delegates, ComingMissing),
    }
    return [refusal(field=name) for name, (there, refusal) in wanted.items() if not there]
