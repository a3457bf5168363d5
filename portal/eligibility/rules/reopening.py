"""A check decided once, and opened again: which may be, and where it ends when the firm is found to be in order."""

from enum import StrEnum
from typing import Final

from flask_babel import lazy_gettext as _l

from portal.applications.rules import RANKED, REOPENED, Status
from portal.kernel.errors import DomainError


class Was(StrEnum):
    """Where an application stood when its check was opened again: the only places from which it may be."""

    EVALUATED = "evaluated"
    FUNDED = "funded"
    RESERVE = "reserve"
    BELOW_THRESHOLD = "below_threshold"
    NOT_ADMITTED = "not_admitted"


RETURNS: Final = frozenset({Status.EVALUATED, *RANKED})
"""Who comes from here and is found in order goes back here: what a published ranking says of it still stands."""
REOPENABLE: Final = frozenset(Status(one.value) for one in Was)


class NotReopenable(DomainError):
    """Not decided yet, or beyond what a check decides."""

    text = _l("Si riapre solo l'istruttoria di una domanda valutata, in graduatoria o non ammessa.")


class GrantedAlready(DomainError):
    """What was granted ends otherwise."""

    text = _l(
        "La concessione c'è già: l'istruttoria non si riapre. Se manca un requisito, usa la decadenza o la revoca "
        "nella pagina della concessione."
    )


class AlreadyReopened(DomainError):
    """Somebody was quicker."""

    text = _l("L'istruttoria di questa domanda è già aperta: decidi da lì.")


GRANTED: Final = frozenset({Status.AWARDED, Status.ACCEPTED, Status.IN_PROGRESS, Status.COMPLETED})


def check_reopenable(status: Status) -> Was:
    """Where the application stands, if its check may be opened again.

    Raises AlreadyReopened, GrantedAlready, NotReopenable.
    """
    if status in REOPENED:
        raise AlreadyReopened
    if status in GRANTED:
        raise GrantedAlready
    if status not in REOPENABLE:
        raise NotReopenable
    return Was(status.value)


def admitted_to(was: Was | None) -> Status:
    """Where an application goes that is admitted; `was`: where it stood before its check was reopened, if it was."""
    before = Status(was.value) if was else None
    return before if before in RETURNS else Status.ADMITTED
