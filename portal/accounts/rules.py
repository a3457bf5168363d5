"""Rules of the accounts: what a password must be, how long things live, every refusal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import DomainError

IDLE: Final = timedelta(hours=2)
ABSOLUTE: Final = timedelta(hours=12)
SEEN_EVERY: Final = timedelta(minutes=5)
SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 128
_DIFFERENT_CHARACTERS: Final = 5
_TOO_COMMON: Final = (
    "password",
    "123456",
    "qwerty",
    "unioncamere",
    "lombardia",
    "portale",
    "export",
    "welcome",
    "benvenut",
)


class StaffRoleName(StrEnum):
    """What staff do."""

    MANAGER = "manager"
    EVENTS = "events"
    REVIEWER = "reviewer"


class MembershipKind(StrEnum):
    """How a person acts for a firm."""

    OWNER = "owner"
    COLLEAGUE = "colleague"
    DELEGATE = "delegate"


@dataclass(frozen=True, kw_only=True)
class Mandate:
    """A membership in force today. `call_id`: the only call it is for; None, all."""

    membership_id: UUID
    company_id: UUID
    kind: MembershipKind
    call_id: UUID | None
    may_submit: bool


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What an owner grants a delegate: from day to day, both included; one call or, with None, all."""

    valid_from: date
    valid_until: date | None
    call_id: UUID | None = None
    may_submit: bool = True
    deed: str = ""


class WrongCredentials(DomainError):
    """Unknown address, wrong password, or no account: one answer for all."""

    text = _l("Indirizzo o password non corrispondono. Controllali e riprova.")


class NotConfirmed(DomainError):
    """The password is right, the address was never confirmed; said to nobody else."""

    text = _l("L'indirizzo non è ancora confermato: ti abbiamo appena rimandato il messaggio con il collegamento.")


class LinkSpent(DomainError):
    """Forged, used, expired, or overtaken by a newer one."""

    text = _l("Questo collegamento non vale più: è scaduto o è già stato usato. Chiedine uno nuovo.")


class WeakPassword(DomainError):
    """Short, or the first that anybody would try."""

    text = _l(
        "Scegli una password di almeno 12 caratteri, senza il tuo nome, il tuo indirizzo o parole come «password»."
    )


class NotYourself(DomainError):
    """An administrator who would lock themselves out."""

    text = _l("Non puoi togliere a te stesso l'accesso o il ruolo di amministratore.")


class AlreadyMember(DomainError):
    """The person acts for the firm already."""

    text = _l("Questa persona opera già per l'impresa: revoca prima la delega attuale.")


class LastOwner(DomainError):
    """A firm is never left without an owner."""

    text = _l("L'impresa deve avere almeno un titolare dell'accesso: nominane prima un altro.")


class MandateNeedsDates(DomainError):
    """A delegate's mandate without an end or a deed."""

    text = _l("La delega deve avere una data di fine e gli estremi della procura.")


class DatesOutOfOrder(DomainError):
    """The end comes before the beginning."""

    text = _l("La fine della delega viene prima dell'inizio.")


def is_strong_password(password: str, *, about: Iterable[str] = ()) -> bool:
    """Long enough, varied enough, and nothing of the person (`about`: address, names) or of the usual lists in it."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or len(set(password)) < _DIFFERENT_CHARACTERS:
        return False
    lowered = password.lower()
    own = (part for text in about for part in text.lower().replace("@", " ").replace(".", " ").split() if len(part) > 3)  # noqa: PLR2004
    return not any(part in lowered for part in (*_TOO_COMMON, *own))


def check_scope(kind: MembershipKind, scope: Scope) -> None:
    """Raise what is wrong with the scope of a membership of this kind; silent when it holds."""
    if kind is MembershipKind.DELEGATE and (scope.valid_until is None or not scope.deed.strip()):
        raise MandateNeedsDates(field="valid_until" if scope.valid_until is None else "deed")
    if scope.valid_until is not None and scope.valid_until < scope.valid_from:
        raise DatesOutOfOrder(field="valid_until")
